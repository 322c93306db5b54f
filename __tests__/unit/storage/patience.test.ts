import { hash } from 'node:crypto';

import { describe, expect, test } from '@jest/globals';

import { bucketLocation } from '../../../src/storage/bucket.ts';
import type { StorageClient } from '../../../src/storage/client.ts';
import { deleteObjects } from '../../../src/storage/deletion.ts';
import { headObject } from '../../../src/storage/head.ts';
import { listObjects } from '../../../src/storage/listing.ts';
import {
  abortMultipart,
  abortUnknown,
  completeMultipart,
  createMultipart,
} from '../../../src/storage/multipart.ts';
import { discoverRegion } from '../../../src/storage/region.ts';
import { createStorageRetrier } from '../../../src/storage/s3Error.ts';
import { putObject, putPart } from '../../../src/transfer/put.ts';
import type { Answer } from '../servers.ts';
import { errorXml, openBucket, quick } from './bucket.ts';

const { signal } = new AbortController();
const content = Buffer.from('content');
const etag = hash('md5', content);
const put = { key: 'p/a', contentType: 'text/plain', headers: {} };
const part = { number: 1, etag, crc32: 'AAAAAA==' };
const listing = '<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>';

/** Each kind of call, with the answer that it wants. */
const calls: Readonly<Record<string, readonly [(client: StorageClient) => Promise<unknown>, Answer]>> = {
  put: [
    (client) => putObject(client, put, content, { signal, ifAbsent: false }),
    { headers: { etag: `"${etag}"` } },
  ],
  'conditional put': [
    (client) => putObject(client, put, content, { signal, ifAbsent: true }),
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
    (client) => abortUnknown(client, 'p/a', 'id', 0, signal),
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

describe('uploads that a lost answer left behind', () => {
  const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
  const upload = (key: string, id: string, initiated: string) =>
    `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${initiated}</Initiated></Upload>`;

  test('are aborted: those of this key, begun since, and not the one that is used', async () => {
    const uploads = [
      upload('p/a', 'used', at(0)),
      upload('p/a', 'lost', at(0)),
      upload('p/a', 'of-yesterday', at(-86_400)),
      upload('p/ab', 'of-another-file', at(0)),
    ].join('');
    await using bucket = await openBucket(({ method }) =>
      method === 'DELETE'
        ? { status: 204 }
        : { body: `<ListMultipartUploadsResult>${uploads}</ListMultipartUploadsResult>` },
    );
    expect(await abortUnknown(bucket.client, 'p/a', 'used', Date.now(), signal)).toBe('aborted');
    const aborted = bucket.server.asked.filter(({ method }) => method === 'DELETE');
    expect(aborted.map(({ path }) => path)).toEqual(['/bucket/p/a?uploadId=lost']);
  });

  test('are told where the session may not look for them', async () => {
    await using bucket = await openBucket(() => ({ status: 403, body: errorXml('AccessDenied') }));
    expect(await abortUnknown(bucket.client, 'p/a', 'used', Date.now(), signal)).toBe('not-permitted');
  });
});
