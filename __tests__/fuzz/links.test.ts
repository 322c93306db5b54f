import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { linksSource } from '../../src/commands/downloadSources.ts';
import { parseChecksums } from '../../src/files/checksums.ts';
import { linux, windows } from '../../src/files/system.ts';
import { renderIndexPage } from '../../src/links/indexPage.ts';
import { parseLinkList } from '../../src/links/linkList.ts';
import { compressLinks, expandLink } from '../../src/links/linkTable.ts';
import { readNamePatterns } from '../../src/files/namePatterns.ts';
import { nameProblems } from '../../src/sync/downloads.ts';
import { registerSecret } from '../../src/text/secrets.ts';
import { temporaryFolder } from '../unit/folders.ts';
import { type Json, damagedJson, damagedText, hostileText, nearly, secret } from './arbitraries.ts';
import { checkText, failsWell, fuzz, isLinear } from './properties.ts';
import { answering } from './transports.ts';

const url = (name: string) =>
  `https://storage.example.org/bucket/ci/${name}?X-Amz-Date=20260101T000000Z&X-Amz-Expires=900&X-Amz-Signature=${encodeURIComponent(secret)}`;
const sum = 'ab'.repeat(32);
const names = ['a.txt', 'b/c.html', 'é & <x>.json'];
const linksFile: Json = {
  version: 1,
  workspace: 'main',
  destination: 'site',
  expires_at: '2099-01-01T00:00:00Z',
  files: names.map((name) => ({
    path: name,
    key: `ci/${name}`,
    s3_uri: `s3://bucket/ci/${name}`,
    size: 7,
    content_type: 'text/plain',
    sha256: sum,
    url: url(encodeURI(name)),
  })),
};
const pageData: Json = {
  title: 'Site',
  workspace: 'main',
  destination: 'site',
  s3Uri: 's3://bucket/ci/',
  madeAt: 1,
  run: null,
  signedBy: 'session',
  expiresAt: 4e12,
  links: {
    base: 'https://storage.example.org/bucket/ci/',
    query: 'X-Amz-Date=20260101T000000Z',
    rest: ['&a=1', '&a=2', `#${url('x')}`],
  },
  names,
  sizes: [1, 2, 3],
  types: [0, 0, 0],
  mediaTypes: ['text/plain'],
  ages: [0, 0, 0],
  sums: [sum, '', sum],
};
const page = damagedJson(pageData).map(
  (data) =>
    `<!doctype html><html><body><script type="application/json" id="data">${data.replaceAll('<', '\\u003c')}</script></body></html>`,
);
const list = fc.oneof(damagedJson(linksFile), damagedText(page), page);

describe('a list of links as the source of a download', () => {
  const folder = temporaryFolder();
  const file = path.join(folder.path, 'list');
  const log = (...lines: readonly string[]) => checkText(...lines.flat());
  const host = {
    log: {
      info: log,
      debug: log,
      notice: log,
      warning: (_: string, text: string | readonly string[]) => log(...[text].flat()),
      group: (title: string | readonly string[], lines: string | readonly string[]) =>
        log(...[title, lines].flat()),
      openGroup: () => () => undefined,
    },
  };
  fuzz(
    'is read, or refused with a code; links lead only to allowed hosts',
    fc.tuple(list, fc.boolean(), fc.constantFrom(linux, windows)),
    async ([text, plainHttp, system]) => {
      registerSecret(secret);
      writeFileSync(file, text);
      const { transport } = answering(() => ({ status: 404, body: '' }));
      await failsWell(async () => {
        const tools = {
          host: host as never,
          transport,
          retries: { onRetry: () => undefined } as never,
          signal: transport.signal,
        };
        const { gets, leftOut } = await linksSource(
          { kind: 'file', path: file },
          { pattern: ['**'], verify: true, plainHttp },
          tools,
        );
        checkText(...leftOut);
        for (const { source, size, sha256 } of gets) {
          expect(new URL(source).protocol).toMatch(plainHttp ? /^https?:$/ : /^https:$/);
          expect(Number.isSafeInteger(size) && size >= 0).toBe(true);
          if (sha256 !== undefined) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
        }
        const problems = nameProblems(gets, system);
        checkText(...problems);
        if (problems.length > 0) return;
        for (const { name } of gets) {
          const below = system.paths.relative(
            system.windows ? 'C:\\t' : '/t',
            system.paths.resolve(system.windows ? 'C:\\t' : '/t', name),
          );
          if (/^\.\.(?:[\\/]|$)/.test(below) || system.paths.isAbsolute(below))
            throw new Error(`Outside: ${name}`);
        }
      });
    },
  );

  test('is read in linear time', () => {
    const options = { where: 'list', plainHttp: false };
    for (const part of [
      '<',
      '<script ',
      '<script id="data">',
      '{',
      '[',
      '"',
      '\\',
      ' ',
      '</script',
      '<script a=',
      'id="data"',
    ])
      isLinear(
        (length) => `<${part.repeat(length / part.length)}`,
        (text) => {
          try {
            parseLinkList(text, options);
          } catch {
            // Only the time matters.
          }
        },
        100_000,
      );
  });
});

describe('an index page', () => {
  const text = fc.oneof(hostileText, nearly('site', '</script><script id="data">', '{{data}}', '{{title}}'));
  const files = fc.uniqueArray(
    fc
      .oneof(hostileText, nearly('a.txt', 'b/c.txt'))
      .map((name) => name.toWellFormed())
      .filter((name) => name !== ''),
    { maxLength: 4 },
  );
  fuzz(
    'is HTML that only has its own script, and names its files',
    fc.tuple(files, text, text),
    ([made, title, workspace]) => {
      const links = {
        signedBy: 'session' as const,
        url: (key: string) =>
          `https://storage.example.org/bucket/${encodeURIComponent(key)}?X-Amz-Signature=1`,
        expiresAt: undefined,
      };
      const manifest = {
        title,
        workspace,
        destination: 'd',
        s3Uri: 's3://b/d/',
        fileCount: made.length,
        totalBytes: 7,
        files: () => made.map((name) => ({ name, key: `d/${name}`, size: 1, contentType: 'text/plain' })),
        links,
      };
      const html = Buffer.concat([
        ...renderIndexPage(manifest, { madeAt: 1, run: { name: workspace, url: 'https://github.com' } }),
      ]).toString();
      expect(html.match(/<script/g)).toHaveLength(pageScripts);
      if (made.length === 0) return;
      const read = parseLinkList(html, { where: 'page', plainHttp: false });
      expect(read.files.map(({ name }) => name)).toEqual(made);
      expect(read.files.map(({ source }) => source)).toEqual(made.map((name) => links.url(`d/${name}`)));
    },
    { share: 0.1 },
  );
  const empty = {
    title: 't',
    workspace: 'w',
    destination: 'd',
    s3Uri: 's3://b/d/',
    fileCount: 0,
    totalBytes: 0,
    files: () => [],
    links: undefined,
  };
  const pageScripts =
    Buffer.concat([...renderIndexPage(empty, { madeAt: 1 })])
      .toString()
      .match(/<script/g)?.length ?? 0;
});

describe('link tables', () => {
  const pair = fc.record({
    name: fc.oneof(hostileText, nearly('a.txt')).map((name) => name.toWellFormed()),
    url: nearly(...names.map((name) => url(encodeURI(name)))),
  });
  fuzz('give back the links that they were made of', fc.array(pair, { maxLength: 6 }), (links) => {
    const table = compressLinks(links);
    for (const [index, { name, url: link }] of links.entries())
      expect(expandLink(table, name, index)).toBe(link);
  });
});

describe('SHA256SUMS and patterns of names', () => {
  fuzz(
    'are read, or refused',
    fc.tuple(
      nearly(`${sum}  a.txt\n${sum} *b/c\n`, `\\${sum}  a\\nb\n`),
      fc.array(nearly('**/*.html', '!a', 'b/'), { maxLength: 3 }),
      hostileText,
    ),
    async ([text, patterns, name]) => {
      await failsWell(() => {
        for (const digest of parseChecksums(text).sums.values()) expect(digest).toMatch(/^[0-9a-f]{64}$/);
        readNamePatterns(patterns).includes(name);
      });
    },
  );
  test('are read in linear time', () => {
    for (const part of ['a', `${sum}  a\n`, '\\', '\n', ' ', '*'])
      isLinear((length) => part.repeat(length / part.length), parseChecksums, 200_000);
  });
});
