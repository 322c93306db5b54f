import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test } from '@jest/globals';

import type { StorageClient } from '../../../src/storage/client.ts';
import { StorageError } from '../../../src/storage/s3Error.ts';
import { headObject } from '../../../src/storage/head.ts';
import { errorXml, keyAsked, keyOf, once, openBucket } from './bucket.ts';

function put(client: StorageClient, key: string): Promise<unknown> {
  return client.send({ method: 'PUT', path: client.path(key), body: Buffer.from(key) });
}

describe('a session that has ended', () => {
  test.each(['InvalidAccessKeyId', 'ExpiredToken', 'InvalidTokenId'])(
    'by %s is replaced once, however many requests find out at the same time',
    async (code) => {
      const waiting: (() => void)[] = [];
      await using bucket = await openBucket(async (asked) => {
        if (keyOf(asked) !== 'KEY-1') return { body: '' };
        // All of them are under way before the first one is answered.
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          if (waiting.length === 16) for (const release of waiting) release();
        });
        return { status: 403, body: errorXml(code) };
      });
      const keys = Array.from({ length: 16 }, (_, index) => `p/${index}`);
      await Promise.all(keys.map((key) => put(bucket.client, key)));
      expect(bucket.sessions).toHaveLength(2);
      expect(bucket.server.asked).toHaveLength(32);
      expect(
        bucket.server.asked
          .filter((asked) => keyOf(asked) === 'KEY-2')
          .map(keyAsked)
          .sort(),
      ).toEqual(keys.sort());
    },
  );

  test('is not replaced again by a request that finds out late', async () => {
    await using bucket = await openBucket(async (asked) => {
      if (keyOf(asked) !== 'KEY-1') return { body: '' };
      if (keyAsked(asked) === 'p/late') await sleep(100);
      return { status: 403, body: errorXml('InvalidAccessKeyId') };
    });
    await Promise.all([put(bucket.client, 'p/early'), put(bucket.client, 'p/late')]);
    expect(bucket.sessions).toHaveLength(2);
  });

  test('and another, and another: fails after one renewal, with no further try', async () => {
    await using bucket = await openBucket(() => ({ status: 403, body: errorXml('InvalidAccessKeyId') }));
    const { client } = bucket;
    await expect(put(client, 'p/a')).rejects.toMatchObject({ code: 'InvalidAccessKeyId' });
    expect(bucket.sessions).toHaveLength(2);
    expect(bucket.server.asked).toHaveLength(2);
  });

  test('is noticed by a HEAD too, whose answer has no body', async () => {
    await using bucket = await openBucket((asked) =>
      keyOf(asked) === 'KEY-1'
        ? { status: 403, headers: { 'x-minio-error-code': 'InvalidAccessKeyId' } }
        : { headers: { etag: '"abc"', 'content-length': '7' } },
    );
    expect(await headObject(bucket.client, 'p/a')).toMatchObject({ size: 7, etag: 'abc' });
    expect(bucket.sessions).toHaveLength(2);
  });

  test('is not what another refusal means', async () => {
    await using bucket = await openBucket(() => ({ status: 403, body: errorXml('AccessDenied', 'not you') }));
    await expect(put(bucket.client, 'p/a')).rejects.toMatchObject({
      status: 403,
      code: 'AccessDenied',
      message: 'not you',
    });
    expect(bucket.sessions).toHaveLength(1);
    expect(bucket.server.asked).toHaveLength(1);
  });
});

describe('a clock that is off', () => {
  const hour = 3_600_000;

  test.each([-2 * hour, 2 * hour])(
    'by %d ms is set right by the answer, and the request sent again',
    async (off) => {
      const signedAt = (stamp: string | string[] | undefined) =>
        Date.parse(String(stamp).replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
      await using bucket = await openBucket(
        ({ headers }) =>
          Math.abs(signedAt(headers['x-amz-date']) - Date.now()) > 15 * 60_000
            ? { status: 403, body: errorXml('RequestTimeTooSkewed') }
            : { body: '' },
        { now: () => Date.now() + off },
      );
      const { client } = bucket;
      await put(client, 'p/a');
      expect(bucket.server.asked).toHaveLength(2);
      expect(Math.abs(client.clock.now() - Date.now())).toBeLessThan(3_000);
      expect(bucket.sessions).toHaveLength(1);
    },
  );
});

test('an answer that is none of success is an error with what the storage says', async () => {
  await using bucket = await openBucket(
    (_, count) =>
      count === 1
        ? { status: 307, headers: { location: 'http://127.0.0.1:9/elsewhere' } }
        : { status: 503, headers: { 'retry-after': '4', 'x-amz-request-id': 'R' }, body: 'away' },
    { policy: once },
  );
  await expect(put(bucket.client, 'p/a')).rejects.toMatchObject({ status: 307, code: '' });
  const error = await put(bucket.client, 'p/a').catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StorageError);
  expect(error).toMatchObject({ status: 503, message: 'away', retryAfter: '4', requestId: 'R' });
});

test('a request says what is signed, to the byte', async () => {
  await using bucket = await openBucket(() => ({ body: '' }));
  const { client, server } = bucket;
  await client.send({
    method: 'PUT',
    path: client.path("p/a b/ü+%'.txt"),
    query: { uploadId: 'a/b+c', partNumber: '1' },
    body: Buffer.from('x'),
  });
  expect(server.asked[0]).toMatchObject({
    method: 'PUT',
    path: '/bucket/p/a%20b/%C3%BC%2B%25%27.txt?partNumber=1&uploadId=a%2Fb%2Bc',
    body: 'x',
    headers: { 'x-amz-security-token': 'token', host: `127.0.0.1:${server.port}` },
  });
});

test('a storage that takes a request and says nothing is given up after the time that the client was given', async () => {
  await using bucket = await openBucket(() => new Promise(() => undefined), { stallMs: 100, policy: once });
  await expect(put(bucket.client, 'p/a')).rejects.toMatchObject({ name: 'StalledError' });
});

test.each([-1, 1])(
  'a HEAD refused for the time, without a word, is mended by that of the answer',
  async (sign) => {
    const off = sign * 7_200_000;
    await using bucket = await openBucket(
      (_, count) => (count === 1 ? { status: 403 } : { headers: { etag: '"abc"', 'content-length': '7' } }),
      { now: () => Date.now() + off },
    );
    expect(await headObject(bucket.client, 'p/a')).toMatchObject({ size: 7, etag: 'abc' });
    expect(Math.abs(bucket.client.clock.now() - Date.now())).toBeLessThan(3_000);
  },
);

describe('a HEAD', () => {
  test('of what is not there finds nothing', async () => {
    await using bucket = await openBucket(() => ({ status: 404 }));
    expect(await headObject(bucket.client, 'p/a')).toBeUndefined();
  });

  test('that is refused is an error, and not an object that is missing', async () => {
    await using bucket = await openBucket(() => ({ status: 403 }));
    await expect(headObject(bucket.client, 'p/a')).rejects.toMatchObject({ status: 403 });
  });
});
