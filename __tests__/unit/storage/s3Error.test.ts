import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { describeStorageError } from '../../../src/storage/errorDescription.ts';
import {
  StorageError,
  formatStorageError,
  isSessionExpired,
  storageError,
} from '../../../src/storage/s3Error.ts';

const xml = (inner: string) => `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inner}</Error>`;

test('an error response has code, message, region, request ID and Retry-After', () => {
  const body = xml(
    '<Code>AuthorizationHeaderMalformed</Code><Message>the region is wrong</Message><Region>fr-par</Region><RequestId>17F</RequestId><HostId>h</HostId>',
  );
  expect(storageError(400, { 'retry-after': '3' }, body)).toMatchObject({
    status: 400,
    code: 'AuthorizationHeaderMalformed',
    message: 'the region is wrong',
    region: 'fr-par',
    requestId: '17F',
    retryAfter: '3',
  });
});

test('fields that are not in the body are read from headers', () => {
  const headers = { 'x-amz-bucket-region': 'eu-west-3', 'x-amz-request-id': 'ABC' };
  expect(storageError(403, headers, '')).toMatchObject({
    code: '',
    message: 'no reason given',
    region: 'eu-west-3',
    requestId: 'ABC',
    retryAfter: undefined,
  });
});

test('a header that is empty or repeated counts as missing', () => {
  const headers = { 'x-amz-request-id': '', 'x-amz-bucket-region': ['eu', 'us'] };
  expect(storageError(400, headers, '')).toMatchObject({ requestId: undefined, region: undefined });
});

test('code and message in MinIO’s response to a HEAD are read from headers', () => {
  const error = storageError(
    403,
    {
      'x-minio-error-code': 'InvalidAccessKeyId',
      'x-minio-error-desc': '"The Access Key Id you provided does not exist in our records."',
    },
    '',
  );
  expect(isSessionExpired(error)).toBe(true);
  expect(storageError(400, { 'x-minio-error-desc': '"The "key" is wrong"' }, '').message).toBe(
    'The "key" is wrong',
  );
  expect(error.message).toBe('The Access Key Id you provided does not exist in our records.');
});

describe('character references', () => {
  test.each([
    ['&lt;a&gt; &amp; &quot;b&quot; &apos;c&apos;', `<a> & "b" 'c'`],
    ['&#65;&#x42;&#X43;', 'ABC'],
    ['&#x1F6F0;', '🛰'],
    ['&amp;lt;', '&lt;'],
    ['&#38;lt;', '&lt;'],
    ['&amp;#60;', '&#60;'],
    ['&#af;', '&#af;'],
    ['&#x110000;', '&#x110000;'],
    ['&#9999999;', '&#9999999;'],
    ['&unknown;', '&unknown;'],
    ['AT&T', 'AT&T'],
  ])('%s is decoded as %s', (written, meant) => {
    expect(storageError(400, {}, xml(`<Code>C</Code><Message>${written}</Message>`)).message).toBe(meant);
  });

  test('are decoded to any text that was escaped', () => {
    const escape = (text: string) =>
      text
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&#62;')
        .replaceAll('"', '&#x22;');
    const text = fc
      .stringMatching(/^[!-~]([ -~]{0,40}[!-~])?$/)
      .filter((one) => !one.startsWith('::') && !one.includes('##['));
    fc.assert(
      fc.property(text, (message) => {
        expect(storageError(400, {}, xml(`<Message>${escape(message)}</Message>`)).message).toBe(message);
      }),
    );
  });
});

test('any response gives an error of one line', () => {
  const body = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string().map((text) => xml(`<Code>${text}</Code><Message>${text}</Message>`)),
    fc.string({ unit: fc.constantFrom('&', '#', 'x', ';', '<', '>', '1', 'f', 'Code', '/') }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 300, max: 599 }), body, (status, text) => {
      expect(formatStorageError(storageError(status, {}, text))).not.toMatch(/[\r\n\u2028]/);
    }),
  );
});

test('the page of a proxy is reported by its title', () => {
  const body = `<html><head><title>502 Bad Gateway</title></head>${'x'.repeat(5_000)}</html>`;
  const error = storageError(502, {}, body);
  expect(error.code).toBe('');
  expect(formatStorageError(error)).toBe('HTTP 502: a web page, "502 Bad Gateway"');
  const textOf = (page: string) => storageError(502, {}, page).message;
  expect(textOf('<!DOCTYPE  html><title> Sign in </title>')).toBe('a web page, "Sign in"');
  expect(textOf('<!doctype html>')).toBe('a web page');
  expect(textOf('<head><title> </title>')).toBe('a web page');
  expect(textOf('<headline>no page')).toBe('<headline>no page');
});

test('text of a server cannot become a line or a workflow command', () => {
  const evil = 'X\n::set-env name=A::b';
  const error = storageError(
    400,
    {},
    xml(`<Code>${evil}</Code><Message>${evil}</Message><RequestId>${evil}</RequestId>`),
  );
  for (const text of [formatStorageError(error), error.message, error.code, error.requestId])
    expect(text).not.toContain('\n');
  const sdks = new StorageError({ status: 400, code: evil, message: evil });
  expect(formatStorageError(sdks)).not.toContain('\n');
});

test('a code without a message is reported without XML', () => {
  expect(
    formatStorageError(storageError(403, {}, xml('<Code>AccessDenied</Code><BucketName>b</BucketName>'))),
  ).toBe('AccessDenied 403: no reason given');
});

test.each([
  ['InvalidAccessKeyId', 403],
  ['ExpiredToken', 400],
  ['ExpiredTokenException', 400],
  ['InvalidTokenId', 403],
  ['InvalidToken', 400],
  ['TokenRefreshRequired', 400],
])('%s means that the session has expired', (code, status) => {
  expect(isSessionExpired(storageError(status, {}, xml(`<Code>${code}</Code>`)))).toBe(true);
});

test.each(['AccessDenied', 'SignatureDoesNotMatch', 'RequestTimeTooSkewed', ''])(
  "'%s' does not mean that the session has expired",
  (code) => {
    expect(isSessionExpired(storageError(403, {}, xml(`<Code>${code}</Code>`)))).toBe(false);
    expect(isSessionExpired(new Error('InvalidAccessKeyId'))).toBe(false);
  },
);

test.each(['__proto__', 'constructor', 'toString'])('the hint for the code %s is text', (code) => {
  const endpoint = new URL('https://s3.example.org');
  const { hint } = describeStorageError(
    'It',
    { endpoint },
    new StorageError({ status: 400, code, message: '' }),
  );
  expect(hint).toMatch(/^Run the step again\.|^Run the job again\./);
});
