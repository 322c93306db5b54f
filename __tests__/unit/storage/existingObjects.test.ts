import { expect, test } from '@jest/globals';

import { existingAmong } from '../../../src/storage/existingObjects.ts';
import { type LocalBucket, errorXml, keyAsked, openBucket } from './bucket.ts';

const there = { headers: { etag: '"e"', 'content-length': '1' } };

/** A bucket that holds these keys, and tells of them by HEAD and by listing. */
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
])('of %d keys those that exist are found by %s, in %d requests', async (count, method, requests) => {
  await using bucket = await holding('p/d/7', 'p/d/70', 'p/d/7/x', 'p/other');
  const found = await existingAmong(bucket.client, 'p/d/', folders(count));
  expect([...found]).toEqual(['p/d/7']);
  expect(bucket.server.asked.map((asked) => asked.method)).toEqual(
    Array.from({ length: requests }, () => method),
  );
});

test('no keys are no request', async () => {
  await using bucket = await holding('p/d/a');
  expect((await existingAmong(bucket.client, 'p/d/', [])).size).toBe(0);
  expect(bucket.server.asked).toEqual([]);
});

test('a refusal is an error, and not a key that is free', async () => {
  await using bucket = await openBucket(() => ({ status: 403, body: errorXml('AccessDenied') }));
  await expect(existingAmong(bucket.client, 'p/d/', ['p/d/a'])).rejects.toMatchObject({ status: 403 });
});

test('trouble that passes is mended for that key alone', async () => {
  await using bucket = await openBucket((asked, count) =>
    count === 1 ? { status: 503 } : keyAsked(asked) === 'p/d/0' ? there : { status: 404 },
  );
  expect([...(await existingAmong(bucket.client, 'p/d/', folders(3)))]).toEqual(['p/d/0']);
  expect(bucket.server.asked).toHaveLength(4);
});

test('a portal that answers whatever is asked for is an error, and not a key that exists', async () => {
  await using bucket = await openBucket(() => ({ headers: { 'content-type': 'text/html' } }));
  await expect(existingAmong(bucket.client, 'p/d/', ['p/d/a'])).rejects.toMatchObject({
    code: 'NotS3',
    message: 'this is not the answer of an S3 server (text/html, empty)',
  });
});
