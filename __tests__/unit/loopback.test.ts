import { expect, test } from '@jest/globals';

import { isLoopback, isSafeUrl } from '../../src/loopback.ts';

test.each([
  'http://localhost:9000/',
  'http://LOCALHOST/',
  'http://minio.localhost/',
  'http://127.0.0.1/',
  'http://127.1/',
  'http://127.255.255.254/',
  'http://[::1]/',
  'http://[0:0:0:0:0:0:0:1]/',
  'https://example.com/',
])('%s is safe', (url) => {
  expect(isSafeUrl(new URL(url))).toBe(true);
});

test.each([
  'http://example.com/',
  'http://localhost.example.com/',
  'http://notlocalhost/',
  'http://127.0.0.1.example.com/',
  'http://128.0.0.1/',
  'http://0.0.0.0/',
  'http://10.0.0.1/',
  'http://[::2]/',
  'http://localhost@example.com/',
  'ftp://localhost/',
  'file:///etc/passwd',
])('%s is not', (url) => {
  expect(isSafeUrl(new URL(url))).toBe(false);
});

test('a name that only looks like an address of this machine is none', () => {
  expect(isLoopback('127.evil.example')).toBe(false);
  expect(isLoopback('127.0.0.1x')).toBe(false);
});
