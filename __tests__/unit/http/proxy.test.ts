import { expect, test } from '@jest/globals';

import { isBypassed, proxyFor } from '../../../src/http/proxy.ts';

test.each([
  [{ HTTPS_PROXY: 'http://p:1' }, 'https://minio.local:9000', 'p:1'],
  [{ https_proxy: 'http://p:1' }, 'https://minio.local', 'p:1'],
  [{ https_proxy: 'http://lower:1', HTTPS_PROXY: 'http://upper:1' }, 'https://h', 'lower:1'],
  [{ https_proxy: ' ', HTTPS_PROXY: 'http://upper:1' }, 'https://h', 'upper:1'],
  [{ HTTP_PROXY: 'http://p:1' }, 'https://h', undefined],
  [{ HTTP_PROXY: 'http://p:1' }, 'http://h', 'p:1'],
  [{ http_proxy: 'http://p:1' }, 'http://h', 'p:1'],
  [{ HTTPS_PROXY: 'https://p' }, 'https://h', 'p:443'],
  [{ HTTPS_PROXY: 'HTTP://p/' }, 'https://h', 'p:80'],
  [{ HTTPS_PROXY: 'proxy.corp:3128' }, 'https://h', 'proxy.corp:3128'],
  [{ HTTPS_PROXY: '10.0.0.1:3128' }, 'https://h', '10.0.0.1:3128'],
  [{ HTTPS_PROXY: 'http://[fd00::1]:3128' }, 'https://h', '[fd00::1]:3128'],
  [{ HTTPS_PROXY: 'http://p:1', NO_PROXY: 'minio.local' }, 'https://minio.local:9000', undefined],
  [{ HTTPS_PROXY: 'http://p:1', no_proxy: 'minio.local' }, 'https://minio.local:9000', undefined],
  [{ HTTPS_PROXY: 'http://p:1', no_proxy: ' ', NO_PROXY: 'h' }, 'https://h', undefined],
  [{ HTTPS_PROXY: 'http://p:1' }, 'https://localhost:9000', undefined],
  [{ HTTPS_PROXY: 'http://p:1' }, 'https://minio.localhost:9000', undefined],
  [{ HTTPS_PROXY: 'http://p:1' }, 'https://[::1]:9000', undefined],
  [{}, 'https://h', undefined],
])('with %j the proxy for %s is %s', (environment, url, name) => {
  expect(proxyFor(new URL(url), environment)?.name).toBe(name);
});

test.each([
  ['http://user:pass%40word@p:1', 'user:pass@word'],
  ['http://ci:50%off@p:1', 'ci:50%off'],
  ['http://ci:100%@p:1', 'ci:100%'],
  ['http://ci:%ff%41@p:1', 'ci:%ff%41'],
  ['http://ci@p:1', 'ci:'],
  ['ci@p:1', 'ci:'],
  ['http://:word@p:1', ':word'],
  ['http://ci:a@b:c@p:1', 'ci:a@b:c'],
  ['http://ci:a#b/c?d@p:1', 'ci:a#b/c?d'],
  ['http://dom\\ci:ü@p:1', 'dom\\ci:ü'],
])('the credentials in %s are %s', (address, login) => {
  const proxy = proxyFor(new URL('https://h'), { HTTPS_PROXY: address });
  expect(proxy?.name).toBe('p:1');
  expect(Buffer.from(proxy?.authorization?.replace('Basic ', '') ?? '', 'base64').toString()).toBe(login);
});

test('without a user there are no credentials', () => {
  expect(proxyFor(new URL('https://h'), { HTTPS_PROXY: 'http://p:1' })?.authorization).toBeUndefined();
});

test.each([
  ['*', 'https://h', true],
  ['a, MINIO.local ', 'https://s3.minio.local:9000', true],
  ['a b\tminio.local', 'https://minio.local', true],
  ['minio.local.', 'https://minio.local', true],
  ['minio.local', 'https://minio.local./', true],
  ['minio.local', 'https://notminio.local', false],
  ['.minio.local', 'https://s3.minio.local', true],
  ['.minio.local', 'https://minio.local', false],
  ['*.corp', 'https://a.b.corp', true],
  ['*.corp', 'https://corp', false],
  ['*.corp', 'https://evilcorp', false],
  ['*.corp:8443', 'https://a.corp:8443', true],
  ['*.corp:8443', 'https://a.corp', false],
  ['s3-*.corp', 'https://s3-eu.corp', true],
  ['10.*', 'https://10.1.2.3', true],
  ['minio.local:9000', 'https://minio.local:9000', true],
  ['minio.local:9000', 'https://minio.local', false],
  ['minio.local:443', 'https://minio.local', true],
  ['https://minio.local', 'https://minio.local:9000', true],
  ['http://minio.local:9000/', 'https://minio.local:9000', true],
  ['10.0.0.0/8', 'https://10.200.3.4:9000', true],
  ['10.0.0.0/8', 'https://11.0.0.1', false],
  ['10.0.0.0/8', 'https://10.example', false],
  ['192.168.1.7', 'https://192.168.1.7:9000', true],
  ['192.168.1.7/32', 'https://192.168.1.7', true],
  ['0.0.0.0/0', 'https://8.8.8.8', true],
  ['10.0.0.0/33', 'https://10.0.0.1', false],
  ['fd00::/8', 'https://[fd12::1]:9000', true],
  ['fd00::/8', 'https://[fe80::1]', false],
  ['[fd00::]/8', 'https://[fd12::1]', true],
  ['fd00:0::1', 'https://[fd00::1]', true],
  ['[fd00::1]', 'https://[fd00::1]:9000', true],
  ['[fd00::1]:9000', 'https://[fd00::1]:9000', true],
  ['[fd00::1]:9000', 'https://[fd00::1]', false],
  ['1.2.3.4', 'https://1.2.3.4.example', false],
  ['münchen.example', 'https://xn--mnchen-3ya.example', true],
  ['(a+)+$', 'https://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', false],
  [', ,', 'https://h', false],
  ['', 'https://h', false],
])('NO_PROXY=%s bypasses the proxy for %s: %s', (list, url, expected) => {
  expect(isBypassed(new URL(url), list)).toBe(expected);
});
