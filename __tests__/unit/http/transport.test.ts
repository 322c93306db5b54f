import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { ActionError, systemCode } from '../../../src/errors/error.ts';
import {
  describeNetworkError,
  isCertificateError,
  isPermanent,
  isNetworkError,
} from '../../../src/http/networkErrors.ts';
import { temporaryFolder } from '../folders.ts';
import { certificateFor, serve, serveProxy, transport } from '../servers.ts';

const names = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy'];

function clearProxies() {
  for (const name of names) Reflect.deleteProperty(process.env, name);
}

beforeEach(clearProxies);
afterEach(clearProxies);

async function failing(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('It did not fail');
    },
    (error: unknown) => error,
  );
}

describe('the proxy', () => {
  test.each(['socks5://me:pass-word@p:1', 'http://me:pass-word@', '::pass-word'])(
    'with an address that is not an HTTP URL is an error without the password: %s',
    async (address) => {
      process.env['HTTPS_PROXY'] = address;
      await using way = transport();
      const error = await failing(way.fetch('https://minio.local:9000/'));
      expect(error).toBeInstanceOf(ActionError);
      expect(error).toMatchObject({ message: 'HTTPS_PROXY is not the address of an HTTP proxy' });
    },
  );

  test('opens a tunnel to a host whose name only it can resolve', async () => {
    const certificate = await certificateFor('minio.local');
    await using server = await serve(() => ({ body: { ok: true } }), certificate);
    await using proxy = await serveProxy();
    process.env['https_proxy'] = proxy.url.replace('//', '//me:pass%40word@');
    await using way = transport({ certificates: [certificate.cert] });
    const answer = await way.fetch(`https://minio.local:${server.port}/x`);
    expect(await answer.json()).toEqual({ ok: true });
    expect(proxy.tunnels).toEqual([
      {
        to: `minio.local:${server.port}`,
        authorization: `Basic ${Buffer.from('me:pass@word').toString('base64')}`,
      },
    ]);
  });

  test('is not used for a host that NO_PROXY names without its port', async () => {
    await using proxy = await serveProxy();
    process.env['HTTPS_PROXY'] = proxy.url;
    process.env['NO_PROXY'] = 'minio.invalid';
    await using way = transport();
    const error = await failing(way.fetch('https://minio.invalid:9000/'));
    expect(systemCode(error)).toMatch(/ENOTFOUND|EAI_AGAIN/);
    expect(proxy.tunnels).toEqual([]);
  });

  test('does not weaken the check of the server’s certificate', async () => {
    await using server = await serve(() => ({}), await certificateFor('minio.local'));
    await using proxy = await serveProxy();
    process.env['HTTPS_PROXY'] = proxy.url;
    await using way = transport();
    const error = await failing(way.fetch(`https://minio.local:${server.port}/x`));
    expect(isCertificateError(error)).toBe(true);
    expect(server.asked).toEqual([]);
  });
});

describe('certificates', () => {
  test('of an unknown authority are rejected, and the error names the input', async () => {
    await using server = await serve(() => ({}), await certificateFor('localhost'));
    await using way = transport();
    const error = await failing(way.fetch(server.url));
    expect(isNetworkError(error)).toBe(true);
    expect(describeNetworkError('TerrAPI', new URL(server.url), "input 'api-url'", error)).toMatchObject({
      code: 'untrusted-certificate',
      message: `TerrAPI ${server.url} has a certificate that is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)`,
    });
  });

  test('of another host are rejected although their authority is trusted', async () => {
    const certificate = await certificateFor('other.example');
    await using server = await serve(() => ({}), certificate);
    await using way = transport({ certificates: [certificate.cert] });
    const error = await failing(way.fetch(server.url));
    expect(describeNetworkError('TerrAPI', new URL(server.url), "input 'api-url'", error).message).toContain(
      'has an invalid certificate',
    );
  });

  test('of an additional authority are accepted', async () => {
    const certificate = await certificateFor('localhost');
    await using server = await serve(() => ({ body: 'hello' }), certificate);
    await using way = transport({ certificates: [(await certificateFor('x')).cert, certificate.cert] });
    expect(await (await way.fetch(server.url)).text()).toBe('hello');
  });

  test('of any kind are accepted with verify: false, by this transport only', async () => {
    await using server = await serve(() => ({ body: 'hello' }), await certificateFor('other'));
    await using loose = transport({ verify: false });
    await using strict = transport();
    expect((await loose.fetch(server.url)).status).toBe(200);
    await failing(strict.fetch(server.url));
    expect(process.env['NODE_TLS_REJECT_UNAUTHORIZED']).toBeUndefined();
  });

  test('of additional authorities do not replace the existing roots', async () => {
    using folder = temporaryFolder();
    const [root, given] = [
      await certificateFor('root', 'localhost'),
      await certificateFor('given', 'localhost'),
    ];
    await using first = await serve(() => ({}), root);
    await using second = await serve(() => ({}), given);
    // Node adds NODE_EXTRA_CA_CERTS to its roots when it starts. So this test needs no server with a public certificate.
    writeFileSync(folder.at('root.pem'), root.cert);
    writeFileSync(
      folder.at('ask.ts'),
      `import { openTransport } from '${new URL('../../../src/http/transport.ts', import.meta.url).href}';
       const [given, ...urls] = process.argv.slice(2);
       const way = openTransport({ certificates: [given], verify: true, connections: 1, plainHttp: false, signal: new AbortController().signal });
       for (const url of urls) process.stdout.write((await way.fetch(url)).status + ' ');
       await way.close();`,
    );
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [folder.at('ask.ts'), given.cert, first.url, second.url],
      { env: { ...process.env, NODE_EXTRA_CA_CERTS: folder.at('root.pem') } },
    );
    expect(stdout).toBe('200 200 ');
  });
});

describe('a response', () => {
  test('with a redirect is returned, and the redirect is not followed', async () => {
    await using other = await serve(() => ({}));
    await using server = await serve(() => ({ status: 302, headers: { location: other.url } }));
    await using way = transport();
    const answer = await way.fetch(server.url, {
      headers: { authorization: 'Bearer x' },
      redirect: 'follow',
    });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, other.url]);
    expect(other.asked).toEqual([]);
  });

  const hourAhead = () => new Date(Date.now() + 3_600_000).toUTCString();

  test('sets the clock of its server', async () => {
    await using server = await serve(() => ({ headers: { date: hourAhead() } }));
    await using way = transport();
    await way.fetch(server.url);
    expect(Math.abs(way.clockOf(new URL(server.url)).skewSeconds - 3_600)).toBeLessThanOrEqual(2);
  });

  test('from a cache does not set the clock', async () => {
    await using server = await serve(() => ({ headers: { date: hourAhead(), age: '3600' } }));
    await using way = transport();
    await way.fetch(server.url);
    expect(way.clockOf(new URL(server.url)).skewSeconds).toBe(0);
  });
});

test.each([
  ['http://localhost:65000/', 'it refuses the connection (ECONNREFUSED)'],
  ['https://upload.invalid/', 'its name cannot be resolved'],
])('the error for a failed connection says why, and names the input: %s', async (address, reason) => {
  await using way = transport();
  const url = new URL(address);
  const error = await failing(way.fetch(url));
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
    const error = await failing(way.fetch(url));
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
    const error = await failing(way.fetch(url));
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
  expect(isNetworkError(await failing(way.fetch(server.url)))).toBe(true);
  const late = await failing(way.fetch(`${server.url}/slow`, { signal: AbortSignal.timeout(20) }));
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
      const error = await failing(way.fetch(url));
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
