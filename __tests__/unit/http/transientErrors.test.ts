import { describe, expect, test } from '@jest/globals';

import { createClock } from '../../../src/http/clock.ts';
import { ActionError } from '../../../src/errors/error.ts';
import { ProxyError } from '../../../src/http/connector.ts';
import { storageClassifier, storageError } from '../../../src/storage/s3Error.ts';

const now = Date.parse('2026-11-23T12:00:00Z');
const clock = createClock(() => now);

const classify = storageClassifier(clock);

function answered(status: number, code: string, headers: Readonly<Record<string, string>> = {}) {
  const body = code && `<Error><Code>${code}</Code><Message>m</Message></Error>`;
  return classify(storageError(status, headers, body));
}

const transient = (status: number, code: string, headers?: Readonly<Record<string, string>>) =>
  answered(status, code, headers).transient;

describe('a response is classified by its error code', () => {
  test.each([
    [400, 'RequestTimeout'],
    [403, 'RequestTimeTooSkewed'],
    [503, 'SlowDown'],
    [503, 'SlowDownWrite'],
    [400, 'SlowDown'],
    [400, 'SlowDownRead'],
    [400, 'SlowDownWrite'],
    [429, 'TooManyRequests'],
    [400, 'Throttling'],
    [400, 'ThrottlingException'],
    [400, 'RequestLimitExceeded'],
    [403, 'BandwidthLimitExceeded'],
    [500, 'InternalError'],
    [200, 'InternalError'],
    [503, 'ServiceUnavailable'],
    [400, 'ServiceUnavailable'],
    [503, 'XMinioServerNotInitialized'],
    [409, 'OperationAborted'],
    [409, 'ConditionalRequestConflict'],
    [400, 'IncompleteBody'],
    [400, 'BadDigest'],
    [200, 'BadDigest'],
  ])('%d %s is transient', (status, code) => {
    expect(answered(status, code)).toMatchObject({ transient: true, kind: 'answered', status });
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
    [507, 'InsufficientCapacity'],
    // By their status, these would be transient.
    [500, 'NotImplemented'],
    [500, 'XMinioStorageFull'],
    [503, 'MethodNotAllowed'],
    [408, 'AccessDenied'],
    [429, 'AccessDenied'],
  ])('%d %s is permanent', (status, code) => {
    expect(answered(status, code)).toMatchObject({ transient: false, kind: 'answered', status });
  });

  test.each([
    [408, true],
    [429, true],
    [500, true],
    [502, true],
    [503, true],
    [504, true],
    [522, true],
    [400, false],
    [403, false],
    [404, false],
    [413, false],
    [501, false],
    [505, false],
    [507, false],
  ])('or by its status without a code: %d is transient: %s', (status, isTransient) => {
    expect(transient(status, '')).toBe(isTransient);
  });

  test('or by the header in MinIO’s response to a HEAD', () => {
    expect(transient(403, '', { 'x-minio-error-code': 'RequestTimeTooSkewed' })).toBe(true);
    expect(transient(503, '', { 'x-minio-error-code': 'AccessDenied' })).toBe(true);
    expect(transient(403, '', { 'x-minio-error-code': 'AccessDenied' })).toBe(false);
  });
});

describe('Retry-After', () => {
  test.each([
    ['SlowDown', '7', 7_000],
    ['', '0', 0],
    ['SlowDown', 'Mon, 23 Nov 2026 12:00:30 GMT', 30_000],
    ['SlowDown', 'soon', undefined],
  ])('of %j: %j is %j ms', (code, header, retryAfterMs) => {
    expect(answered(503, code, { 'retry-after': header })).toMatchObject({ transient: true, retryAfterMs });
  });

  test('does not make a permanent error transient', () => {
    expect(transient(403, 'AccessDenied', { 'retry-after': '1' })).toBe(false);
  });
});

describe('a connection', () => {
  const broken = (code: string) => Object.assign(new Error('broken'), { code });
  const proxy = {
    variable: 'HTTPS_PROXY',
    name: 'proxy:3128',
    hostname: 'proxy',
    port: 3128,
    secure: false,
    authorization: undefined,
  };

  test.each([
    ['ECONNRESET', 'silent'],
    ['EPIPE', 'silent'],
    ['ETIMEDOUT', 'silent'],
    ['UND_ERR_SOCKET', 'silent'],
    ['UND_ERR_CONNECT_TIMEOUT', 'silent'],
    ['ECONNREFUSED', 'refused'],
    ['ENOTFOUND', 'refused'],
    ['EAI_AGAIN', 'refused'],
    ['EAI_FAIL', 'refused'],
    ['EAI_NODATA', 'refused'],
    ['EHOSTUNREACH', 'refused'],
    ['EHOSTDOWN', 'refused'],
    ['ENETUNREACH', 'refused'],
    ['ENETDOWN', 'refused'],
    ['EADDRNOTAVAIL', 'refused'],
    ['EMFILE', 'refused'],
    ['ENFILE', 'refused'],
    ['HPE_INVALID_CONSTANT', 'refused'],
    ['Z_DATA_ERROR', 'refused'],
  ])('that breaks with %s is transient, also as a cause: %s', (code, kind) => {
    expect(classify(broken(code))).toEqual({ transient: true, kind });
    expect(classify(new Error('fetch failed', { cause: broken(code) }))).toEqual({ transient: true, kind });
  });

  test.each(['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED', 'UND_ERR_DESTROYED', 'ENOENT'])(
    'is not retried after %s',
    (code) => {
      expect(classify(broken(code)).transient).toBe(false);
    },
  );

  test.each([
    [502, true],
    [429, true],
    [403, false],
  ])('that a proxy answers with %d is transient: %s', (status, isTransient) => {
    const refused = new ProxyError(proxy, `The proxy answered CONNECT with ${status}`, status);
    expect(classify(refused)).toEqual({ transient: isTransient, kind: 'answered' });
  });

  test('is not retried after an error of the program', () => {
    for (const error of [new TypeError('undefined is not a function'), 'thrown text'])
      expect(classify(error)).toEqual({ transient: false, kind: 'other' });
  });
});

test('an ActionError about another server is not retried', () => {
  const cause = Object.assign(new Error('broken'), { code: 'ECONNRESET' });
  expect(classify(new ActionError('unreachable', 'TerrAPI cannot be reached', { cause }))).toEqual({
    transient: false,
    kind: 'other',
  });
});
