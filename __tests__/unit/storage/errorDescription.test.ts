import { describe, expect, test } from '@jest/globals';

import { ActionError } from '../../../src/errors/error.ts';
import { describeStorageError } from '../../../src/storage/errorDescription.ts';
import { storageError } from '../../../src/storage/s3Error.ts';

const endpoint = new URL('https://s3.example.org:9000');
const described = (error: unknown) => describeStorageError('a.txt cannot be uploaded', { endpoint }, error);

/** Describes a response with this S3 error code, or without a code. */
function answered(status: number, code = '', message = 'no', headers: Readonly<Record<string, string>> = {}) {
  const body = code ? `<Error><Code>${code}</Code><Message>${message}</Message></Error>` : message;
  return described(storageError(status, headers, body));
}

const full =
  'The workspace is full. Delete what you do not need, or ask the people who run the platform for more space.';
const intercepted =
  'Another server answers instead of the storage, e.g. a proxy or a login page. Check the network of this runner. Ask the people who run the platform to check the endpoint of the workspace.';
const policy =
  'A policy of the bucket, or a proxy, does not allow replacing the object. Ask the people who run the platform.';
const usual = 'Run the job again. If it still fails, tell the people who run the platform.';

test('an error says what failed, where and why', () => {
  const error = answered(403, 'AccessDenied', 'Access Denied.');
  expect(error.message).toBe(
    'a.txt cannot be uploaded: AccessDenied 403: Access Denied. (s3.example.org:9000)',
  );
  expect(error.cause).toMatchObject({ status: 403 });
});

describe('code and hint follow from the S3 error code', () => {
  test.each([
    [
      403,
      'AccessDenied',
      'storage-denied',
      'The storage session does not allow this. Ask the owner of the workspace for access.',
    ],
    [
      400,
      'EntityTooLarge',
      'storage-error',
      'The file is larger than the storage accepts. Upload smaller files.',
    ],
    [507, 'XMinioStorageFull', 'storage-full', 'The storage is full. Tell the people who run the platform.'],
    [
      400,
      'XMinioParentIsObject',
      'storage-error',
      "An object has the name of one of the folders of this key. Delete it, or choose another 'destination'.",
    ],
    [
      400,
      'XMinioObjectExistsAsDirectory',
      'storage-error',
      "A folder has the name of this key. Delete it, or choose another 'destination'.",
    ],
    [200, 'NotS3', 'storage-intercepted', intercepted],
    [
      403,
      'ClockMismatch',
      'storage-error',
      "Correct this machine's clock if it is wrong. If it is right, the storage's clock is wrong: tell the people who run the platform.",
    ],
    [
      200,
      'OtherContent',
      'storage-error',
      'The stored content differs from the content that was sent. Tell the people who run the platform.',
    ],
    [
      200,
      'UnreliableListing',
      'storage-error',
      'The storage, or a proxy, returns invalid S3 listings, so nothing was deleted or linked. Tell the people who run the platform.',
    ],
    [412, 'PreconditionFailed', 'storage-error', policy],
    [
      403,
      'InvalidAccessKeyId',
      'storage-error',
      "The storage rejects the platform's session, and a new session too. Tell the people who run the platform.",
    ],
    [400, 'QuotaExceeded', 'storage-full', full],
    [400, 'XMinioAdminBucketQuotaExceeded', 'storage-full', full],
    [403, 'SignatureDoesNotMatch', 'storage-error', usual],
    [413, 'Other', 'storage-error', usual],
    [301, 'PermanentRedirect', 'storage-error', usual],
    [507, 'Other', 'storage-error', usual],
  ])('%d %s: %s', (status, code, expected, hint) => {
    expect(answered(status, code)).toMatchObject({ code: expected, hint });
  });

  test('and not from a message', () => {
    expect(answered(400, 'Other', 'over the quota')).toMatchObject({ code: 'storage-error', hint: usual });
  });
});

describe('without an S3 error code, a proxy may have answered', () => {
  const tooLarge =
    "A proxy or gateway in front of the storage limits the size of requests. Set input 'part-size' below its limit (at least 5MiB), or ask for a higher limit.";
  test.each([
    [413, 'no', 'storage-intercepted', tooLarge],
    [299, 'no', 'storage-error', usual],
    [300, 'no', 'storage-intercepted', intercepted],
    [399, 'no', 'storage-intercepted', intercepted],
    [400, 'no', 'storage-error', usual],
    [403, 'no', 'storage-denied', usual],
    [412, 'no', 'storage-error', policy],
    [507, 'no', 'storage-full', full],
    [403, 'Over the quota of the bucket', 'storage-full', full],
    [400, 'misquotation', 'storage-error', usual],
  ])('%d with the text %j: %s', (status, text, expected, hint) => {
    expect(answered(status, '', text)).toMatchObject({ code: expected, hint });
  });
});

test('the hint has Retry-After and the ID of the request', () => {
  const { hint } = answered(503, 'SlowDown', 'wait', { 'retry-after': '120', 'x-amz-request-id': '17F' });
  expect(hint).toBe(`The storage asks to wait (Retry-After: 120). ${usual} (request 17F)`);
});

test('an error that already has a description keeps its code, hint and details', () => {
  const error = new ActionError('file-changed', 'it was changed', { hint: 'Do it.', details: ['- a'] });
  expect(described(error)).toMatchObject({
    code: 'file-changed',
    message: 'a.txt cannot be uploaded: it was changed',
    hint: 'Do it.',
    details: ['- a'],
    cause: error,
  });
});

test('a broken connection names the network, any other error its message', () => {
  const broken = Object.assign(new Error('broken'), { code: 'ECONNRESET' });
  expect(described(broken)).toMatchObject({
    code: 'unreachable',
    message:
      'a.txt cannot be uploaded: Storage https://s3.example.org:9000 cannot be reached: it closed the connection (ECONNRESET)',
    hint: expect.stringContaining('Check the network between this runner and storage'),
    cause: broken,
  });
  const other = new Error('no\nspace');
  const { code, message, cause } = described(other);
  expect([code, message, cause]).toEqual([
    'storage-error',
    'a.txt cannot be uploaded: no\\u000aspace',
    other,
  ]);
});
