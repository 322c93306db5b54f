import { hash } from 'node:crypto';

import { describe, expect, test } from '@jest/globals';

import { StorageError } from '../../../src/storage/s3Error.ts';
import { multipartEtag } from '../../../src/storage/etag.ts';
import { storeOnce } from '../../../src/transfer/idempotentPut.ts';
import type { Answer } from '../servers.ts';
import { openBucket } from '../storage/bucket.ts';
import { putOf } from './file.ts';

const etag = hash('md5', 'content');
const put = putOf({ path: '/work/a', name: 'a', size: 7, mtimeMs: 0, dev: 0, ino: 0, linked: false });

/** A write that fails so, of an object that is looked at by a HEAD answered so; resolves to how often it was looked at. */
async function write(
  error: Error | undefined,
  head: Answer = { status: 404 },
  ifAbsent = true,
): Promise<number> {
  await using bucket = await openBucket(() => head);
  await storeOnce(
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

test('a write that succeeds is not looked after', async () => {
  expect(await write(undefined)).toBe(0);
});

describe.each([
  ['PreconditionFailed', 412],
  ['NoSuchUpload', 404],
])('after %s', (code, status) => {
  test('an object with this content was written before: its answer was lost', async () => {
    expect(await write(failure(code, status), holding(7, etag))).toBe(1);
  });

  test.each([
    ['of another content', holding(7, hash('md5', 'another'))],
    ['of another size', holding(8, etag)],
    ['that is not there', { status: 404 }],
  ])('an object %s was not', async (_, head) => {
    await expect(write(failure(code, status), head)).rejects.toMatchObject({
      code: code === 'PreconditionFailed' ? 'object-exists' : code,
    });
  });

  test('an object that cannot be looked at leaves it open', async () => {
    await expect(
      write(failure(code, status), { status: 403, headers: { 'x-minio-error-code': 'AccessDenied' } }),
    ).rejects.toMatchObject({ code: 'AccessDenied' });
  });
});

test('somebody else’s object is told of by name, and what to do', async () => {
  await expect(write(failure('PreconditionFailed'), holding(1, 'x'))).rejects.toMatchObject({
    message: "p/d/a was written by somebody else meanwhile, and 'overwrite' is 'never'",
    hint: expect.stringContaining('only one job'),
  });
});

test('a 412 without a code, as a proxy may leave of it, is looked up as well', async () => {
  await write(failure('', 412), holding(7, etag));
  await expect(write(failure('', 412), holding(1, 'x'))).rejects.toMatchObject({ code: 'object-exists' });
});

test.each([failure('AccessDenied', 403), new Error('broken'), new TypeError('bug')])(
  'another failure (%s) is told as it is, and nothing is looked at',
  async (error) => {
    await expect(write(error, holding(7, etag))).rejects.toBe(error);
  },
);

test('a 412 to a request without a condition is told as it is: nobody else has written there', async () => {
  const refused = failure('PreconditionFailed');
  await expect(write(refused, holding(1, 'x'), false)).rejects.toBe(refused);
  expect(await write(failure('NoSuchUpload', 404), holding(7, etag), false)).toBe(1);
});

test('the session that ended while the answer was lost is renewed to look', async () => {
  await using bucket = await openBucket((_, count) =>
    count === 1 ? { status: 403, headers: { 'x-minio-error-code': 'InvalidAccessKeyId' } } : holding(7, etag),
  );
  const { client } = bucket;
  await storeOnce(
    client,
    put,
    () => etag,
    true,
    () => Promise.reject(failure('PreconditionFailed')),
  );
  expect(bucket.sessions).toHaveLength(2);
});

test('the ETag of parts is the MD5 of their MD5s, and their number', () => {
  const parts = [hash('md5', 'a'), hash('md5', 'b')];
  const joined = Buffer.concat(parts.map((part) => Buffer.from(part, 'hex')));
  expect(multipartEtag(parts)).toBe(`${hash('md5', joined)}-2`);
});
