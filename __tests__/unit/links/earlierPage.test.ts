import { expect, test } from '@jest/globals';

import { commitHeaders, commitOf } from '../../../src/links/commitHeader.ts';
import { parseEarlierUpload } from '../../../src/links/earlierPage.ts';
import { renderIndexPage } from '../../../src/links/indexPage.ts';
import type { PublishedFile } from '../../../src/links/manifest.ts';

const page = (files: readonly PublishedFile[]): string => {
  const manifest = {
    title: 'T',
    workspace: 'w',
    destination: 'd',
    s3Uri: 's3://b/d/',
    fileCount: files.length,
    totalBytes: 0,
    files: () => files,
    links: undefined,
  };
  return Buffer.concat([...renderIndexPage(manifest, { madeAt: 0 })]).toString();
};

const file = (name: string, more: Partial<PublishedFile> = {}): PublishedFile => ({
  name,
  key: name,
  size: 3,
  contentType: 'text/plain',
  ...more,
});

const sha256 = 'a'.repeat(64);
const etag = 'd41d8cd98f00b204e9800998ecf8427e';

test('the files of an index page are read back, with digests and prints', () => {
  const read = parseEarlierUpload(page([file('a<b', { sha256 }), file('c', { etag }), file('d')]), 'c0ffee1');
  expect(read).toEqual({
    commit: 'c0ffee1',
    files: new Map([
      ['a<b', { size: 3, sha256, print: undefined }],
      ['c', { size: 3, sha256: undefined, print: '1B2M' }],
      ['d', { size: 3, sha256: undefined, print: undefined }],
    ]),
  });
});

test('a page has no prints if the digests of all files are known', () => {
  expect(page([file('a', { sha256, etag })])).toContain('"prints":""');
});

test('a page of version 1.0.0, which has no prints, is read', () => {
  const old = page([file('a', { sha256 })]).replace(/,"prints":"","checksums":null,"changes":null/, '');
  expect(old).not.toContain('prints":');
  expect(parseEarlierUpload(old, '')?.files.get('a')).toEqual({ size: 3, sha256, print: undefined });
});

test.each(['', '<p>no page', '<script id="data">{</script>', '<script id="data">{"names":1}</script>'])(
  'another page is nothing: %j',
  (html) => {
    expect(parseEarlierUpload(html, '')).toBeUndefined();
  },
);

test('only a SHA is kept as a commit', () => {
  expect(commitOf({ headers: commitHeaders('c0ffee1234') })).toBe('c0ffee1234');
  expect(commitHeaders('main')).toEqual({});
  expect(commitOf({ headers: { 'x-amz-meta-commit': '](evil)' } })).toBe('');
  expect(commitOf({ headers: {} })).toBe('');
});
