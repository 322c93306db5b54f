import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';

import { describe, expect, test } from '@jest/globals';

import { bytesOfText } from '../../../browser/index/viewers/base91.ts';
import type { IndexPageData } from '../../../src/links/indexPageData.ts';
import { renderIndexPage } from '../../../src/links/indexPage.ts';
import type { Links, Publication, PublishedFile } from '../../../src/links/manifest.ts';
import type { UploadChanges } from '../../../src/sync/uploadChanges.ts';
import { expandLink } from '../../../src/links/linkTable.ts';
import { createSigner, objectPath } from '../../../src/storage/signer.ts';

const endpoint = new URL('https://s3.example.org/');
const madeAt = Date.UTC(2026, 10, 23, 18, 5, 41);

const presigner = createSigner(endpoint, 'fr-par', {
  accessKeyId: 'KEYID',
  secretAccessKey: 'secret',
  sessionToken: 't0k3n'.repeat(300),
  openedAt: 0,
  expiresAt: undefined,
}).presigner(new Date(madeAt), 900);

const url = (key: string) => {
  const path = objectPath(endpoint, 'bucket', key);
  return presigner.url(path, presigner.signature(path));
};

const links: Links = { signedBy: 'session', url, expiresAt: madeAt + 900_000 };

const file = (name: string, more: Partial<PublishedFile> = {}): PublishedFile => ({
  name,
  key: `ci/site/${name}`,
  size: 1_234,
  contentType: 'text/plain; charset=utf-8',
  ...more,
});

const published = (files: readonly PublishedFile[], more: Partial<Publication> = {}): Publication => ({
  title: 'Pages: reports/main',
  workspace: 'my-workspace',
  destination: 'site',
  s3Uri: 's3://bucket/ci/site/',
  fileCount: files.length,
  totalBytes: files.reduce((sum, { size }) => sum + size, 0),
  files: () => files,
  links,
  main: undefined,
  ...more,
});

const pageOf = (...asked: Parameters<typeof renderIndexPage>): string =>
  Buffer.concat([...renderIndexPage(...asked)]).toString();

const contentsOf = (page: string): IndexPageData =>
  JSON.parse(
    /<script type="application\/json" id="data">([^<]*)<\/script>/.exec(page)?.[1] ?? 'null',
  ) as IndexPageData;

const policyOf = (page: string): string =>
  /http-equiv="Content-Security-Policy"\s+content="([^"]*)"/.exec(page)?.[1] ?? '';

/** Typical files of a large build: long paths, few media types, no checksums. */
const many = Array.from({ length: 5_000 }, (_, index) =>
  file(`products/T31TCJ/2026-11-${index % 30}/band ${index}.tif`, { contentType: 'image/tiff' }),
);

const hostile = [
  '</script><script>alert(1)</script>',
  '<!--<script>',
  '"><img src=x onerror=alert(1)>.txt',
  `'"&amp;.txt`,
  'line\nbreak\u2028and\u2029more\r.txt',
  '\u202egnp.exe',
  '{{data}}',
  '$&$1$`',
];

describe('the index page', () => {
  test('contains every file with its link, size, type, date and checksum', () => {
    const files = [
      file('a.png', { contentType: 'image/png', modified: madeAt - 60_000, sha256: 'ab'.repeat(32) }),
      file('b/c.txt', { size: 0 }),
      file('b/d.png', { contentType: 'image/png', modified: madeAt - 3_600_000 }),
    ];
    const contents = contentsOf(pageOf(published(files), { madeAt }));
    expect(contents).toMatchObject({
      workspace: 'my-workspace',
      destination: 'site',
      s3Uri: 's3://bucket/ci/site/',
      signedBy: 'session',
      expiresAt: madeAt + 900_000,
      names: ['a.png', 'b/c.txt', 'b/d.png'],
      sizes: [1_234, 0, 1_234],
      types: [0, 1, 0],
      mediaTypes: ['image/png', 'text/plain; charset=utf-8'],
      ages: [60, 0, 3_600],
      sums: ['ab'.repeat(32), '', ''],
    });
    const expanded = contents.names.map(
      (name, index) => contents.links && expandLink(contents.links, name, index),
    );
    expect(expanded).toEqual(files.map(({ key }) => url(key)));
  });

  test('escapes names that could end the data, begin markup or replace a placeholder', () => {
    const page = pageOf(published(hostile.map((name) => file(name))), { madeAt });
    expect(contentsOf(page).names).toEqual(hostile);
    expect(page.match(/<script/g)).toHaveLength(4);
    expect(/[\u2028\u2029]/.test(page)).toBe(false);
  });

  test.each(hostile)('shows the destination and workspace %j as text', (name) => {
    const page = pageOf(published([file('a.txt')], { destination: name, workspace: name }), { madeAt });
    const plain = pageOf(published([file('a.txt')]), { madeAt });
    expect(page.match(/<[a-z!/]/gi)?.length).toBe(plain.match(/<[a-z!/]/gi)?.length);
    expect(contentsOf(page)).toMatchObject({ destination: name, workspace: name });
  });

  test('is at most 60 KB larger than the page without viewers was', () => {
    const [page] = renderIndexPage(published([file('a.txt')]), { madeAt });
    expect(page?.length).toBeLessThan(61_069 + 58_000);
  });

  test('allows only its own script, and requests to the storage', () => {
    const page = pageOf(published([file('a.txt')]), { madeAt });
    const [first = '', script = ''] = [...page.matchAll(/<script>(.*?)<\/script>/gs)].map(([, text]) => text);
    // The first script comes before the policy, and does nothing unless a sandbox takes the origin away.
    expect(first).toMatch(/if\("null"===self\.origin&&/);
    const style = /<style>(.*?)<\/style>/s.exec(page)?.[1] ?? '';
    const packed = /<script type="application\/gzip" id="viewers">(.*?)<\/script>/.exec(page)?.[1] ?? '';
    const viewers = gunzipSync(bytesOfText(packed)).toString();
    const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    expect(script.length).toBeGreaterThan(1_000);
    expect(viewers.length).toBeGreaterThan(1_000);
    expect(policyOf(page).split('; ').sort()).toEqual(
      [
        "default-src 'none'",
        `script-src ${hash(script)} ${hash(viewers)}`,
        `style-src ${hash(style)}`,
        "img-src 'self' data: https://s3.example.org",
        "media-src 'self' https://s3.example.org",
        "connect-src 'self' https://s3.example.org",
        "frame-src 'self' blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        'trusted-types viewers',
      ].sort(),
    );
    const metas = [...page.matchAll(/<meta name="(\w+)" content="([^"]*)"/g)].map(([, name, content]) => [
      name,
      content,
    ]);
    expect(metas).toEqual(
      expect.arrayContaining([
        ['referrer', 'no-referrer'],
        ['robots', 'noindex, nofollow'],
      ]),
    );
    const elsewhere = page.replace(/https?:\/\/(?:s3\.example\.org|www\.w3\.org\/2000\/svg)/g, '');
    expect(elsewhere.match(/https?:\/\/[a-z]/g)).toBeNull();
  });

  test('keeps links from changing its Content-Security-Policy', () => {
    const urls = [
      'https://a.example/x?1',
      'http://127.0.0.1:9000/y',
      "https://evil.example'; script-src *; x/z",
      'javascript:alert("https://b.example/")',
      'http://c.example',
    ];
    const files = urls.map((_, index) => file(String(index)));
    const odd = { ...links, url: (key: string) => urls[Number(key.at(-1))] ?? '' };
    const page = pageOf(published(files, { links: odd }), { madeAt });
    expect(policyOf(page)).toContain(
      "connect-src 'self' https://a.example http://127.0.0.1:9000 http://c.example;",
    );
    const hosts = { ...links, url: (key: string) => `https://${key.split('/').at(-1)}.example/` };
    const wide = pageOf(
      published(
        Array.from({ length: 30 }, (_, n) => file(`h${n}`)),
        { links: hosts },
      ),
      { madeAt },
    );
    expect(policyOf(wide)).toContain("connect-src 'self' https: http:;");
    const few = published(
      Array.from({ length: 20 }, (_, n) => file(`h${n}`)),
      { links: hosts },
    );
    expect(policyOf(pageOf(few, { madeAt }))).toContain(' https://h0.example https://h1.example ');
  });

  test('says without JavaScript what it is and when the links expire', () => {
    const saidBy = (page: string) => /<noscript>.*?<p>(.*?)<\/p>/s.exec(page)?.[1];
    const files = [file('a.txt'), file('b.txt')];
    const text =
      'This page lists 2 files (2.4 KiB) below site in the workspace my-workspace, with a link to each.';
    expect(saidBy(pageOf(published(files), { madeAt }))).toBe(
      `${text} The links expire at 2026-11-23 18:20:41 UTC.`,
    );
    const unknown = pageOf(published(files, { links: { ...links, expiresAt: undefined } }), { madeAt });
    expect(saidBy(unknown)).toBe(text);
    expect(contentsOf(unknown).expiresAt).toBeNull();
  });

  test('says where the files are if they have no destination', () => {
    const page = pageOf(published([file('a.txt')], { destination: '' }), { madeAt });
    expect(page).toContain(
      'This page lists 1 file (1.2 KiB) in the workspace my-workspace, with a link to each.',
    );
  });

  test('shows special characters of its title as text', () => {
    const page = pageOf(published([file('a.txt')], { title: `<a> & 'b' "c"\u0007` }), { madeAt });
    expect(page).toContain('<title>&#60;a&#62; &#38; &#39;b&#39; &#34;c&#34;\ufffd</title>');
  });

  test('signs the link of one file only if all links are built in the same way', () => {
    const signed: string[] = [];
    const counting: Links = {
      ...links,
      url: (key) => {
        signed.push(key);
        return url(key);
      },
      parts: { address: (key) => `https://s3.example.org/${key}`, query: 'q', own: (key) => key },
    };
    const page = pageOf(published([file('a'), file('b'), file('c')], { links: counting }), { madeAt });
    expect(signed).toEqual(['ci/site/a']);
    expect(policyOf(page)).toContain("connect-src 'self' https://s3.example.org;");
  });

  test('has the link to the checksums if there are checksums and links', () => {
    const checksums = { name: 'SHA256SUMS', key: 'ci/site/SHA256SUMS' };
    const contents = (more: Partial<Publication>) =>
      contentsOf(pageOf(published([file('a')], more), { madeAt })).checksums;
    expect(contents({ checksums: { ...checksums, url: 'https://s3.example.org/s' } })).toEqual({
      name: 'SHA256SUMS',
      url: 'https://s3.example.org/s',
    });
    expect(contents({ checksums })).toBeNull();
    expect(contents({})).toBeNull();
  });

  test('marks files that the upload has added or changed', () => {
    const changes: UploadChanges = {
      commit: 'c0ffee1',
      added: 1,
      changed: undefined,
      gone: 3,
      goneNames: [],
      files: new Map([
        ['a', 'new'],
        ['c', 'changed'],
      ]),
    };
    const contents = contentsOf(
      pageOf(published([file('a'), file('b'), file('c')], { changes }), { madeAt }),
    );
    expect(contents.changes).toEqual({ added: 1, changed: null, gone: 3, commit: 'c0ffee1', marks: 'n.c' });
  });

  test('has no links if none were requested', () => {
    const contents = contentsOf(pageOf(published(many, { links: undefined }), { madeAt }));
    expect(contents).toMatchObject({ links: null, signedBy: null, expiresAt: null });
    expect(contents.names).toHaveLength(5_000);
  });

  test('is smaller than 1 MB with 5,000 session links and a token of 1,500 characters, and reads the files once', () => {
    let passes = 0;
    const counted = published(many, {
      files: () => {
        passes += 1;
        return many;
      },
    });
    const page = pageOf(counted, { madeAt });
    expect(Buffer.byteLength(page)).toBeLessThan(1_000_000);
    expect(passes).toBe(1);
    expect(contentsOf(page).sums).toEqual([]);
  });

  test('takes at most ten times the CPU time of signing the links', () => {
    const shortest = (work: () => void) =>
      Math.min(
        ...Array.from({ length: 7 }, () => {
          const before = process.cpuUsage();
          work();
          const { user, system } = process.cpuUsage(before);
          return (user + system) / 1_000;
        }),
      );
    const signing = shortest(() => {
      for (const { key } of many) url(key);
    });
    const making = shortest(() => pageOf(published(many), { madeAt }));
    // It takes three to four times. A busy machine must not fail the test.
    expect(making).toBeLessThan(10 * signing);
  });
});
