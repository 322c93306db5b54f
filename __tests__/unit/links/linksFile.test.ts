import { readFileSync, statSync } from 'node:fs';

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { encodedPath } from '../../../src/text/encode.ts';
import { type LinkedFile, writeLinksFile } from '../../../src/links/linksFile.ts';
import type { Links } from '../../../src/links/manifest.ts';
import { temporaryFolder } from '../folders.ts';

const header = { version: 1, workspace: 'w', destination: 'd "e"', expires_at: '' } as const;

const query = `X-Amz-Security-Token=${'t'.repeat(1_500)}&X-Amz-Signature=`;
const address = (key: string) => `https://s3.example.org/b/${encodedPath(key)}`;
const own = (key: string) => String(key.length).padStart(64, '0');
const url = (key: string) => `${address(key)}?${query}${own(key)}`;

const file = (path: string, more: Partial<LinkedFile> = {}): LinkedFile => ({
  path,
  key: `d/${path}`,
  s3_uri: `s3://b/d/${path}`,
  size: 1,
  content_type: 'text/plain',
  ...more,
});

function write(files: readonly LinkedFile[], links: Pick<Links, 'url' | 'parts'> | undefined): unknown {
  using folder = temporaryFolder();
  const name = writeLinksFile(folder.path, header, files, links);
  if (process.platform !== 'win32') expect(statSync(name).mode & 0o777).toBe(0o600);
  return JSON.parse(readFileSync(name, 'utf8'));
}

describe('the links file', () => {
  test.each([
    ['links in parts', { url, parts: { query, address, own } }],
    ['whole links', { url }],
  ])('contains every file with its fields and link, for %s', (_, links) => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 })), (names) => {
        const files = names.map((name) => file(name, { sha256: 'ab', status: 'unchanged' }));
        const linked = files.map((one) => ({ ...one, url: url(one.key) }));
        expect(write(files, links)).toEqual({ ...header, files: linked });
      }),
    );
  });

  test('has no links if none were requested', () => {
    expect(write([file('a')], undefined)).toEqual({ ...header, files: [file('a')] });
  });

  test('is complete if it is larger than the write buffer', () => {
    const files = Array.from({ length: 3_000 }, (_, index) => file(`ü ${index}`));
    expect(write(files, { url, parts: { query, address, own } })).toEqual({
      ...header,
      files: files.map((one) => ({ ...one, url: url(one.key) })),
    });
  });

  test('is complete if one name is larger than the write buffer', () => {
    const long = file('ü'.repeat(1_200_000));
    expect(write([file('a'), long, file('b')], undefined)).toEqual({
      ...header,
      files: [file('a'), long, file('b')],
    });
  });
});
