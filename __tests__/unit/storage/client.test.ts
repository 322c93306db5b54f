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
import { errorXml, keyAsked, keyOf, once, openBucket, put, quick } from './localBucket.ts';

describe('an expired session', () => {
  test.each(['InvalidAccessKeyId', 'ExpiredToken', 'InvalidTokenId'])(
    '(%s) is replaced once for all parallel requests',
    async (code) => {
      const waiting: (() => void)[] = [];
      await using bucket = await openBucket(async (asked) => {
        if (keyOf(asked) !== 'KEY-1') return { body: '' };
        // The first response is sent when all requests have arrived.
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

  test('is not replaced again after a late error response', async () => {
    await using bucket = await openBucket(async (asked) => {
      if (keyOf(asked) !== 'KEY-1') return { body: '' };
      if (keyAsked(asked) === 'p/late') await sleep(100);
      return { status: 403, body: errorXml('InvalidAccessKeyId') };
    });
    await Promise.all([put(bucket.client, 'p/early'), put(bucket.client, 'p/late')]);
    expect(bucket.sessions).toHaveLength(2);
  });

  test('is an error if the new session is rejected as well', async () => {
    await using bucket = await openBucket(() => ({ status: 403, body: errorXml('InvalidAccessKeyId') }));
    const { client } = bucket;
    await expect(put(client, 'p/a')).rejects.toMatchObject({ code: 'InvalidAccessKeyId' });
    expect(bucket.sessions).toHaveLength(2);
    expect(bucket.server.asked).toHaveLength(2);
  });

  test('is also detected by a HEAD, whose response has no body', async () => {
    await using bucket = await openBucket((asked) =>
      keyOf(asked) === 'KEY-1'
        ? { status: 403, headers: { 'x-minio-error-code': 'InvalidAccessKeyId' } }
        : { headers: { etag: '"abc"', 'content-length': '7' } },
    );
    expect(await headObject(bucket.client, 'p/a')).toMatchObject({ size: 7, etag: 'abc' });
    expect(bucket.sessions).toHaveLength(2);
  });

  test('is not assumed after another 403', async () => {
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

test('a response without success is an error with code, message and request ID of the storage', async () => {
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

test('a request is sent exactly as it is signed', async () => {
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

test('a request without a response fails after the stall time of the client', async () => {
  await using bucket = await openBucket(() => new Promise(() => undefined), { stallMs: 100, policy: once });
  await expect(put(bucket.client, 'p/a')).rejects.toMatchObject({ name: 'StalledError' });
});

const { signal } = new AbortController();
const content = Buffer.from('content');
const etag = hash('md5', content);
const object = { key: 'p/a', contentType: 'text/plain', headers: {} };
const part = { number: 1, etag, crc32: 'AAAAAA==' };
const listing = '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>';

/** Each kind of call, and a successful response to it. */
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

/** MinIO sends the error code in a header as well, because the response to a HEAD has no body. */
const coded = (status: number, code: string): Answer => ({
  status,
  headers: { 'x-minio-error-code': code },
  body: errorXml(code),
});

const transientErrors: Readonly<Record<string, Answer | undefined>> = {
  'a 503': { status: 503, body: errorXml('SlowDown') },
  'a 503 of a proxy': { status: 503, body: '<html>Bad gateway<br></html>' },
  'RequestTimeout (400)': coded(400, 'RequestTimeout'),
  'a reset': undefined,
  'an expired session': coded(403, 'ExpiredToken'),
};

describe.each(Object.keys(calls))('%s', (kind) => {
  const [call, wanted] = calls[kind] ?? [];

  test.each(Object.keys(transientErrors))('succeeds after %s', async (name) => {
    await using bucket = await openBucket((_, count) => (count === 1 ? transientErrors[name] : wanted));
    await call?.(bucket.client);
    expect(bucket.server.asked).toHaveLength(2);
    expect(bucket.sessions).toHaveLength(name.startsWith('an expired session') ? 2 : 1);
  });

  test('is not retried after a permanent error', async () => {
    await using bucket = await openBucket(() => ({ status: 403, body: errorXml('AccessDenied') }));
    await call?.(bucket.client).catch(() => undefined);
    expect(bucket.server.asked).toHaveLength(1);
  });
});

test.each(['a 503', 'a 503 of a proxy', 'a reset'])(
  'the discovery of the region succeeds after %s',
  async (name) => {
    const wanted = { status: 403, headers: { 'x-amz-bucket-region': 'fr-par' } };
    await using bucket = await openBucket((_, count) => (count === 1 ? transientErrors[name] : wanted));
    const { location, transport, clock } = bucket.client;
    const retrier = createStorageRetrier(clock, { policy: quick });
    const { region } = await discoverRegion(location, transport, retrier, () => Promise.resolve(undefined));
    expect([region, bucket.server.asked.length]).toEqual(['fr-par', 2]);
  },
);

test('onRetry gets the object of each retry', async () => {
  const retried: string[] = [];
  await using bucket = await openBucket(
    (_, count) => (count <= 2 ? { status: 503 } : { headers: { etag: '"e"' } }),
    { onRetry: ({ what, status }) => retried.push(`${what}: ${status}`) },
  );
  await headObject(bucket.client, 'p/a b');
  expect(retried).toEqual(['a b: 503', 'a b: 503']);
});
