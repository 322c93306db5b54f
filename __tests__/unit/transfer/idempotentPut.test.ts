import { hash } from 'node:crypto';

import { describe, expect, test } from '@jest/globals';

import { StorageError } from '../../../src/storage/s3Error.ts';
import { multipartEtag } from '../../../src/storage/etag.ts';
import { idempotentPut } from '../../../src/transfer/idempotentPut.ts';
import type { Answer } from '../servers.ts';
import { openBucket } from '../storage/localBucket.ts';
import { putOf } from './file.ts';

const etag = hash('md5', 'content');
const put = putOf({ path: '/work/a', name: 'a', size: 7, mtimeMs: 0, dev: 0, ino: 0, linked: false });

/**
 * Writes an object with a request that fails with the given error, and a HEAD with the given answer.
 * @returns the number of HEAD requests
 */
async function write(
  error: Error | undefined,
  head: Answer = { status: 404 },
  ifAbsent = true,
): Promise<number> {
  await using bucket = await openBucket(() => head);
  await idempotentPut(
    bucket.client,
    put,
    () => etag,
    ifAbsent,
    () => (error === undefined ? Promise.resolve() : Promise.reject(error)),
  );
  expect(bucket.server.asked.every(({ method, path }) => method === 'HEAD' && path === '/bucket/p/d/a')).toBe(
    true,
  );
  return bucket.server.asked.length;
}

const failure = (code: string, status = 412) => new StorageError({ status, code, message: 'said' });
const holding = (size: number, held: string): Answer => ({
  headers: { 'content-length': String(size), etag: `"${held}"` },
});

test('a successful write sends no HEAD', async () => {
  expect(await write(undefined)).toBe(0);
});

describe.each([
  ['PreconditionFailed', 412],
  ['NoSuchUpload', 404],
])('after %s', (code, status) => {
  test('an object with this content counts as written: the response was lost', async () => {
    expect(await write(failure(code, status), holding(7, etag))).toBe(1);
  });

  test.each([
    ['an object with other content', holding(7, hash('md5', 'another'))],
    ['an object with another size', holding(8, etag)],
    ['a missing object', { status: 404 }],
  ])('%s does not count as written', async (_, head) => {
    await expect(write(failure(code, status), head)).rejects.toMatchObject({
      code: code === 'PreconditionFailed' ? 'object-exists' : code,
    });
  });

  test('a HEAD that fails is an error', async () => {
    await expect(
      write(failure(code, status), { status: 403, headers: { 'x-minio-error-code': 'AccessDenied' } }),
    ).rejects.toMatchObject({ code: 'AccessDenied' });
  });
});

test('an object of another job is an error that names the key and what to do', async () => {
  await expect(write(failure('PreconditionFailed'), holding(1, 'x'))).rejects.toMatchObject({
    message: "p/d/a was created by another job during the upload, and 'overwrite' is 'never'",
    hint: expect.stringContaining('only one job'),
  });
});

test('a 412 without a code, e.g. from a proxy, sends a HEAD as well', async () => {
  await write(failure('', 412), holding(7, etag));
  await expect(write(failure('', 412), holding(1, 'x'))).rejects.toMatchObject({ code: 'object-exists' });
});

test.each([failure('AccessDenied', 403), new Error('broken'), new TypeError('bug')])(
  'another error (%s) is thrown unchanged without a HEAD',
  async (error) => {
    await expect(write(error, holding(7, etag))).rejects.toBe(error);
  },
);

test('a 412 for a request without a condition is thrown unchanged', async () => {
  const refused = failure('PreconditionFailed');
  await expect(write(refused, holding(1, 'x'), false)).rejects.toBe(refused);
  expect(await write(failure('NoSuchUpload', 404), holding(7, etag), false)).toBe(1);
});

test('an expired session is renewed for the HEAD', async () => {
  await using bucket = await openBucket((_, count) =>
    count === 1 ? { status: 403, headers: { 'x-minio-error-code': 'InvalidAccessKeyId' } } : holding(7, etag),
  );
  const { client } = bucket;
  await idempotentPut(
    client,
    put,
    () => etag,
    true,
    () => Promise.reject(failure('PreconditionFailed')),
  );
  expect(bucket.sessions).toHaveLength(2);
});

test('the ETag of a multipart upload is the MD5 of the MD5s of its parts, and their number', () => {
  const parts = [hash('md5', 'a'), hash('md5', 'b')];
  const joined = Buffer.concat(parts.map((part) => Buffer.from(part, 'hex')));
  expect(multipartEtag(parts)).toBe(`${hash('md5', joined)}-2`);
});
