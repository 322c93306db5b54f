import { readFileSync } from 'node:fs';

import { describe, expect, test } from '@jest/globals';

import { renderIndexPage } from '../../../src/links/indexPage.ts';
import { parseLinkList } from '../../../src/links/linkList.ts';
import { writeLinksFile } from '../../../src/links/linksFile.ts';
import type { Links, PublishedFile } from '../../../src/links/manifest.ts';
import { createSigner, objectPath } from '../../../src/storage/signer.ts';
import { folderWith } from '../../support/folder.ts';
import { failureOf } from '../failure.ts';

const textOf = (page: Iterable<Buffer>) => Buffer.concat([...page]).toString();

const endpoint = new URL('https://s3.example.org/');
const at = Date.UTC(2026, 10, 23, 18, 5, 41);
const expiresAt = at + 900_000;
const sum = 'ab'.repeat(32);

const presigner = createSigner(endpoint, 'fr-par', {
  accessKeyId: 'KEYID',
  secretAccessKey: 'secret',
  sessionToken: 't0k3n',
  openedAt: 0,
  expiresAt: undefined,
}).presigner(new Date(at), 900);
const url = (key: string) => {
  const path = objectPath(endpoint, 'bucket', key);
  return presigner.url(path, presigner.signature(path));
};
const address = (key: string) => `https://s3.example.org${objectPath(endpoint, 'bucket', key)}`;
const own = (key: string) => presigner.signature(objectPath(endpoint, 'bucket', key));
const links: Links = { signedBy: 'session', url, parts: { address, query: presigner.query, own }, expiresAt };

const names = ['a & b.txt', 'd/<script>.html', 'd/é\u2028.json', 'z'];
const files: readonly PublishedFile[] = names.map((name, index) => ({
  name,
  key: `ci/site/${name}`,
  size: index * 10,
  contentType: 'text/plain',
  sha256: index === 1 ? sum : undefined,
}));
const expected = files.map(({ name, key, size, sha256 }) => ({
  name,
  size,
  etag: undefined,
  sha256,
  source: url(key),
}));

const pageWith = (made: Links | undefined = links) =>
  textOf(
    renderIndexPage(
      {
        title: '</script><script id="data">',
        workspace: 'w',
        destination: 'site',
        s3Uri: 's3://bucket/ci/site/',
        fileCount: files.length,
        totalBytes: 60,
        files: () => files,
        links: made,
      },
      { madeAt: at },
    ),
  );

const options = { where: 'the list', plainHttp: false };
const parse = (text: string, more: Partial<typeof options> = {}) =>
  parseLinkList(text, { ...options, ...more });
const failure = (text: string, more: Partial<typeof options> = {}) => failureOf(() => parse(text, more));

const list = (more: object = {}) => JSON.stringify({ version: 1, files: [], ...more });
const entry = (more: object = {}) => ({ path: 'a', size: 1, url: 'https://example.org/a?sig', ...more });

describe('an index page', () => {
  test('names the files with their links', () => {
    const found = parse(pageWith());
    expect(found).toMatchObject({ kind: 'index page', workspace: 'w', destination: 'site', expiresAt });
    expect(found.files.map((file) => ({ ...file }))).toEqual(expected);
  });

  test('may be saved by a browser: with a byte order mark, a comment and other attributes', () => {
    const saved = `\ufeff<!-- saved from url=(0100)https://s3.example.org/ -->\n${pageWith().replace(
      '<script type="application/json" id="data">',
      '<script id="data" type="application/json">\n',
    )}`;
    expect(parse(saved).files.map((file) => ({ ...file }))).toEqual(expected);
  });

  test('has links with another form, as the platform signs them', () => {
    const platform: Links = {
      signedBy: 'platform',
      url: (key) => `https://cdn.example.org/x?k=${encodeURIComponent(key)}`,
      expiresAt: undefined,
    };
    const found = parse(pageWith(platform));
    expect(found.expiresAt).toBeUndefined();
    expect(found.files.map(({ source }) => source)).toEqual(files.map(({ key }) => platform.url(key)));
  });

  test('without links, it says how it was made', () => {
    const { code, message, hint } = failure(
      textOf(
        renderIndexPage(
          {
            title: 't',
            workspace: 'w',
            destination: '',
            s3Uri: '',
            fileCount: 4,
            totalBytes: 0,
            files: () => files,
            links: undefined,
          },
          { madeAt: at },
        ),
      ),
    );
    expect([code, message]).toEqual(['invalid-links', 'the list has names of files, but no links']);
    expect(hint).toContain(`links: none`);
  });

  const withData = (data: unknown) =>
    `<!doctype html><script type="application/json" id="data">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>`;
  const data = {
    workspace: 'w',
    destination: 'd',
    expiresAt: null,
    links: { base: 'https://example.org/', query: 'q', rest: ['', ''] },
    names: ['a', 'b'],
    sizes: [1, 2],
  };

  test('of an older version has no digests', () => {
    expect(parse(withData(data)).files.map((file) => ({ ...file }))).toEqual([
      { name: 'a', size: 1, etag: undefined, sha256: undefined, source: 'https://example.org/a?q' },
      { name: 'b', size: 2, etag: undefined, sha256: undefined, source: 'https://example.org/b?q' },
    ]);
  });

  test.each<[string, unknown, string]>([
    ['names and sizes differ', { ...data, sizes: [1] }, 'columns have different lengths: 2, 1, 2'],
    [
      'links are missing',
      { ...data, links: { ...data.links, rest: [''] } },
      'columns have different lengths: 2, 2, 1',
    ],
    ['sums are missing', { ...data, sums: [''] }, 'columns have different lengths: 2, 2, 2, 1'],
    ['a size is negative', { ...data, sizes: [1, -1] }, `'sizes.1' is not valid`],
    ['a size is no whole number', { ...data, sizes: [1, 1.5] }, `'sizes.1' is not valid`],
    ['a size is a text', { ...data, sizes: [1, '2'] }, `'sizes.1' is not valid`],
    ['a name is empty', { ...data, names: ['a', ''] }, `'names.1' is not valid`],
    ['a name is an object', { ...data, names: ['a', {}] }, `'names.1' is not valid`],
    ['a digest is no SHA-256', { ...data, sums: ['', 'abc'] }, `'sums.1' is not valid`],
    ['the query is missing', { ...data, links: { base: '', rest: ['', ''] } }, `'links.query' is not valid`],
    ['it is null', null, 'it has another form'],
    ['it is a list', [], 'is not valid'],
  ])('is refused if %s', (_, changed, why) => {
    const { code, message } = failure(withData(changed));
    expect([code, message]).toEqual(['invalid-links', expect.stringContaining(why)]);
  });

  test.each([
    ['http://example.org/', 'which is not https'],
    ['http://127.0.0.1:9000/', 'is plain http to this machine'],
    ['https://user:pass@example.org/', 'contains a user name or password'],
    ['file:///etc/', 'is not an https link'],
    ['javascript:alert(1)//', 'is not an https link'],
    ['https://example.org\\@evil.example/', 'a control character or a backslash'],
  ])('may not lead to %s', (base, why) => {
    const { code, message } = failure(withData({ ...data, links: { ...data.links, base } }));
    expect([code, message]).toEqual(['invalid-links', expect.stringContaining(why)]);
    expect(message).not.toContain('pass@');
    const whole = { ...data, links: { ...data.links, rest: ['', `#${base}`] } };
    expect(failure(withData(whole)).message).toContain(`its link to 'b' is not valid`);
  });

  test('may lead to this machine only where that is allowed', () => {
    const local = withData({ ...data, links: { ...data.links, base: 'http://127.0.0.1:9000/' } });
    expect(parse(local, { plainHttp: true }).files[0]?.source).toBe('http://127.0.0.1:9000/a?q');
  });

  test('cannot change the prototype of objects', () => {
    const hostile = withData(data).replace('"workspace":"w"', '"__proto__":{"polluted":1},"workspace":"w"');
    parse(hostile);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test('that is a preview is explained', () => {
    const { code, message, hint } = failure(
      withData({ title: 't', worker: 'https://x', id: 'i', first: null }),
    );
    expect([code, message]).toEqual([
      'invalid-links',
      'the list is a preview, which has no list of its files',
    ]);
    expect(hint).toContain('_links.html');
  });

  test.each([
    ['<html><p>Sign in', 'it is a web page, but not an index page'],
    ['<script type="application/json" id="data">{', 'it is a web page, but not an index page'],
    ['hello', 'it is neither a links file nor an index page'],
    ['', 'it is neither a links file nor an index page'],
    ['<?xml version="1.0"?><Error/>', 'it is a web page, but not an index page'],
  ])('is not %j', (text, why) => {
    expect(failure(text)).toMatchObject({
      code: 'invalid-links',
      message: `The links in the list cannot be used: ${why}`,
      hint: expect.stringMatching(/'links-file'\. To make one, run the 'links' action with the workspace/),
    });
  });

  test('is refused if it is incomplete', () => {
    const page = pageWith();
    const { message } = failure(page.slice(0, page.indexOf('</script>', page.indexOf('id="data"')) - 5));
    expect(message).toContain('it is a web page, but not an index page');
    expect(failure(withData(data).replace('"d"', '"d')).message).toContain('The file may be incomplete');
  });
});

describe('a links file', () => {
  const written = (made: Links | undefined) => {
    const header = {
      version: 1,
      workspace: 'w',
      destination: 'site',
      expires_at: new Date(expiresAt).toISOString(),
    } as const;
    const listed = files.map(({ name, key, size, sha256 }) => ({
      path: name,
      key,
      s3_uri: '',
      size,
      content_type: 'text/plain',
      ...(sha256 !== undefined && { sha256 }),
    }));
    return readFileSync(writeLinksFile(folderWith({}), header, listed, made), 'utf8');
  };

  test('names the files with their links', () => {
    const found = parse(written(links));
    expect(found).toMatchObject({ kind: 'links file', workspace: 'w', destination: 'site', expiresAt });
    expect(found.files.map((file) => ({ ...file }))).toEqual(expected);
  });

  test('may be formatted by other programs, and lack what is not needed', () => {
    const { files: found, ...rest } = parse(
      `\ufeff\n ${JSON.stringify({ version: 1, files: [entry({ sha256: sum.toUpperCase(), x: 1 })] }, null, 2)}`,
    );
    expect(found.map((file) => ({ ...file }))).toEqual([
      { name: 'a', size: 1, etag: undefined, sha256: sum, source: 'https://example.org/a?sig' },
    ]);
    expect(rest).toEqual({ kind: 'links file', workspace: '', destination: '', expiresAt: undefined });
  });

  test('may have no files', () => {
    expect(parse(list()).files).toEqual([]);
  });

  test('without links, it says how it was made', () => {
    expect(failure(written(undefined))).toMatchObject({
      code: 'invalid-links',
      hint: expect.stringContaining('links: none'),
    });
  });

  test.each([
    [list({ version: 2 }), 'its version is 2, and this action reads version 1'],
    [list({ version: '1' }), `'version' is not valid`],
    [list({ files: {} }), `'files' is not valid`],
    [list({ files: [entry(), entry({ size: null })] }), `'files.1.size' is not valid`],
    [list({ files: [entry({ sha256: 'x' })] }), `'files.0.sha256' is not valid`],
    [list({ files: [entry({ sha256: `${sum}0` })] }), `'files.0.sha256' is not valid`],
    [list({ files: [entry({ sha256: `x${sum}` })] }), `'files.0.sha256' is not valid`],
    [list({ files: [entry(), { path: 'b', size: 1 }] }), `its link to 'b' is not valid`],
    [list({ files: [entry({ path: '\ud800' })] }), `'files.0.path' is not valid`],
    [list({ files: [entry({ url: 'ftp://example.org/a' })] }), 'is not an https link'],
    [list({ files: [entry({ url: 'https://example.org/a#x' })] }), 'contains a fragment'],
    ['{"version":1,"files":[', 'The file may be incomplete'],
    ['[]', 'is not valid'],
    ['{"a.txt":"https://example.org/"}', `'version' is not valid`],
  ])('%s is refused', (text, why) => {
    const { code, message } = failure(text);
    expect([code, message]).toEqual(['invalid-links', expect.stringContaining(why)]);
  });

  test('an error never shows a link', () => {
    const secret = 'https://example.org/a?X-Amz-Signature=s3cret';
    for (const broken of [
      entry({ size: secret }),
      entry({ url: `${secret}\\` }),
      entry({ sha256: secret }),
    ]) {
      const { message, hint, details } = failure(list({ files: [broken] }));
      expect(`${message}${hint}${details.join()}`).not.toContain('s3cret');
    }
  });
});

test('100,000 files are read in memory that does not grow with the length of the links', () => {
  const many = Array.from(
    { length: 100_000 },
    (_, index) => `reports/part-${index % 100}/file-${index}.html`,
  );
  const text = JSON.stringify({
    version: 1,
    files: many.map((path) =>
      entry({ path, url: `https://s3.example.org/${path}?${'t'.repeat(1_000)}=${path.length}` }),
    ),
  });
  const found = parse(text);
  expect(found.files.length).toBe(100_000);
  expect(found.files[99_999]?.source).toMatch(/file-99999\.html\?t{1000}=\d+$/);
  expect(
    JSON.stringify(Object.keys(Object.getOwnPropertyDescriptor(found.files[0], 'source') ?? {})),
  ).toContain('get');
});

test('an index page cannot expire at a time that no clock has', () => {
  const page = pageWith().replace(`"expiresAt":${expiresAt}`, '"expiresAt":1e300');
  const { code, message } = failure(page);
  expect([code, message]).toEqual(['invalid-links', expect.stringContaining(`'expiresAt' is not valid`)]);
});
