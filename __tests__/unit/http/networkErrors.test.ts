import { describe, expect, test } from '@jest/globals';

import {
  describeNetworkError,
  isCertificateError,
  isPermanent,
  isNetworkError,
} from '../../../src/http/networkErrors.ts';
import { errorFrom } from '../failure.ts';
import { serve, serveProxy, transport } from '../servers.ts';
import { clearProxiesForEachTest } from './proxyVariables.ts';

clearProxiesForEachTest();

test.each([
  ['http://localhost:65000/', 'it refuses the connection (ECONNREFUSED)'],
  ['https://upload.invalid/', 'its name cannot be resolved'],
])('the error for a failed connection says why, and names the input: %s', async (address, reason) => {
  await using way = transport();
  const url = new URL(address);
  const error = await errorFrom(way.fetch(url));
  expect(isNetworkError(error)).toBe(true);
  const described = describeNetworkError('Issuer', url, "input 'issuer'", error);
  expect(described.code).toBe('unreachable');
  expect(described.message).toContain(`Issuer ${url.origin} cannot be reached: ${reason}`);
  expect(described.hint).toContain("input 'issuer'");
  expect(described.hint).toContain('HTTPS_PROXY');
});

describe('a failed TLS handshake', () => {
  test('with a server that speaks plain HTTP on that port is not a certificate error', async () => {
    await using server = await serve(() => ({}));
    await using way = transport();
    const url = new URL(server.url.replace('http:', 'https:'));
    const error = await errorFrom(way.fetch(url));
    expect([isNetworkError(error), isPermanent(error), isCertificateError(error)]).toEqual([
      true,
      true,
      false,
    ]);
    const described = describeNetworkError('Issuer', url, "input 'issuer'", error);
    expect(described.code).toBe('unreachable');
    expect(described.message).toBe(
      `Issuer ${url.origin} cannot be reached: it does not speak HTTPS on port ${url.port} (ERR_SSL_WRONG_VERSION_NUMBER)`,
    );
    expect(described.hint).toMatch(/^Check input 'issuer': its port must be that of an HTTPS server\./);
  });

  test('with a proxy that speaks plain HTTP names the variable and the address to set', async () => {
    await using proxy = await serveProxy();
    const { host, port } = new URL(proxy.url);
    process.env['HTTPS_PROXY'] = `https://${host}`;
    await using way = transport();
    const url = new URL('https://minio.local/');
    const error = await errorFrom(way.fetch(url));
    expect([isNetworkError(error), isPermanent(error)]).toEqual([true, true]);
    expect(describeNetworkError('Storage', url, 'the network', error)).toMatchObject({
      code: 'proxy',
      message: `Storage https://minio.local cannot be reached: the proxy ${host} fails: it does not speak HTTPS on port ${port} (ERR_SSL_WRONG_VERSION_NUMBER)`,
      hint: `Set HTTPS_PROXY to http://${host} if the proxy speaks plain HTTP, or add the host to NO_PROXY.`,
    });
  });

  test.each([
    ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'it does not speak HTTPS on port 443'],
    ['ERR_SSL_HTTP_REQUEST', 'it does not speak HTTPS on port 443'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'the TLS handshake fails: tlsv1 alert protocol version'],
    ['EPROTO', 'the TLS handshake fails: tlsv1 alert protocol version'],
  ])('with the code %s says: %s', (code, reason) => {
    const cause = new Error(
      '40AD:error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version:../ssl/rec_layer_s3.c:918:\n',
    );
    const error = new TypeError('fetch failed', { cause: Object.assign(cause, { code }) });
    expect([isNetworkError(error), isPermanent(error)]).toEqual([true, true]);
    const described = describeNetworkError(
      'TerrAPI',
      new URL('https://api.example/'),
      "input 'api-url'",
      error,
    );
    expect(described.message).toBe(`TerrAPI https://api.example cannot be reached: ${reason} (${code})`);
  });
});

test('a broken connection and a missing response are network errors', async () => {
  await using server = await serve(({ path }) =>
    path === '/slow' ? new Promise((resolve) => setTimeout(() => resolve({}), 300)) : undefined,
  );
  await using way = transport();
  expect(isNetworkError(await errorFrom(way.fetch(server.url)))).toBe(true);
  const late = await errorFrom(way.fetch(`${server.url}/slow`, { signal: AbortSignal.timeout(20) }));
  expect(isNetworkError(late)).toBe(true);
  expect(isCertificateError(late)).toBe(false);
});

test.each([
  [407, true, 'http://USER:PASSWORD@HOST:PORT'],
  [403, true, 'allow that host'],
  [503, false, 'allow that host'],
])(
  'a proxy that answers %d is named in the error; the error is permanent: %s',
  async (status, permanent, advice) => {
    await using proxy = await serveProxy(status);
    process.env['HTTPS_PROXY'] = proxy.url.replace('//', '//somebody:proxy-password@');
    try {
      await using way = transport();
      const url = new URL('https://upload.example/');
      const error = await errorFrom(way.fetch(url));
      expect([isNetworkError(error), isPermanent(error)]).toEqual([true, permanent]);
      const described = describeNetworkError('Issuer', url, "input 'issuer'", error);
      expect(described.message).toBe(
        `Issuer https://upload.example cannot be reached: the proxy answers with ${status}`,
      );
      expect(described.hint).toContain(advice);
      expect(described.message + String(described.hint)).not.toContain('proxy-password');
      expect(proxy.tunnels.map(({ to }) => to)).toEqual(['upload.example:443']);
    } finally {
      Reflect.deleteProperty(process.env, 'HTTPS_PROXY');
    }
  },
);

test.each([
  ['plain', new Error('plain'), false],
  ['of a file', Object.assign(new Error('file'), { code: 'ENOENT' }), false],
  ["of the OpenID library's clock", Object.assign(new Error('late'), { code: 'OAUTH_TIMEOUT' }), true],
  [
    'with a cause',
    new Error('o', { cause: Object.assign(new Error('i'), { code: 'UND_ERR_SOCKET' }) }),
    true,
  ],
  ['of a transport that was closed', Object.assign(new Error('x'), { code: 'UND_ERR_DESTROYED' }), false],
  ['that is text', 'ECONNRESET', false],
])('classifies an error %s', (_, error, expected) => {
  expect(isNetworkError(error)).toBe(expected);
});
