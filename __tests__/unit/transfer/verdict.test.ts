import { describe, expect, test } from '@jest/globals';

import { createClock } from '../../../src/clock.ts';
import { StorageError, storageError } from '../../../src/storage/failure.ts';
import { judgeStorage, storagePolicy } from '../../../src/transfer/verdict.ts';

const now = Date.parse('2026-11-23T12:00:00Z');
const clock = createClock(() => now);

function judge(status: number, code: string, headers: Readonly<Record<string, string>> = {}) {
  const body = code && `<Error><Code>${code}</Code><Message>m</Message></Error>`;
  return judgeStorage(storageError(status, headers, body), clock);
}

describe('an answer is judged by its code', () => {
  test.each([
    [400, 'RequestTimeout'],
    [403, 'RequestTimeTooSkewed'],
    [503, 'SlowDown'],
    [503, 'SlowDownWrite'],
    [429, 'TooManyRequests'],
    [400, 'Throttling'],
    [500, 'InternalError'],
    [200, 'InternalError'],
    [503, 'ServiceUnavailable'],
    [503, 'XMinioServerNotInitialized'],
    [409, 'OperationAborted'],
    [409, 'ConditionalRequestConflict'],
    [400, 'IncompleteBody'],
    [400, 'BadDigest'],
    [200, 'BadDigest'],
  ])('%d %s passes', (status, code) => {
    expect(judge(status, code)).toBe('retry');
  });

  test.each([
    [403, 'AccessDenied'],
    [403, 'SignatureDoesNotMatch'],
    [403, 'QuotaExceeded'],
    [400, 'AuthorizationHeaderMalformed'],
    [400, 'EntityTooLarge'],
    [400, 'InvalidPart'],
    [400, 'MalformedXML'],
    [404, 'NoSuchBucket'],
    [404, 'NoSuchUpload'],
    [405, 'MethodNotAllowed'],
    [411, 'MissingContentLength'],
    [412, 'PreconditionFailed'],
    [301, 'PermanentRedirect'],
    [501, 'NotImplemented'],
    [507, 'XMinioStorageFull'],
    // Judged by the status, these would be tried again.
    [408, 'AccessDenied'],
    [429, 'AccessDenied'],
  ])('%d %s stays', (status, code) => {
    expect(judge(status, code)).toBe('fail');
  });

  test.each([
    [408, 'retry'],
    [429, 'retry'],
    [500, 'retry'],
    [502, 'retry'],
    [503, 'retry'],
    [504, 'retry'],
    [522, 'retry'],
    [400, 'fail'],
    [403, 'fail'],
    [404, 'fail'],
    [413, 'fail'],
    [501, 'fail'],
    [505, 'fail'],
    [507, 'fail'],
  ])('or, without one, by its status: %d is worth %s', (status, verdict) => {
    expect(judge(status, '')).toBe(verdict);
  });

  test('or by the header that MinIO answers a HEAD with', () => {
    expect(judge(403, '', { 'x-minio-error-code': 'RequestTimeTooSkewed' })).toBe('retry');
    expect(judge(503, '', { 'x-minio-error-code': 'AccessDenied' })).toBe('retry');
    expect(judge(403, '', { 'x-minio-error-code': 'AccessDenied' })).toBe('fail');
  });
});

describe('Retry-After', () => {
  test('of what passes is told in milliseconds from the servers’ time on', () => {
    expect(judge(503, 'SlowDown', { 'retry-after': '7' })).toEqual({ afterMs: 7_000 });
    expect(judge(503, '', { 'retry-after': '0' })).toEqual({ afterMs: 0 });
    expect(judge(503, 'SlowDown', { 'retry-after': 'Mon, 23 Nov 2026 12:00:30 GMT' })).toEqual({
      afterMs: 30_000,
    });
  });

  test('does not make what stays pass', () => {
    expect(judge(403, 'AccessDenied', { 'retry-after': '1' })).toBe('fail');
  });

  test('that says nothing leaves the usual wait', () => {
    expect(judge(503, 'SlowDown', { 'retry-after': 'soon' })).toBe('retry');
  });
});

describe('a connection', () => {
  const broken = (code: string) => Object.assign(new Error('broken'), { code });

  test.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT', 'EAI_AGAIN'])(
    'that breaks with %s is tried again, also as a cause',
    (code) => {
      expect(judgeStorage(broken(code), clock)).toBe('retry');
      expect(judgeStorage(new Error('fetch failed', { cause: broken(code) }), clock)).toBe('retry');
    },
  );

  test.each(['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED', 'UND_ERR_DESTROYED', 'ENOENT'])(
    'is not tried again after %s',
    (code) => {
      expect(judgeStorage(broken(code), clock)).toBe('fail');
    },
  );

  test('is not tried again after an error of the program', () => {
    expect(judgeStorage(new TypeError('undefined is not a function'), clock)).toBe('fail');
    expect(judgeStorage('thrown text', clock)).toBe('fail');
  });
});

test('a storage that is away is given a minute and more to come back', () => {
  const { tries, baseMs, maxMs, budgetMs } = storagePolicy;
  const longest = Array.from({ length: tries - 1 }, (_, index) => Math.min(maxMs, baseMs * 2 ** index));
  expect(longest.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(30_000);
  expect(budgetMs).toBeGreaterThan(60_000);
  expect(new StorageError({ status: 503, code: '', message: '' }).retryAfter).toBeUndefined();
});
