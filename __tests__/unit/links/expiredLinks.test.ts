import { expect, test } from '@jest/globals';

import { expiredLinks, isExpiredLink } from '../../../src/links/expiredLinks.ts';
import { StorageError } from '../../../src/storage/s3Error.ts';

const expiry = Date.parse('2026-11-23T12:15:00Z');
const link = 'https://s3.example.org/b/k?X-Amz-Date=20261123T120000Z&X-Amz-Expires=900&X-Amz-Signature=s';

const response = (status: number, code = 'AccessDenied', message = 'Access Denied.') =>
  new StorageError({ status, code, message });

test.each<[string, unknown]>([
  ['says that the request has expired', response(403, 'AccessDenied', 'Request has expired')],
  ['says that the session has expired', response(400, 'ExpiredToken')],
  ['does not know the key of the session', response(403, 'InvalidAccessKeyId')],
  ['is the cause of another error', new Error('a.txt', { cause: response(400, 'ExpiredToken') })],
])('a link has expired if the response %s', (_, error) => {
  expect(isExpiredLink(error, 'https://s3.example.org/b/k', 0)).toBe(true);
});

test.each([
  [403, 'AccessDenied', expiry, true],
  [400, 'AuthorizationQueryParametersError', expiry + 1, true],
  [403, 'AccessDenied', expiry - 1, false],
  [404, 'NoSuchKey', expiry, false],
  [503, 'SlowDown', expiry, false],
])('without such a response, the status and the link decide: %d %s at %d is %j', (status, code, now, has) => {
  expect(isExpiredLink(response(status, code), link, now)).toBe(has);
});

test('a network error does not say that a link has expired', () => {
  expect(isExpiredLink(new Error('socket closed'), link, expiry)).toBe(false);
});

test('a link that does not say when it expires has not expired', () => {
  expect(isExpiredLink(response(403), 'https://s3.example.org/b/k', expiry)).toBe(false);
});

test.each([
  [undefined, 'have expired'],
  [expiry, 'expired at 2026-11-23 12:15:00 UTC'],
  [expiry + 60_000, 'expired at 2026-11-23 12:16:00 UTC'],
  [expiry + 60_001, 'have expired'],
])('the error says when links expired, but never a time in the future: %j', (expiresAt, when) => {
  const cause = response(403);
  expect(expiredLinks('the list', expiresAt, expiry, cause)).toMatchObject({
    code: 'links-expired',
    message: `The links of the list ${when}`,
    cause,
  });
});
