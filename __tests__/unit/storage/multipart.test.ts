import { CompleteMultipartUploadCommand, CreateMultipartUploadCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, test } from '@jest/globals';

import { abortOrphanedUploads, completeMultipart, createMultipart } from '../../../src/storage/multipart.ts';
import { type Answer, type Asked, serve } from '../servers.ts';
import { storageClassifier } from '../../../src/storage/s3Error.ts';
import { errorXml, keyOf, once, openBucket } from './localBucket.ts';

const key = 'p/a folder/1 & <2>#?.bin';
const stored = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-cache',
  'content-disposition': 'attachment',
  'content-encoding': 'br',
  'content-language': 'fr',
  'x-amz-meta-commit': '1f2e3d',
};
const parts = [
  { number: 1, etag: '0f343b0931126a20f133d67c2b018a3b', crc32: 'AAA+/w==' },
  { number: 2, etag: 'not<an>&md5', crc32: 'zzz/+g==' },
];
const begun =
  '<InitiateMultipartUploadResult><UploadId>id &amp; more</UploadId></InitiateMultipartUploadResult>';
const completed = '<CompleteMultipartUploadResult><ETag>"x-2"</ETag></CompleteMultipartUploadResult>';

/** The SDK's request for the same call. */
async function requestOfSdk(answer: string, send: (sdk: S3Client) => Promise<unknown>): Promise<Asked> {
  await using server = await serve(() => ({ body: answer }));
  const sdk = new S3Client({
    endpoint: `http://127.0.0.1:${server.port}`,
    region: 'fr-par',
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    credentials: { accessKeyId: 'KEY', secretAccessKey: 'secret' },
  });
  await send(sdk);
  const [asked] = server.asked;
  if (!asked) throw new Error('The SDK asked nothing');
  return asked;
}

/** The content of a request, without signature, checksum of the SDK and user agent. */
function essence({ method, path, headers, body }: Asked) {
  const url = new URL(path, 'http://localhost');
  url.searchParams.delete('x-id');
  const said = Object.entries(headers).filter(([name]) =>
    /^(content-(?!length|md5)|cache-|if-|x-amz-(checksum|meta)-)/.test(name),
  );
  const elements = [...body.matchAll(/<(\w+)>([^<]*)<\/\1>/g)].map(([, name, value]) => `${name}: ${value}`);
  return {
    method,
    path: url.pathname,
    query: url.search,
    headers: Object.fromEntries(said),
    root: /<\w+/.exec(body)?.[0],
    elements: elements.sort(),
  };
}

async function ours(answer: string, send: Parameters<typeof withBucket>[1]): Promise<Asked> {
  const { asked } = await withBucket(() => ({ body: answer }), send);
  const [first] = asked;
  if (!first || asked.length > 1) throw new Error(`${asked.length} requests instead of one`);
  return first;
}

async function withBucket(
  answer: (asked: Asked, count: number) => Answer,
  send: (client: Awaited<ReturnType<typeof openBucket>>['client']) => Promise<unknown>,
) {
  await using bucket = await openBucket(answer, { policy: once });
  const result = await send(bucket.client).catch((error: unknown) => error);
  return { result, asked: bucket.server.asked, clock: bucket.client.clock };
}

test('an upload is created by the same request as with the SDK', async () => {
  const sdk = await requestOfSdk(begun, (client) =>
    client.send(
      new CreateMultipartUploadCommand({
        Bucket: 'bucket',
        Key: key,
        ContentType: stored['content-type'],
        CacheControl: stored['cache-control'],
        ContentDisposition: stored['content-disposition'],
        ContentEncoding: stored['content-encoding'],
        ContentLanguage: stored['content-language'],
        Metadata: { commit: stored['x-amz-meta-commit'] },
        ChecksumAlgorithm: 'CRC32',
      }),
    ),
  );
  const asked = await ours(begun, (client) => createMultipart(client, key, stored));
  expect(essence(asked)).toEqual(essence(sdk));
  expect(asked.headers).toMatchObject({ ...stored, 'x-amz-checksum-algorithm': 'CRC32' });
});

test.each([false, true])(
  'an upload is completed by the same request as with the SDK, ifAbsent: %s',
  async (ifAbsent) => {
    const sdk = await requestOfSdk(completed, (client) =>
      client.send(
        new CompleteMultipartUploadCommand({
          Bucket: 'bucket',
          Key: key,
          UploadId: 'id & more',
          ...(ifAbsent && { IfNoneMatch: '*' }),
          MultipartUpload: {
            Parts: parts.map(({ number, etag, crc32 }) => ({
              PartNumber: number,
              ETag: etag,
              ChecksumCRC32: crc32,
            })),
          },
        }),
      ),
    );
    const asked = await ours(completed, (client) =>
      completeMultipart(client, key, 'id & more', parts, { ifAbsent }),
    );
    expect(essence(asked)).toEqual(essence(sdk));
    expect(asked.headers['if-none-match']).toBe(ifAbsent ? '*' : undefined);
  },
);

test('character references in the upload ID are decoded', async () => {
  const { result } = await withBucket(
    () => ({ body: begun }),
    (client) => createMultipart(client, key, stored),
  );
  expect(result).toBe('id & more');
});

test('a response without an upload ID is an error', async () => {
  const { result } = await withBucket(
    () => ({ body: '' }),
    (client) => createMultipart(client, key, stored),
  );
  expect(result).toMatchObject({ name: 'StorageError', code: 'NotS3' });
});

describe('a completion with status 200', () => {
  const complete = (client: Parameters<typeof completeMultipart>[0]) =>
    completeMultipart(client, key, 'id', parts, { ifAbsent: false });

  test.each([
    ['SlowDown', true],
    ['InternalError', true],
    ['AccessDenied', false],
    ['InvalidPart', false],
  ])('and the error %s fails with this error', async (code, worth) => {
    const { result, clock } = await withBucket(() => ({ body: `   \n${errorXml(code)}` }), complete);
    expect(result).toMatchObject({ name: 'StorageError', status: 200, code, message: 'said on cue' });
    expect(storageClassifier(clock)(result).transient).toBe(worth);
  });

  test.each([
    ['', 200],
    ['<html></html>', 200],
    ['<?xml version="1.0"?><html></html>', 200],
    ['<CompleteMultipartUploadResult></CompleteMultipartUploadResult>', 200],
    [completed, 204],
  ])('and a response that is not from S3 fails: %j with status %d', async (body, status) => {
    const { result, clock } = await withBucket(() => ({ body, status }), complete);
    expect(result).toMatchObject({ name: 'StorageError', status, code: 'NotS3' });
    expect(storageClassifier(clock)(result).transient).toBe(false);
  });

  test('and another ETag than that of the parts is retried once, and then fails', async () => {
    const digests = parts.map((part) => ({ ...part, etag: '0f343b0931126a20f133d67c2b018a3b' }));
    const other = completed.replace('x-2', '0f343b0931126a20f133d67c2b018a3b-2');
    await using bucket = await openBucket(() => ({ body: other }));
    await expect(
      completeMultipart(bucket.client, key, 'id', digests, { ifAbsent: false }),
    ).rejects.toMatchObject({ code: 'OtherContent' });
    expect(bucket.server.asked).toHaveLength(2);
  });

  test.each(['   ', completed.slice(0, -5), '<?xml version="1.0"?>'])(
    'and an incomplete response is transient: %j',
    async (body) => {
      const { result, clock } = await withBucket(() => ({ body }), complete);
      expect(result).toMatchObject({ name: 'StorageError', status: 200, code: 'InternalError' });
      expect(storageClassifier(clock)(result).transient).toBe(true);
    },
  );

  test('and the error ExpiredToken is retried with a new session', async () => {
    const { result, asked } = await withBucket(
      (_, count) => ({ body: count === 1 ? errorXml('ExpiredToken') : completed }),
      complete,
    );
    expect(result).toBe('x-2');
    expect(asked.map(keyOf)).toEqual(['KEY-1', 'KEY-2']);
  });
});

describe('orphaned uploads after a lost response', () => {
  const { signal } = new AbortController();
  const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
  const upload = (key: string, id: string, initiated: string) =>
    `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${initiated}</Initiated></Upload>`;

  test('are aborted if they are of this key, recent, and not in use', async () => {
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
    expect(await abortOrphanedUploads(bucket.client, 'p/a', 'used', Date.now(), signal)).toBe('aborted');
    const aborted = bucket.server.asked.filter(({ method }) => method === 'DELETE');
    expect(aborted.map(({ path }) => path)).toEqual(['/bucket/p/a?uploadId=lost']);
  });

  test('are reported as not permitted if the session may not list them', async () => {
    await using bucket = await openBucket(() => ({ status: 403, body: errorXml('AccessDenied') }));
    expect(await abortOrphanedUploads(bucket.client, 'p/a', 'used', Date.now(), signal)).toBe(
      'not-permitted',
    );
  });
});
