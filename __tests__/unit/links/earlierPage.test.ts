import { describe, expect, test } from '@jest/globals';

import { commitHeaders, commitOf } from '../../../src/links/commitHeader.ts';
import { parseEarlierUpload, readEarlierUpload } from '../../../src/links/earlierPage.ts';
import { renderIndexPage } from '../../../src/links/indexPage.ts';
import type { PublishedFile } from '../../../src/links/manifest.ts';
import { errorFrom } from '../failure.ts';
import { openBucket } from '../storage/localBucket.ts';

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

test('digests and prints in a form of a later version are unknown', () => {
  const later = page([file('a', { sha256, etag })]).replace(
    /"sums":[^\]]*\],"prints":""/,
    '"sums":{},"prints":1',
  );
  expect(later).toContain('"sums":{}');
  expect(parseEarlierUpload(later, '')?.files.get('a')).toEqual({
    size: 3,
    sha256: undefined,
    print: undefined,
  });
});

describe('the index page of the previous upload', () => {
  const body = page([file('a', { sha256 })]);
  const headOf = (size: number) => ({ size, etag: 'e', headers: commitHeaders('c0ffee1') });

  test('is read as it is stored, with its commit', async () => {
    await using bucket = await openBucket(() => ({ body }));
    const { signal } = new AbortController();
    const read = await readEarlierUpload(bucket.client, 'p/_links.html', headOf(8 * 1024 ** 2), signal);
    expect(read).toEqual(parseEarlierUpload(body, 'c0ffee1'));
    expect(bucket.server.asked).toMatchObject([
      { method: 'GET', path: '/bucket/p/_links.html', headers: { 'accept-encoding': 'identity' } },
    ]);
  });

  test('is not read if it is larger than 8 MiB', async () => {
    await using bucket = await openBucket(() => ({ body }));
    const { signal } = new AbortController();
    expect(await readEarlierUpload(bucket.client, 'p/l', headOf(8 * 1024 ** 2 + 1), signal)).toBeUndefined();
    expect(bucket.server.asked).toEqual([]);
  });

  test('is not read to its end after the run is cancelled', async () => {
    const run = new AbortController();
    const reason = new Error('SIGINT');
    await using bucket = await openBucket(() => {
      run.abort(reason);
      return { body };
    });
    expect(await errorFrom(readEarlierUpload(bucket.client, 'p/l', headOf(9), run.signal))).toBe(reason);
  });
});

test.each(['', '<p>no page', '<script id="data">{</script>', '<script id="data">{"names":1}</script>'])(
  'another page is nothing: %j',
  (html) => {
    expect(parseEarlierUpload(html, '')).toBeUndefined();
  },
);

test('only a SHA is kept as a commit', () => {
  expect(commitOf({ headers: commitHeaders('c0ffee1234') })).toBe('c0ffee1234');
  expect(commitHeaders('c0ffee1')).toEqual({ 'x-amz-meta-commit': 'c0ffee1' });
  for (const other of ['main', 'xc0ffee1', 'c0ffee1x', 'c0ffee', 'f'.repeat(65)])
    expect(commitHeaders(other)).toEqual({});
  expect(commitOf({ headers: { 'x-amz-meta-commit': '](evil)' } })).toBe('');
  expect(commitOf({ headers: {} })).toBe('');
});
