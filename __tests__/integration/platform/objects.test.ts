import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type { PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import { startEmbeddedPlatform } from '../../../platform/embedded/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import { bucket, clientOf, openSession, presign, errorOfRequest, send, sign } from './platformClient.ts';
import type { Credentials } from './platformClient.ts';

let platform: Platform;
let session: Credentials;
let client: S3Client;
beforeAll(async () => {
  platform = await startEmbeddedPlatform();
  session = await openSession(platform);
  client = clientOf(platform, session);
});
afterAll(() => platform.stop());
beforeEach(() => platform.store.clear(bucket));

const put = (key: string, more: Partial<PutObjectCommandInput> = {}): Promise<unknown> =>
  client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'hello', ...more }));
const at = (key: string): { Bucket: string; Key: string } => ({ Bucket: bucket, Key: key });
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

test('an object is returned with all its headers', async () => {
  await put('ci/a b+ü😀.txt', {
    ContentType: 'text/plain; charset=utf-8',
    CacheControl: 'max-age=60',
    ContentDisposition: 'inline',
    ContentEncoding: 'gzip',
    ContentLanguage: 'de',
    Metadata: { commit: 'abc' },
  });
  const head = await client.send(new HeadObjectCommand(at('ci/a b+ü😀.txt')));
  expect(head).toMatchObject({
    ContentLength: 5,
    ContentType: 'text/plain; charset=utf-8',
    CacheControl: 'max-age=60',
    ContentDisposition: 'inline',
    ContentEncoding: 'gzip',
    ContentLanguage: 'de',
    Metadata: { commit: 'abc' },
    ETag: `"${md5('hello')}"`,
  });
  const { Body } = await client.send(new GetObjectCommand(at('ci/a b+ü😀.txt')));
  expect(await Body?.transformToString()).toBe('hello');
  expect(await platform.store.get(bucket, 'ci/a b+ü😀.txt')).toEqual({
    body: Buffer.from('hello'),
    contentType: 'text/plain; charset=utf-8',
  });
});

test('the administrator sees objects of every prefix, sorted by bytes', async () => {
  // The emoji sorts before the private-use character in UTF-16, and after it in UTF-8.
  for (const key of ['ci/\u{1f600}', 'ci/\ue000', 'ci/a']) await put(key);
  const listed = await platform.store.list(bucket, 'ci/');
  expect(listed.map(({ key }) => key)).toEqual(['ci/a', 'ci/\ue000', 'ci/\u{1f600}']);
  expect(listed[0]).toMatchObject({ size: 5, etag: md5('hello') });
});

test('a range request returns the range, an impossible one gets 416', async () => {
  await put('ci/x');
  const part = await client.send(new GetObjectCommand({ ...at('ci/x'), Range: 'bytes=1-2' }));
  expect([await part.Body?.transformToString(), part.ContentRange]).toEqual(['el', 'bytes 1-2/5']);
  const end = await client.send(new GetObjectCommand({ ...at('ci/x'), Range: 'bytes=-2' }));
  expect(await end.Body?.transformToString()).toBe('lo');
  const beyond = client.send(new GetObjectCommand({ ...at('ci/x'), Range: 'bytes=5-' }));
  expect(await errorOfRequest(beyond)).toBe('416 InvalidRange');
});

test('a read can require an ETag', async () => {
  await put('ci/x');
  const read = (IfMatch: string): Promise<unknown> =>
    client.send(new GetObjectCommand({ ...at('ci/x'), IfMatch }));
  expect(await errorOfRequest(read(`"${md5('hello')}"`))).toBe('fulfilled');
  expect(await errorOfRequest(read('"other"'))).toBe('412 PreconditionFailed');
});

test('a write can require that no object exists', async () => {
  expect(await errorOfRequest(put('ci/x', { IfNoneMatch: '*' }))).toBe('fulfilled');
  expect(await errorOfRequest(put('ci/x', { IfNoneMatch: '*', Body: 'other' }))).toBe(
    '412 PreconditionFailed',
  );
  expect((await platform.store.get(bucket, 'ci/x')).body.toString()).toBe('hello');
});

test('a deletion ignores If-Match', async () => {
  await put('ci/x');
  await client.send(new DeleteObjectCommand({ ...at('ci/x'), IfMatch: '"other"' }));
  expect(await platform.store.list(bucket, 'ci/')).toEqual([]);
  expect(await errorOfRequest(client.send(new GetObjectCommand(at('ci/x'))))).toBe('404 NoSuchKey');
});

test('a batch deletion checks the permission for each key', async () => {
  await put('ci/1');
  await put('ci/2');
  const { Deleted, Errors } = await client.send(
    new DeleteObjectsCommand({
      Bucket: bucket,
      Delete: { Objects: [{ Key: 'ci/1' }, { Key: 'previews/1' }, { Key: 'ci/<&>' }] },
    }),
  );
  expect(Deleted?.map(({ Key }) => Key)).toEqual(['ci/1', 'ci/<&>']);
  expect(Errors).toMatchObject([{ Key: 'previews/1', Code: 'AccessDenied' }]);
  expect((await platform.store.list(bucket, '')).map(({ key }) => key)).toEqual(['ci/2']);
});

describe('checksums', () => {
  // Checksums of the text "123456789", from the catalogue of CRC algorithms, sha1sum and sha256sum.
  const known = [
    ['CRC32', 'cbf43926'],
    ['CRC32C', 'e3069283'],
    ['CRC64NVME', 'ae8b14860a799888'],
    ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
    ['SHA256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
  ] as const;

  test.each(known)('%s is verified, stored and returned', async (algorithm, hex) => {
    const value = Buffer.from(hex, 'hex').toString('base64');
    const field = `Checksum${algorithm}`;
    const answer = await put('ci/sum', { Body: '123456789', [field]: value });
    expect(answer).toHaveProperty(field, value);
    const head = await client.send(new HeadObjectCommand({ ...at('ci/sum'), ChecksumMode: 'ENABLED' }));
    expect(head).toHaveProperty(field, value);
    expect(await errorOfRequest(put('ci/wrong', { Body: '12345678x', [field]: value }))).toBe(
      '400 XAmzContentChecksumMismatch',
    );
    expect(await platform.store.list(bucket, 'ci/wrong')).toEqual([]);
  });

  test('Content-MD5 is verified', async () => {
    const ContentMD5 = createHash('md5').update('hello').digest('base64');
    expect(await errorOfRequest(put('ci/x', { ContentMD5 }))).toBe('fulfilled');
    expect(await errorOfRequest(put('ci/y', { ContentMD5, Body: 'other' }))).toBe('400 BadDigest');
  });

  test('a stream with its checksum in a trailer is decoded and verified', async () => {
    const crc = Buffer.from('cbf43926', 'hex').toString('base64');
    const request = await sign(platform, session, {
      method: 'PUT',
      key: 'ci/trailer',
      headers: {
        'content-encoding': 'aws-chunked',
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'x-amz-decoded-content-length': '9',
        'x-amz-trailer': 'x-amz-checksum-crc32',
      },
    });
    const body = (content: string): string =>
      `4\r\n${content.slice(0, 4)}\r\n5\r\n${content.slice(4)}\r\n0\r\nx-amz-checksum-crc32:${crc}\r\n\r\n`;
    const wrong = await send({ ...request, body: body('12345678x') });
    expect(wrong).toMatchObject({ status: 400, code: 'XAmzContentChecksumMismatch' });
    expect(await platform.store.list(bucket, 'ci/trailer')).toEqual([]);
    expect((await send({ ...request, body: body('123456789') })).status).toBe(200);
    const head = await client.send(new HeadObjectCommand(at('ci/trailer')));
    expect([head.ContentLength, head.ContentEncoding]).toEqual([9, undefined]);
  });
});

describe('keys', () => {
  test.each([
    ['an empty segment', 'ci/a//b', '400 XMinioInvalidObjectName'],
    ['a segment of 256 bytes', `ci/${'é'.repeat(128)}`, '400 XMinioInvalidObjectName'],
    ['a segment of 255 bytes', `ci/${'é'.repeat(127)}x`, 'fulfilled'],
    ['1,025 bytes', `ci/${'123456789/'.repeat(102)}ab`, '400 KeyTooLongError'],
    ['1,024 bytes', `ci/${'123456789/'.repeat(102)}a`, 'fulfilled'],
    ['everything odd', 'ci/ \\:*?"<>|#%+&=\u0001\t😀', 'fulfilled'],
  ])('%s', async (_name, key, expected) => {
    expect(await errorOfRequest(put(key))).toBe(expected);
    const stored = (await platform.store.list(bucket, '')).map((object) => object.key);
    expect(stored).toEqual(expected === 'fulfilled' ? [key] : []);
  });

  test('keys below the key of an object can be read, but are not listed', async () => {
    await put('ci/report');
    await put('ci/report/a');
    const list = async (): Promise<unknown[]> => {
      const found = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'ci/rep' }));
      return found.Contents?.map(({ Key }) => Key) ?? [];
    };
    expect(await list()).toEqual(['ci/report']);
    expect(await errorOfRequest(client.send(new GetObjectCommand(at('ci/report/a'))))).toBe('fulfilled');
    await client.send(new DeleteObjectCommand(at('ci/report')));
    expect(await list()).toEqual(['ci/report/a']);
  });
});

describe('listings', () => {
  beforeEach(async () => {
    for (const key of ['a', 'b/1', 'b/2', 'b/c/3', 'd', 'e +&ü']) await put(`ci/${key}`);
  });

  test('come in pages without gaps and repetitions', async () => {
    const pages: (string | undefined)[][] = [];
    const pager = paginateListObjectsV2({ client, pageSize: 2 }, { Bucket: bucket, Prefix: 'ci/' });
    for await (const page of pager) pages.push((page.Contents ?? []).map(({ Key }) => Key));
    expect(pages).toEqual([
      ['ci/a', 'ci/b/1'],
      ['ci/b/2', 'ci/b/c/3'],
      ['ci/d', 'ci/e +&ü'],
    ]);
  });

  test('group common prefixes, also across pages', async () => {
    const entries: unknown[] = [];
    const input = { Bucket: bucket, Prefix: 'ci/', Delimiter: '/' };
    for await (const page of paginateListObjectsV2({ client, pageSize: 1 }, input)) {
      entries.push([page.Contents?.[0]?.Key, page.CommonPrefixes?.[0]?.Prefix, page.KeyCount]);
    }
    expect(entries).toEqual([
      ['ci/a', undefined, 1],
      [undefined, 'ci/b/', 1],
      ['ci/d', undefined, 1],
      ['ci/e +&ü', undefined, 1],
    ]);
  });

  test('encode keys on request', async () => {
    const { Contents } = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: 'ci/e', EncodingType: 'url' }),
    );
    expect(Contents?.[0]?.Key).toBe('ci/e+%2B%26%C3%BC');
  });
});

test('pages of other origins can read links, and may write', async () => {
  await put('ci/x');
  const link = await presign(platform, session, { key: 'ci/x' }, 60);
  const origin = 'https://pages.example';
  const answer = await fetch(link, { headers: { origin } });
  expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
  expect(answer.headers.get('access-control-expose-headers')).toMatch(/Etag.*Content-Range/);
  const preflight = await fetch(link, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'content-type',
    },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-methods')).toBe('PUT');
  expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type');
});
