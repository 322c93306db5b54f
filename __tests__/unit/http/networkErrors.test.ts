import { describe, expect, test } from '@jest/globals';

import {
  describeNetworkError,
  isCertificateError,
  isPermanent,
  isNetworkError,
} from '../../../src/http/networkErrors.ts';
import { ProxyError } from '../../../src/http/connector.ts';
import { errorFrom } from '../failure.ts';
import { serve, serveProxy, transport } from '../servers.ts';
import { clearProxiesForEachTest } from './proxyVariables.ts';

clearProxiesForEachTest();

const broken = (code: string, message = 'broken') => Object.assign(new Error(message), { code });
const address = new URL('https://api.example/');
const described = (error: unknown) => describeNetworkError('TerrAPI', address, "input 'api-url'", error);

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
    ['ERR_SSL_UNKNOWN_PROTOCOL', 'it does not speak HTTPS on port 443'],
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
    if (!reason.includes('HTTPS'))
      expect(described.hint).toBe("Check input 'api-url': the server must offer TLS 1.2 or later.");
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
  ['of a transport that was closed', broken('UND_ERR_DESTROYED'), false],
  ['of a transport that is closing', broken('UND_ERR_CLOSED'), false],
  ['of an invalid request', broken('UND_ERR_INVALID_ARG'), false],
  ['of another kind in the HTTP client', broken('UND_ERR_INFO'), true],
  ['of a program with a similar code', broken('MY_HPE_ERROR'), false],
  ['of a program with another similar code', broken('MY_Z_ERROR'), false],
  ['that is text', 'ECONNRESET', false],
])('classifies an error %s', (_, error, expected) => {
  expect(isNetworkError(error)).toBe(expected);
});

describe('the error for a connection says why it fails', () => {
  test.each([
    ['ENOTFOUND', 'its name cannot be resolved'],
    ['EAI_AGAIN', 'its name cannot be resolved at the moment'],
    ['EAI_FAIL', 'its name cannot be resolved'],
    ['EAI_NODATA', 'its name has no address'],
    ['ECONNREFUSED', 'it refuses the connection'],
    ['ECONNRESET', 'it closed the connection'],
    ['EPIPE', 'it closed the connection'],
    ['UND_ERR_SOCKET', 'it closed the connection'],
    ['ETIMEDOUT', 'it does not answer'],
    ['UND_ERR_CONNECT_TIMEOUT', 'it does not answer'],
    ['OAUTH_TIMEOUT', 'it does not answer'],
    ['UND_ERR_HEADERS_TIMEOUT', 'it received the request but does not answer'],
    ['UND_ERR_BODY_TIMEOUT', 'its answer stalled'],
    ['EHOSTUNREACH', 'there is no route to it'],
    ['EHOSTDOWN', 'there is no route to it'],
    ['ENETUNREACH', 'there is no route to it'],
    ['ENETDOWN', 'the network of this machine is down'],
    ['EADDRNOTAVAIL', 'this machine has no free address or port'],
    ['HPE_INVALID_CONSTANT', 'its answer is not valid HTTP'],
    ['Z_DATA_ERROR', 'its answer cannot be decompressed'],
    ['ERR_BROTLI_DECODER_ERROR_UNREACHABLE', 'its answer cannot be decompressed'],
    ['ERR__ERROR_FORMAT_PADDING_1', 'its answer cannot be decompressed'],
    ['UND_ERR_INFO', 'broken'],
  ])('%s: %s', (code, reason) => {
    for (const error of [broken(code), new Error('fetch failed', { cause: broken(code) })])
      expect(described(error)).toMatchObject({
        code: 'unreachable',
        message: `TerrAPI https://api.example cannot be reached: ${reason} (${code})`,
      });
  });

  test.each(['EMFILE', 'ENFILE'])('%s: this machine has too many open files', (code) => {
    expect(described(broken(code))).toMatchObject({
      code: 'too-many-open-files',
      message: `TerrAPI https://api.example cannot be reached: too many files and connections are open at once (${code})`,
      hint: expect.stringContaining('ulimit -n'),
    });
  });

  test('a time limit of this program', () => {
    const late = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    for (const error of [late, new Error('fetch failed', { cause: late })])
      expect(described(error).message).toBe(
        'TerrAPI https://api.example cannot be reached: it does not answer',
      );
  });
});

describe('the error for a certificate', () => {
  test.each([
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ])('of an unknown authority names the inputs: %s', (code) => {
    expect(isPermanent(broken(code))).toBe(true);
    expect(described(broken(code))).toMatchObject({
      code: 'untrusted-certificate',
      message: `TerrAPI https://api.example has a certificate that is not trusted (${code})`,
      hint: "If a private authority signed it, add that authority's certificate to 'ca-certificates'. For development with a self-signed certificate, set 'tls-verify: false'.",
    });
  });

  test.each(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'CERT_REVOKED', 'ERR_TLS_CERT_ALTNAME_INVALID'])(
    'that is invalid says why: %s',
    (code) => {
      expect(isPermanent(broken(code))).toBe(true);
      const cause = broken(code, 'it is not for this host');
      for (const error of [cause, new Error('fetch failed', { cause: new Error('tls', { cause }) })])
        expect(described(error)).toMatchObject({
          code: 'untrusted-certificate',
          message: 'TerrAPI https://api.example has an invalid certificate: it is not for this host',
          hint: "Check input 'api-url' and the server's certificate. Inputs 'ca-certificates' and 'tls-verify' set which certificates are trusted.",
        });
    },
  );
});

describe('the error for a proxy', () => {
  const proxy = {
    variable: 'HTTPS_PROXY',
    name: '10.0.0.1:3128',
    hostname: '10.0.0.1',
    port: 3128,
    secure: false,
    authorization: undefined,
  };
  const failed = (cause: Error) => described(new ProxyError(proxy, 'The proxy fails', undefined, cause));

  test('that cannot be reached says why', () => {
    expect(failed(broken('ECONNREFUSED'))).toMatchObject({
      code: 'proxy',
      message:
        'TerrAPI https://api.example cannot be reached: the proxy 10.0.0.1:3128 fails: it refuses the connection (ECONNREFUSED)',
      hint: 'Check HTTPS_PROXY, or add the host to NO_PROXY.',
    });
    expect(failed(new Error('it speaks SOCKS')).message).toBe(
      'TerrAPI https://api.example cannot be reached: the proxy 10.0.0.1:3128 fails: it speaks SOCKS',
    );
  });

  test('that speaks no TLS names its port', () => {
    expect(failed(broken('ERR_SSL_WRONG_VERSION_NUMBER')).message).toContain('HTTPS on port 3128 ');
  });

  test('without a free connection of this machine does not blame the proxy', () => {
    expect(failed(broken('EMFILE'))).toMatchObject({
      code: 'too-many-open-files',
      hint: expect.stringContaining('ulimit -n'),
    });
  });

  test('that refuses the connection has a code and a hint', () => {
    expect(described(new ProxyError(proxy, 'The proxy answers', 403))).toMatchObject({
      code: 'proxy',
      message: 'TerrAPI https://api.example cannot be reached: the proxy answers with 403',
      hint: "Make the proxy 10.0.0.1:3128 (HTTPS_PROXY) allow that host, or add the host to NO_PROXY. Check input 'api-url'.",
    });
  });
});
