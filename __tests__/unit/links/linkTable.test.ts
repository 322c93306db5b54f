import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { expandLink, compressLinks } from '../../../src/links/linkTable.ts';
import { createSigner, objectPath } from '../../../src/storage/signer.ts';

const endpoint = new URL('https://s3.example.org/');
const presigner = createSigner(endpoint, 'fr-par', {
  accessKeyId: 'KEYID',
  secretAccessKey: 'secret',
  sessionToken: 'token'.repeat(300),
  openedAt: 0,
  expiresAt: undefined,
}).presigner(new Date(1_800_000_000_000), 900);

const signed = (name: string) => {
  const path = objectPath(endpoint, 'bucket', `a2s/site/${name}`);
  return { name, url: presigner.url(path, presigner.signature(path)) };
};

const expand = (links: readonly { name: string; url: string }[]) => {
  const table = compressLinks(links);
  return links.map(({ name }, index) => ({ name, url: expandLink(table, name, index) }));
};

const segment = fc
  .string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
  .map((text) => text.replaceAll('/', '-'));
const names = fc.array(
  fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('/')),
);

describe('a table of links', () => {
  test('expands to the same signed links', () => {
    fc.assert(
      fc.property(names, (those) => {
        const links = those.map(signed);
        expect(expand(links)).toEqual(links);
      }),
    );
  });

  test('expands to the same links if some have another form', () => {
    const urls = fc.oneof(
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.constantFrom('https://other.example/x', 'http://127.0.0.1:9000/bucket/a2s/site/a?x=1'),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(segment, fc.option(urls))), (pairs) => {
        const links = pairs.map(([name, url]) => (url === null ? signed(name) : { name, url }));
        expect(expand(links)).toEqual(links);
      }),
    );
  });

  test('expands to the same links if a query looks like a URL', () => {
    const links = ['https://a.example/x', '?', '', '#'].map((query, index) => ({
      name: `f${index}`,
      url: `https://s3.example.org/b/f${index}?${query}`,
    }));
    expect(expand(links)).toEqual(links);
  });

  test('keeps no whole link in memory', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    collect();
    const before = process.memoryUsage().heapUsed;
    const table = compressLinks(
      (function* () {
        for (let index = 0; index < 20_000; index += 1) yield signed(`assets/file ${index}.js`);
      })(),
    );
    collect();
    // The whole links would be 36 MB.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(8_000_000);
    expect(table.rest).toHaveLength(20_000);
  });

  test('takes at most 100 bytes for each file', () => {
    const links = Array.from({ length: 1_000 }, (_, index) => signed(`assets/file ${index}.js`));
    expect(JSON.stringify(compressLinks(links)).length).toBeLessThan(1_000 * 100 + 3_000);
  });
});
