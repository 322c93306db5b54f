import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

import { describe, expect, test } from '@jest/globals';

import { ActionError, systemCode } from '../../../src/errors/error.ts';
import { describeNetworkError, isCertificateError, isNetworkError } from '../../../src/http/networkErrors.ts';
import { errorFrom } from '../failure.ts';
import { temporaryFolder } from '../folders.ts';
import { certificateFor, serve, serveProxy, transport } from '../servers.ts';
import { clearProxiesForEachTest } from './proxyVariables.ts';

clearProxiesForEachTest();

describe('the proxy', () => {
  test.each(['socks5://me:pass-word@p:1', 'http://me:pass-word@', '::pass-word'])(
    'with an address that is not an HTTP URL is an error without the password: %s',
    async (address) => {
      process.env['HTTPS_PROXY'] = address;
      await using way = transport();
      const error = await errorFrom(way.fetch('https://minio.local:9000/'));
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
    const error = await errorFrom(way.fetch('https://minio.invalid:9000/'));
    expect(systemCode(error)).toMatch(/ENOTFOUND|EAI_AGAIN/);
    expect(proxy.tunnels).toEqual([]);
  });

  test('does not weaken the check of the server’s certificate', async () => {
    await using server = await serve(() => ({}), await certificateFor('minio.local'));
    await using proxy = await serveProxy();
    process.env['HTTPS_PROXY'] = proxy.url;
    await using way = transport();
    const error = await errorFrom(way.fetch(`https://minio.local:${server.port}/x`));
    expect(isCertificateError(error)).toBe(true);
    expect(server.asked).toEqual([]);
  });
});

describe('certificates', () => {
  test('of an unknown authority are rejected, and the error names the input', async () => {
    await using server = await serve(() => ({}), await certificateFor('localhost'));
    await using way = transport();
    const error = await errorFrom(way.fetch(server.url));
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
    const error = await errorFrom(way.fetch(server.url));
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
    await errorFrom(strict.fetch(server.url));
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
