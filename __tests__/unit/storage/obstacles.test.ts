import { expect, test } from '@jest/globals';

import { existingAmong } from '../../../src/storage/obstacles.ts';
import { type LocalBucket, errorXml, keyAsked, openBucket } from './bucket.ts';

/** A bucket that holds these keys, and tells of them by HEAD and by listing. */
function holding(...keys: string[]): Promise<LocalBucket> {
  return openBucket((asked) => {
    if (asked.method === 'HEAD') return { status: keys.includes(keyAsked(asked)) ? 200 : 404 };
    const prefix = new URL(asked.path, 'http://localhost').searchParams.get('prefix') ?? '';
    const found = keys.filter((key) => key.startsWith(prefix));
    return {
      body: `<ListBucketResult>${found.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('')}</ListBucketResult>`,
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
    count === 1 ? { status: 503 } : { status: keyAsked(asked) === 'p/d/0' ? 200 : 404 },
  );
  expect([...(await existingAmong(bucket.client, 'p/d/', folders(3)))]).toEqual(['p/d/0']);
  expect(bucket.server.asked).toHaveLength(4);
});
