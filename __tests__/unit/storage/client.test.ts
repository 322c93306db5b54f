import { hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test } from '@jest/globals';

import { bucketLocation } from '../../../src/storage/bucket.ts';
import type { StorageClient } from '../../../src/storage/client.ts';
import { deleteObjects } from '../../../src/storage/deletion.ts';
import { headObject } from '../../../src/storage/head.ts';
import { listObjects } from '../../../src/storage/listing.ts';
import {
  abortMultipart,
  abortOrphanedUploads,
  completeMultipart,
  createMultipart,
} from '../../../src/storage/multipart.ts';
import { discoverRegion } from '../../../src/storage/region.ts';
import { StorageError, createStorageRetrier } from '../../../src/storage/s3Error.ts';
import { putObject, putPart } from '../../../src/transfer/putObject.ts';
import type { Answer } from '../servers.ts';
import { errorXml, keyAsked, keyOf, once, openBucket, quick } from './bucket.ts';

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

  const skewed = { status: 403, body: errorXml('RequestTimeTooSkewed') };

  test.each([0, 2 * hour])(
    'by %d ms, at a storage that refuses its own time as well, is an error after three attempts',
    async (off) => {
      await using bucket = await openBucket(() => skewed, { now: () => Date.now() + off });
      const error = await put(bucket.client, 'p/a').catch((reason: unknown) => reason);
      expect(bucket.server.asked).toHaveLength(3);
      const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/.source;
      expect(error).toMatchObject({
        code: 'ClockMismatch',
        status: 403,
        message: expect.stringMatching(
          new RegExp(
            `^RequestTimeTooSkewed, although the request was signed for ${time}, and the time in the answer is ${time}\\. This machine's clock says ${time}$`,
          ),
        ),
      });
      const machine = Date.parse((error as Error).message.slice(-20));
      expect(Math.abs(machine - Date.now() - off)).toBeLessThan(60_000);
    },
  );

  test('also ends a call of the SDK after three attempts', async () => {
    await using bucket = await openBucket(() => skewed);
    await expect(deleteObjects(bucket.client, 'p/', ['p/a', 'p/b'])).rejects.toMatchObject({
      code: 'ClockMismatch',
    });
    expect(bucket.server.asked).toHaveLength(3);
  });

  test('at one of several servers of a storage does not end the call', async () => {
    await using bucket = await openBucket((_, count) => (count <= 2 ? skewed : { body: '' }));
    await put(bucket.client, 'p/a');
    expect(bucket.server.asked).toHaveLength(3);
  });

  test('by the time in the answer, which differs each time, is set again with each attempt', async () => {
    const at = (count: number) => new Date(Date.now() + count * hour).toISOString();
    const answer = (count: number) =>
      errorXml('RequestTimeTooSkewed').replace('</Error>', `<ServerTime>${at(count)}</ServerTime></Error>`);
    await using bucket = await openBucket((_, count) =>
      count <= 5 ? { status: 403, body: answer(count) } : { body: '' },
    );
    await put(bucket.client, 'p/a');
    expect(bucket.server.asked).toHaveLength(6);
  });
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

const { signal } = new AbortController();
const content = Buffer.from('content');
const etag = hash('md5', content);
const object = { key: 'p/a', contentType: 'text/plain', headers: {} };
const part = { number: 1, etag, crc32: 'AAAAAA==' };
const listing = '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>';

/** Each kind of call, with the answer that it wants. */
const calls: Readonly<Record<string, readonly [(client: StorageClient) => Promise<unknown>, Answer]>> = {
  put: [
    (client) => putObject(client, object, content, { signal, ifAbsent: false }),
    { headers: { etag: `"${etag}"` } },
  ],
  'conditional put': [
    (client) => putObject(client, object, content, { signal, ifAbsent: true }),
    { headers: { etag: `"${etag}"` } },
  ],
  head: [(client) => headObject(client, 'p/a'), { headers: { etag: '"e"', 'content-length': '7' } }],
  list: [(client) => listObjects(client, 'p/'), { body: listing }],
  delete: [(client) => deleteObjects(client, 'p/', ['p/\u0001']), { status: 204 }],
  'multi-delete': [(client) => deleteObjects(client, 'p/', ['p/a', 'p/b']), { body: '<DeleteResult/>' }],
  'create multipart': [
    (client) => createMultipart(client, 'p/a', {}, { signal }),
    {
      body: '<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>',
    },
  ],
  'put part': [
    (client) => putPart(client, 'p/a', 'id', 1, content, signal),
    { headers: { etag: `"${etag}"` } },
  ],
  'complete multipart': [
    (client) => completeMultipart(client, 'p/a', 'id', [part], { signal, ifAbsent: false }),
    { body: '<CompleteMultipartUploadResult><ETag>"x-1"</ETag></CompleteMultipartUploadResult>' },
  ],
  'abort multipart': [(client) => abortMultipart(client, 'p/a', 'id', signal), { status: 204 }],
  'list multipart uploads': [
    (client) => abortOrphanedUploads(client, 'p/a', 'id', 0, signal),
    { body: '<ListMultipartUploadsResult></ListMultipartUploadsResult>' },
  ],
  location: [(client) => bucketLocation(client), { body: '<LocationConstraint>fr-par</LocationConstraint>' }],
};

/** MinIO says the code of an error in a header too: the answer to a HEAD has no body. */
const coded = (status: number, code: string): Answer => ({
  status,
  headers: { 'x-minio-error-code': code },
  body: errorXml(code),
});

const troubles: Readonly<Record<string, Answer | undefined>> = {
  'a 503': { status: 503, body: errorXml('SlowDown') },
  'a 503 of a proxy': { status: 503, body: '<html>Bad gateway<br></html>' },
  'RequestTimeout (400)': coded(400, 'RequestTimeout'),
  'a reset': undefined,
  'a session that has ended': coded(403, 'ExpiredToken'),
};

describe.each(Object.keys(calls))('%s', (kind) => {
  const [call, wanted] = calls[kind] ?? [];

  test.each(Object.keys(troubles))('comes through %s by itself', async (trouble) => {
    await using bucket = await openBucket((_, count) => (count === 1 ? troubles[trouble] : wanted));
    await call?.(bucket.client);
    expect(bucket.server.asked).toHaveLength(2);
    expect(bucket.sessions).toHaveLength(trouble.startsWith('a session') ? 2 : 1);
  });

  test('is not repeated where that cannot help', async () => {
    await using bucket = await openBucket(() => ({ status: 403, body: errorXml('AccessDenied') }));
    await call?.(bucket.client).catch(() => undefined);
    expect(bucket.server.asked).toHaveLength(1);
  });
});

test.each(['a 503', 'a 503 of a proxy', 'a reset'])(
  'the look for the region comes through %s by itself',
  async (trouble) => {
    const wanted = { status: 403, headers: { 'x-amz-bucket-region': 'fr-par' } };
    await using bucket = await openBucket((_, count) => (count === 1 ? troubles[trouble] : wanted));
    const { location, transport, clock } = bucket.client;
    const retrier = createStorageRetrier(clock, { policy: quick });
    const { region } = await discoverRegion(location, transport, retrier, () => Promise.resolve(undefined));
    expect([region, bucket.server.asked.length]).toEqual(['fr-par', 2]);
  },
);

test('each retry is told, with what is retried', async () => {
  const told: string[] = [];
  await using bucket = await openBucket(
    (_, count) => (count <= 2 ? { status: 503 } : { headers: { etag: '"e"' } }),
    { onRetry: ({ what, status }) => told.push(`${what}: ${status}`) },
  );
  await headObject(bucket.client, 'p/a b');
  expect(told).toEqual(['a b: 503', 'a b: 503']);
});
