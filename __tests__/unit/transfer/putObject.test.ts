import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

import { describe, expect, test } from '@jest/globals';

import { putObject, putPart } from '../../../src/transfer/putObject.ts';
import type { Answer } from '../servers.ts';
import { openBucket } from '../storage/localBucket.ts';
import { putOf } from './file.ts';

const body = Buffer.from('content');
const md5 = hash('md5', body);
const other = hash('md5', 'other');
const signal = new AbortController().signal;
const put = putOf(
  { path: '/work/a', name: 'a', size: body.length, mtimeMs: 0, dev: 0, ino: 0, linked: false },
  { contentType: 'text/csv', headers: { 'cache-control': 'no-cache', 'x-amz-meta-a': 'b' } },
);

function crcOf(content: Buffer): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(content));
  return bytes.toString('base64');
}

/** Uploads an object or a part to a server that answers with these headers. */
async function store(what: 'object' | 'part', headers: Readonly<Record<string, string>>, ifAbsent = false) {
  await using bucket = await openBucket(() => ({ headers }));
  const { client, server } = bucket;
  const result =
    what === 'object'
      ? await putObject(client, put, body, { signal, ifAbsent })
      : await putPart(client, put.key, 'id/+', 7, body, signal);
  return { result, asked: server.asked[0] };
}

describe('an object', () => {
  test('is sent with its type, its headers and the MD5 of its content', async () => {
    const { result, asked } = await store('object', { etag: `"${md5}"` });
    expect(result).toBe(md5);
    expect(asked).toMatchObject({
      method: 'PUT',
      path: '/bucket/p/d/a',
      body: 'content',
      headers: {
        'content-type': 'text/csv',
        'cache-control': 'no-cache',
        'x-amz-meta-a': 'b',
        'content-md5': Buffer.from(md5, 'hex').toString('base64'),
        'content-length': '7',
      },
    });
    expect(asked?.headers).not.toHaveProperty('if-none-match');
  });

  test('is sent with If-None-Match on request', async () => {
    const { asked } = await store('object', { etag: `"${md5}"` }, true);
    expect(asked?.headers['if-none-match']).toBe('*');
  });

  test.each([
    ['encrypted by a key of the server’s', { etag: `"${other}"`, 'x-amz-server-side-encryption': 'aws:kms' }],
    [
      'encrypted by a key of the client’s',
      { etag: `"${other}"`, 'x-amz-server-side-encryption-customer-algorithm': 'AES256' },
    ],
    [
      'encrypted by two keys of the server’s',
      { etag: '"abc"', 'x-amz-server-side-encryption': 'aws:kms:dsse' },
    ],
    ['encrypted as it is by default', { etag: `"${md5}"`, 'x-amz-server-side-encryption': 'AES256' }],
    ['with an ETag in capitals', { etag: `"${md5.toUpperCase()}"` }],
  ])('%s counts as stored', async (_, headers) => {
    await expect(store('object', headers)).resolves.toMatchObject({
      result: headers.etag.replaceAll('"', ''),
    });
  });

  test.each<[string, Answer]>([
    ['without an ETag', {}],
    ['with an empty ETag', { headers: { etag: '""' } }],
    ['of a portal', { body: '<html><title>Sign in</title></html>' }],
    ['of a portal that has an ETag', { status: 203, headers: { etag: `"${md5}"` } }],
    ['of 204', { status: 204, headers: { etag: `"${md5}"` } }],
  ])('does not count as stored by an answer %s', async (_, answer) => {
    await using bucket = await openBucket(() => answer);
    const { client, server } = bucket;
    await expect(putObject(client, put, body, { signal, ifAbsent: false })).rejects.toMatchObject({
      code: 'NotS3',
    });
    await expect(putPart(client, put.key, 'id', 1, body, signal)).rejects.toMatchObject({ code: 'NotS3' });
    expect(server.asked).toHaveLength(2);
  });

  test('is sent once more if the ETag differs, and only once', async () => {
    await using bucket = await openBucket(() => ({ headers: { etag: `"${other}"` } }));
    const { client, server } = bucket;
    await expect(putObject(client, put, body, { signal, ifAbsent: false })).rejects.toMatchObject({
      code: 'OtherContent',
    });
    expect(server.asked).toHaveLength(2);
  });
});

describe('an ETag that is not an MD5, without encryption', () => {
  const opaque = '0x8DC2F1A77C30F5E';

  /** Answers a PUT with the ETag, and a HEAD as given. */
  const storeAt = async (head: Answer, etag = opaque) => {
    await using bucket = await openBucket(({ method }) =>
      method === 'HEAD' ? head : { headers: { etag: `"${etag}"` } },
    );
    const { client, server } = bucket;
    const result = await putObject(client, put, body, { signal, ifAbsent: false }).catch(
      (error: unknown) => error,
    );
    return { result, requests: server.asked.map(({ method, path }) => `${method} ${path}`) };
  };

  test('counts as stored if the object has the size of the content, and that ETag', async () => {
    const head = { headers: { etag: `"${opaque}"`, 'content-length': '7' } };
    expect(await storeAt(head)).toEqual({
      result: opaque,
      requests: ['PUT /bucket/p/d/a', 'HEAD /bucket/p/d/a'],
    });
  });

  test.each<[string, Answer]>([
    ['has another size', { headers: { etag: `"${opaque}"`, 'content-length': '8' } }],
    ['has another ETag', { headers: { etag: '"0x8DC2F1A77C30F5F"', 'content-length': '7' } }],
    ['does not exist', { status: 404 }],
  ])('is an error if the object %s', async (_, head) => {
    const { result, requests } = await storeAt(head);
    expect(result).toMatchObject({ name: 'StorageError', code: 'OtherContent' });
    expect(requests).toHaveLength(2);
  });

  test('is an error if the session may not look at the object', async () => {
    expect((await storeAt({ status: 403 })).result).toMatchObject({ name: 'StorageError', status: 403 });
  });

  test('does not excuse an MD5 that differs: the object is not looked at', async () => {
    const { result, requests } = await storeAt({}, other);
    expect(result).toMatchObject({ code: 'OtherContent' });
    expect(requests).toEqual(['PUT /bucket/p/d/a', 'PUT /bucket/p/d/a']);
  });

  test('costs no HEAD request if it is an MD5', async () => {
    expect((await storeAt({}, md5)).requests).toEqual(['PUT /bucket/p/d/a']);
  });

  test('leaves a part unconfirmed, unless the answer has its CRC-32', async () => {
    expect((await store('part', { etag: `"${opaque}"` })).result).toEqual({
      number: 7,
      etag: opaque,
      crc32: crcOf(body),
      isUnconfirmed: true,
    });
    const confirmed = { etag: `"${opaque}"`, 'x-amz-checksum-crc32': crcOf(body) };
    expect((await store('part', confirmed)).result).not.toHaveProperty('isUnconfirmed');
  });
});

describe('a part', () => {
  test('is sent with its CRC-32, which the answer confirms', async () => {
    const { result, asked } = await store('part', { etag: '"e1"', 'x-amz-checksum-crc32': crcOf(body) });
    expect(result).toEqual({ number: 7, etag: 'e1', crc32: crcOf(body) });
    expect(asked).toMatchObject({
      path: '/bucket/p/d/a?partNumber=7&uploadId=id%2F%2B',
      headers: { 'x-amz-checksum-crc32': crcOf(body) },
    });
  });

  test('is an error if the server returns another checksum', async () => {
    const said = { etag: `"${md5}"`, 'x-amz-checksum-crc32': crcOf(Buffer.from('other')) };
    await expect(store('part', said)).rejects.toMatchObject({ code: 'OtherContent' });
  });

  test('is checked by its ETag if the server does not support checksums', async () => {
    await expect(store('part', { etag: `"${other}"` })).rejects.toMatchObject({ code: 'OtherContent' });
    expect((await store('part', { etag: `"${md5}"` })).result).toMatchObject({ etag: md5 });
  });
});
