import { expect, test } from '@jest/globals';

import { allowsPlainHttp, isLoopback, urlProblem } from '../../../src/http/urls.ts';

test.each([
  'http://localhost:9000/',
  'http://LOCALHOST/',
  'http://localhost./',
  'http://minio.localhost/',
  'http://127.0.0.1/',
  'http://127.0.0.1./',
  'http://127.1/',
  'http://0x7f.1/',
  'http://2130706433/',
  'http://0177.0.0.1/',
  'http://127.255.255.254/',
  'http://[::1]/',
  'http://[0:0:0:0:0:0:0:1]/',
])('%s is this machine: plain http is allowed only if the platform is on this machine', (text) => {
  const url = new URL(text);
  expect(isLoopback(url.hostname)).toBe(true);
  expect(urlProblem(url, true)).toBeUndefined();
  expect(urlProblem(url, false)).toBe(
    'is plain http to this machine, but the platform is not on this machine',
  );
});

test.each([
  'http://example.com/',
  'http://localhost.example.com/',
  'http://notlocalhost/',
  'http://localhost../',
  'http://127.0.0.1.example.com/',
  'http://128.0.0.1/',
  'http://0.0.0.0/',
  'http://0/',
  'http://10.0.0.1/',
  'http://[::]/',
  'http://[::2]/',
  'http://[::ffff:127.0.0.1]/',
  'ftp://localhost/',
  'file:///etc/passwd',
])('%s is not https, wherever the platform runs', (url) => {
  expect(urlProblem(new URL(url), true)).toBe('is not https');
  expect(urlProblem(new URL(url), false)).toBe('is not https');
});

test.each(['https://user@example.com/', 'https://:pw@example.com/', 'http://localhost@127.0.0.1/'])(
  '%s contains a user name or password',
  (url) => {
    expect(urlProblem(new URL(url), true)).toBe('contains a user name or password');
  },
);

test('https is allowed for any host', () => {
  expect(urlProblem(new URL('https://example.com/x'), false)).toBeUndefined();
});

test('the platform is on this machine if its issuer or its API is', () => {
  const [here, away] = [new URL('http://localhost:1/'), new URL('https://iam.example/')];
  expect(allowsPlainHttp({ issuer: here, apiUrl: away })).toBe(true);
  expect(allowsPlainHttp({ issuer: away, apiUrl: here })).toBe(true);
  expect(allowsPlainHttp({ issuer: away, apiUrl: away })).toBe(false);
});

test('a name that only looks like a loopback address is not this machine', () => {
  expect(isLoopback('127.evil.example')).toBe(false);
  expect(isLoopback('127.0.0.1x')).toBe(false);
});
