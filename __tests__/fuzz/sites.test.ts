import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { createPlace } from '../../browser/workers/siteFolder.ts';
import { freeName, zipFileName, zipNames } from '../../browser/index/zipNames.ts';
import { contentType } from '../../src/files/contentType.ts';
import { declaredEncoding } from '../../src/files/declaredEncoding.ts';
import { mediaType } from '../../src/files/mediaTypes.ts';
import { tagsOf } from '../../src/preview/htmlTags.ts';
import { parseSiteFlags } from '../../src/preview/previewMetadata.ts';
import { filesNeeded } from '../../src/preview/references.ts';
import { createRoutes } from '../../src/preview/routes.ts';
import { createSiteCheck } from '../../src/preview/siteCheck.ts';
import { damagedText, hostileText, longText, nearly } from './arbitraries.ts';
import { fuzz, isLinear } from './properties.ts';

const place = '/bucket/ci/site/';
const names = [
  'index.html',
  'a.js',
  'b/c.css',
  'b/index.html',
  '404.html',
  'é & x.png',
  '200.html',
  '_redirects',
];
const reference = nearly(
  'a.js',
  '/a.js',
  './b/c.css',
  '../x',
  'b/',
  `${place}a.js`,
  'https://docs.example.org/a.js',
  '//evil.example/a.js',
  'data:text/css,x',
  '%C3%A9%20%26%20x.png',
  '?q#f',
);
const tag = fc
  .tuple(reference, fc.constantFrom('"', "'", ''))
  .chain(([url, quote]) =>
    fc.constantFrom(
      `<script src=${quote}${url}${quote}></script>`,
      `<link rel="stylesheet" href=${quote}${url}${quote}>`,
      `<link rel="canonical" href="https://docs.example.org/${url}">`,
      `<a href=${quote}${url}${quote}>x</a>`,
      `<img srcset="${url} 1x, ${url} 2x">`,
      `<base href=${quote}${url}${quote}>`,
      `<meta charset=${quote}latin1${quote}>`,
      `<meta http-equiv="refresh" content="0;url=${url}">`,
      `<script>import '${url}'; navigator.serviceWorker.register('${url}')</script>`,
      `<!-- ${url} -->`,
      `<style>@import url(${url})</style>`,
      `<textarea><script src="${url}"></textarea>`,
    ),
  );
const html = damagedText(
  fc
    .array(fc.oneof({ weight: 4, arbitrary: tag }, hostileText), { maxLength: 6 })
    .map((tags) => `<!doctype html><html>${tags.join('\n')}</html>`),
);
const files = fc.oneof(
  fc.constant(names),
  fc.array(fc.oneof(nearly(...names), hostileText), { maxLength: 8 }),
);

describe('the HTML of a site', () => {
  fuzz(
    'names only files of the site, and gives findings',
    fc.tuple(html, files, fc.boolean()),
    ([page, site, isSecure]) => {
      for (const name of filesNeeded(page, site, place))
        if (!site.includes(name)) throw new Error(`Not a file: ${name}`);
      const check = createSiteCheck(site, place, isSecure);
      for (const name of ['index.html', '_redirects', 'a.js', 'b/c.css']) check.read(name, page);
      check.result();
      for (const { name, attributes } of tagsOf(page))
        expect([typeof name, attributes instanceof Map]).toEqual(['string', true]);
      const declared = declaredEncoding(page);
      if (declared !== undefined) expect(declared).toMatch(/^[\w:.-]+$/);
      for (const name of site)
        expect(contentType(name, mediaType(name), Buffer.from(page))).toMatch(
          /^[\w.+-]+\/[\w.+-]+(?:; ?[\w-]+=[\w-]+)*$/,
        );
      parseSiteFlags(page);
    },
    { share: 0.5 },
  );
  test('is read in linear time', () => {
    for (const part of [
      '<',
      '<a ',
      '<a href="',
      '<!--',
      '<script>',
      '</script>',
      '<script>"a"',
      '<meta ',
      '<base ',
      ' ',
      'a=',
      "'",
      '<link rel=',
      'import"',
      'register(',
      'src=a ',
      '<img srcset="a ',
      ', ',
      'a.js ',
      '/',
    ])
      isLinear(
        (length) => `<html>${part.repeat(length / part.length)}`,
        (text) => {
          filesNeeded(text, names, place);
          const check = createSiteCheck(names, place, true);
          for (const name of ['index.html', '_redirects', 'a.js']) check.read(name, text);
          check.result();
          declaredEncoding(text);
        },
        50_000,
      );
  });
});

describe('requests to the service worker', () => {
  interface Found {
    readonly kind: string;
    readonly response: Response;
  }
  // Its types need the library of workers, which these tests do not have.
  const worker = '../../browser/workers/storage.ts';
  const root = new URL(`https://storage.example.org${place}`);
  const links = {
    base: root.href,
    query: 'X-Amz-Date=20260101T000000Z',
    rest: names.map((_, index) => `&X-Amz-Signature=${index}`),
  };
  const site = {
    id: 'i',
    version: 'v',
    entry: '_preview.html',
    worker: '_preview-worker.js',
    names,
    etags: [],
    links,
    expiresAt: null,
    history: true,
    fallback: null,
    companion: '',
    frame: null,
    base: '/',
    isolated: false,
    origin: null,
  };
  const folder = createPlace(site, root);
  const request = fc.oneof(
    { weight: 3, arbitrary: damagedText(reference.map((path) => `${root.href}${path}`)) },
    nearly(
      `${root.href}b`,
      'https://storage.example.org/a.js',
      'https://storage.example.org/bucket/other/x',
      root.href,
    ),
    longText.map((path) => `${root.href}${path}`),
  );
  fuzz(
    'get a file of the site, a redirect within it, or nothing',
    fc.tuple(request, fc.boolean()),
    ([address, isPage]) => {
      const url = URL.parse(address);
      if (url?.origin === root.origin) {
        const route = folder.locate(url, isPage);
        if (route?.kind === 'file')
          expect([names.includes(route.name), folder.link(route.name)?.url.startsWith(root.href)]).toEqual([
            true,
            true,
          ]);
        if (route?.kind === 'redirect')
          expect(new URL(folder.address(route.to)).href.startsWith(root.href)).toBe(true);
      }
    },
  );
  const header = nearly('text/html', 'bytes 0-0/7', 'gzip', '"abc"', 'no-store', 'a=b', root.href);
  const stored = fc.record({
    status: fc.constantFrom(200, 206, 302, 400, 401, 403, 404, 412, 416),
    headers: fc.dictionary(
      fc.constantFrom(
        'content-type',
        'set-cookie',
        'location',
        'x-amz-request-id',
        'content-encoding',
        'etag',
      ),
      header.map((text) => text.replace(/[^\x20-\x7e]/g, '')),
    ),
  });
  fuzz(
    'ask the storage only for this file, and pass on nothing else',
    fc.tuple(request, stored, fc.constantFrom('GET', 'HEAD')),
    async ([address, { status, headers }, method]) => {
      const { lookUp } = (await import(worker)) as {
        readonly lookUp: (link: string, etag: string, request: Request) => Promise<Found>;
      };
      const url = URL.parse(address);
      const route = url?.origin === root.origin ? folder.locate(url, false) : undefined;
      const link = route?.kind === 'file' ? folder.link(route.name) : undefined;
      if (!url || !link) return;
      const asked: string[] = [];
      const given = globalThis.fetch;
      globalThis.fetch = (input, options) => {
        asked.push(input as string);
        expect([options?.credentials, options?.referrerPolicy]).toEqual(['omit', 'no-referrer']);
        return Promise.resolve(new Response(null, { status, headers }));
      };
      try {
        const found = await lookUp(
          link.url,
          link.etag,
          new Request(url, { method, headers: { cookie: 'a=b' } }),
        );
        expect(asked).toEqual([link.url]);
        if (found.kind !== 'found') return;
        for (const name of found.response.headers.keys())
          if (/^(?:set-cookie|location|x-amz)/.test(name))
            throw new Error(`A header of the storage: ${name}`);
      } finally {
        globalThis.fetch = given;
      }
    },
  );
  fuzz(
    'have a route, by any names',
    fc.tuple(files, fc.oneof(hostileText, longText, nearly(...names))),
    ([site2, path]) => {
      const routes = createRoutes(site2);
      for (const route of [routes.page(path), routes.resource(path)])
        if (route.kind === 'file' && !site2.includes(route.name))
          throw new Error(`Not a file: ${route.name}`);
    },
  );
  test('are answered in linear time', () => {
    const routes = createRoutes(names);
    for (const part of ['/', 'a/', '%2f', '.', '../', '%'])
      isLinear(
        (length) => part.repeat(length / part.length),
        (path) => {
          routes.page(path);
          routes.resource(path);
          folder.locate(new URL(`${root.href}${path}`), true);
        },
        100_000,
      );
  });
});

describe('names in a zip', () => {
  const path = fc.oneof(hostileText, nearly('a', 'a/b', '../b', '/a', 'a//b', 'a.txt'));
  fuzz(
    'are different, and inside its folder',
    fc.tuple(fc.uniqueArray(path, { maxLength: 10 }), path),
    ([paths, title]) => {
      const made = zipNames(paths);
      expect(new Set(made).size).toBe(paths.length);
      for (const name of made)
        if (name.split('/').some((segment) => /^\.{0,2}$/.test(segment)) || name.includes('\0'))
          throw new Error(`Outside: ${name}`);
      const folders = new Set(
        made.flatMap((name) =>
          name
            .split('/')
            .slice(0, -1)
            .map((_, index, all) => all.slice(0, index + 1).join('/')),
        ),
      );
      for (const name of made) if (folders.has(name)) throw new Error(`A folder: ${name}`);
      expect(zipFileName(title, title)).toMatch(/^[^\\/:*?"<>|]+\.zip$/);
      freeName(title, new Set(paths));
    },
  );
});
