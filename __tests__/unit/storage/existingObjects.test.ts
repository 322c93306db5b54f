import { expect, test } from '@jest/globals';

import { existingAmong } from '../../../src/storage/existingObjects.ts';
import { type LocalBucket, errorXml, keyAsked, openBucket } from './localBucket.ts';

const there = { headers: { etag: '"e"', 'content-length': '1' } };

/** A bucket with these keys, which answers HEAD requests and listings. */
function holding(...keys: string[]): Promise<LocalBucket> {
  return openBucket((asked) => {
    if (asked.method === 'HEAD') return keys.includes(keyAsked(asked)) ? there : { status: 404 };
    const prefix = new URL(asked.path, 'http://localhost').searchParams.get('prefix') ?? '';
    const found = keys.filter((key) => key.startsWith(prefix)).sort();
    return {
      body: `<ListBucketResult>${found.map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`).join('')}</ListBucketResult>`,
    };
  });
}

const folders = (count: number) => Array.from({ length: count }, (_, index) => `p/d/${index}`);

test.each([
  [64, 'HEAD', 64],
  [65, 'GET', 1],
])('for %d keys, existing ones are found by %s in %d requests', async (count, method, requests) => {
  await using bucket = await holding('p/d/7', 'p/d/70', 'p/d/7/x', 'p/other');
  const found = await existingAmong(bucket.client, 'p/d/', folders(count));
  expect([...found]).toEqual(['p/d/7']);
  expect(bucket.server.asked.map((asked) => asked.method)).toEqual(
    Array.from({ length: requests }, () => method),
  );
});

test('no keys send no request', async () => {
  await using bucket = await holding('p/d/a');
  expect((await existingAmong(bucket.client, 'p/d/', [])).size).toBe(0);
  expect(bucket.server.asked).toEqual([]);
});

test('a 403 is an error, not a missing key', async () => {
  await using bucket = await openBucket(() => ({ status: 403, body: errorXml('AccessDenied') }));
  await expect(existingAmong(bucket.client, 'p/d/', ['p/d/a'])).rejects.toMatchObject({ status: 403 });
});

test('a transient error is retried for that key only', async () => {
  await using bucket = await openBucket((asked, count) =>
    count === 1 ? { status: 503 } : keyAsked(asked) === 'p/d/0' ? there : { status: 404 },
  );
  expect([...(await existingAmong(bucket.client, 'p/d/', folders(3)))]).toEqual(['p/d/0']);
  expect(bucket.server.asked).toHaveLength(4);
});

test('the answer of a captive portal is an error, not an existing key', async () => {
  await using bucket = await openBucket(() => ({ headers: { 'content-type': 'text/html' } }));
  await expect(existingAmong(bucket.client, 'p/d/', ['p/d/a'])).rejects.toMatchObject({
    code: 'NotS3',
    message: 'this is not the answer of an S3 server (text/html, empty)',
  });
});
