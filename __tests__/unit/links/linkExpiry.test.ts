import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { linkExpiry } from '../../../src/links/linkExpiry.ts';
import { jwt } from '../servers.ts';

const from = Date.parse('2026-11-23T12:00:00Z');
const signed = (more: Readonly<Record<string, string>>) =>
  `https://s3.example.org/b/k?${new URLSearchParams({ 'X-Amz-Date': '20261123T120000Z', ...more }).toString()}`;

describe('a link with Signature Version 4', () => {
  test('expires when it says', () => {
    expect(linkExpiry(signed({ 'X-Amz-Expires': '604800' }))).toBe(from + 604_800_000);
  });

  test('expires with its session if the session token expires first', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 604_800 }),
        fc.integer({ min: 1, max: 604_800 }),
        (own, session) => {
          const token = jwt({ exp: from / 1000 + session });
          const link = signed({ 'X-Amz-Expires': String(own), 'X-Amz-Security-Token': token });
          expect(linkExpiry(link)).toBe(from + Math.min(own, session) * 1000);
        },
      ),
    );
  });

  test('has an unknown expiry if the session token does not say when it expires', () => {
    expect(linkExpiry(signed({ 'X-Amz-Expires': '60', 'X-Amz-Security-Token': 'opaque' }))).toBeUndefined();
    expect(linkExpiry(signed({ 'X-Amz-Expires': '60', 'X-Amz-Security-Token': jwt({}) }))).toBeUndefined();
  });
});

test('a link with Signature Version 2 expires when it says, or with its session', () => {
  const link = 'https://s3.example.org/b/k?AWSAccessKeyId=K&Signature=abc%3D&Expires=1795435200';
  expect(linkExpiry(link)).toBe(1_795_435_200_000);
  expect(linkExpiry(`${link}&x-amz-security-token=${jwt({ exp: 1_795_435_100 })}`)).toBe(1_795_435_100_000);
});

test.each([
  'https://files.example.org/s/4b1f6c0d',
  'https://files.example.org/s?Expires=1795435200',
  signed({}),
  signed({ 'X-Amz-Expires': 'soon' }),
  signed({ 'X-Amz-Expires': '9'.repeat(30) }),
  signed({ 'X-Amz-Expires': '-60' }),
  signed({ 'X-Amz-Expires': '1e3' }),
  signed({ 'X-Amz-Expires': '60', 'X-Amz-Date': '20261123T120000Z0' }),
  signed({ 'X-Amz-Expires': '60', 'X-Amz-Date': '120261123T120000Z' }),
  'https://s3.example.org/b/k?Signature=abc&Expires=-60',
  'https://s3.example.org/b/k?Signature=abc&Expires=1e9',
  'https://s3.example.org/b/k?X-Amz-Date=yesterday&X-Amz-Expires=60',
])('the expiry of a link that does not say it is unknown: %s', (link) => {
  expect(linkExpiry(link)).toBeUndefined();
});

test.each([1e300, -1e300])('a session token cannot expire at a time that no clock has: %d', (exp) => {
  expect(linkExpiry(signed({ 'X-Amz-Expires': '60', 'X-Amz-Security-Token': jwt({ exp }) }))).toBeUndefined();
});
