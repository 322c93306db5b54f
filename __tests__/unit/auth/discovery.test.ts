import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

import { describe, expect, test } from '@jest/globals';

import { secretCredential } from '../../../src/auth/clientSecret.ts';
import { openTokenSource as openSource } from '../../../src/auth/tokenSource.ts';
import { rejectionOf } from '../failure.ts';
import { certificateFor, serve, serveProxy, transport } from '../servers.ts';
import { serveIssuer } from './issuer.ts';
import { app, openTokenSource, refusal, policy, secret } from './secretApp.ts';

describe('discovery', () => {
  test.each([
    ['with', 'without', '/', ''],
    ['without', 'with', '', '/'],
    ['with', 'with', '/', '/'],
  ])(
    'accepts an issuer URL %s a slash at its end and an issuer identifier %s one',
    async (_, __, given, own) => {
      await using issuer = await serveIssuer({ named: (url) => `${url}${own}` });
      await using way = transport();
      const there = new URL(`${issuer.issuer.href}${given}`);
      const tokens = await openTokenSource(app(issuer, { issuer: there }), way, () => undefined);
      expect(await tokens.token()).toBe('access-1');
      expect(issuer.asked[0]?.path).toBe('/realms/master/.well-known/openid-configuration');
    },
  );

  test('rejects an issuer with another issuer identifier, before the secret is sent', async () => {
    const { error, grants } = await refusal({ named: () => 'https://evil.example/realms/master' });
    expect(error.code).toBe('invalid-issuer');
    expect(error.message).toMatch(/^Issuer http:.* calls itself https:\/\/evil\.example\/realms\/master$/);
    expect(grants).toBe(0);
  });

  test.each([
    ['a page', { body: '<html>sign in</html>' }, 'unexpected response content-type'],
    [
      'a page with the media type of JSON',
      { body: '<html>', headers: { 'content-type': 'application/json' } },
      'pars',
    ],
    ['other JSON', { body: { hello: 1 } }, 'is not an OpenID Connect issuer'],
    ['404', { status: 404, body: 'no' }, 'answered with 404'],
    ['a redirect', { status: 302, headers: { location: 'https://other.example' } }, 'answered with 302'],
  ])('rejects %s without a retry', async (_, answer, said) => {
    const { error, asked } = await refusal({ discovery: () => answer });
    expect(error.code).toBe('invalid-issuer');
    expect(error.message).toContain(said);
    expect(error.message).not.toContain('answered with 200');
    expect(error.hint).toContain("input 'issuer'");
    expect(asked).toBe(1);
  });

  test.each([undefined, { toString: null }])(
    'rejects an issuer without a token endpoint: %j',
    async (endpoint) => {
      const { error } = await refusal({
        discovery: (_, configuration) => ({ body: { ...configuration, token_endpoint: endpoint } }),
      });
      expect(error.message).toContain('names no token endpoint');
    },
  );

  test.each([
    ['http://0.0.0.0:9/token', true, 'http://0.0.0.0:9, which is not https'],
    ['http://iam.example/token', true, 'http://iam.example, which is not https'],
    ['https://me:pw@iam.example/token', true, 'https://iam.example, which contains a user name or password'],
    ['http://127.0.0.1:9/token', false, 'http://127.0.0.1:9, which is plain http to this machine'],
  ])('rejects the token endpoint %s (plain http allowed: %s)', async (endpoint, plainHttp, said) => {
    const certificate = await certificateFor('localhost');
    await using issuer = await serveIssuer({
      discovery: (_, configuration) => ({ body: { ...configuration, token_endpoint: endpoint } }),
      ...(!plainHttp && { certificate, named: (url) => url.replace('http:', 'https:') }),
    });
    await using way = transport({ plainHttp, certificates: [certificate.cert] });
    const error = await rejectionOf(openTokenSource(app(issuer), way, () => undefined));
    expect(error.code).toBe('invalid-issuer');
    expect(error.message).toContain(`names the token endpoint ${said}`);
  });

  test.concurrent('succeeds after transient errors', async () => {
    await using issuer = await serveIssuer({
      discovery: (count, configuration) =>
        [undefined, { status: 503, body: 'wait' }][count - 1] ??
        (count > 1 ? { body: configuration } : undefined),
    });
    await using way = transport();
    const tokens = await openTokenSource(app(issuer), way, () => undefined);
    expect(await tokens.token()).toBe('access-1');
  });

  test('names the unreachable issuer, and the input with its address', async () => {
    await using way = transport();
    const issuer = new URL('http://localhost:65000/realms/master');
    const given = { issuer, clientId: 'app', scope: [], platforms: [] };
    const error = await rejectionOf(openTokenSource(given, way, () => undefined));
    expect(error).toMatchObject({ code: 'unreachable' });
    expect(error.message).toContain('http://localhost:65000 cannot be reached: it refuses the connection');
    expect(error.hint).toContain("input 'issuer'");
  });

  test('fails for an unreachable token endpoint on another host as early as for any wrong address', async () => {
    const endpoint = 'http://localhost:65000/token';
    await using issuer = await serveIssuer({
      discovery: (_, configuration) => ({ body: { ...configuration, token_endpoint: endpoint } }),
    });
    await using way = transport();
    const start = { refusedMs: 200, silentMs: 200 };
    const retries = { policy: { ...policy, budgetMs: 600_000, start } };
    const tokens = await openSource(app(issuer), secretCredential(secret), way, () => undefined, retries);
    const error = await rejectionOf(tokens.token());
    expect(error.message).toContain('http://localhost:65000 cannot be reached: it refuses the connection');
  });

  test('reports an issuer that never answers as unreachable, even after an attempt with little time', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await using way = transport();
    const given = {
      issuer: new URL(`http://127.0.0.1:${port}/`),
      clientId: 'app',
      scope: [],
      platforms: [],
    };
    const retries = { policy: { ...policy, start: { refusedMs: 1_234.5, silentMs: 1_234.5 } } };
    const open = openSource(given, secretCredential(secret), way, () => undefined, retries);
    expect(await rejectionOf(open)).toMatchObject({ code: 'unreachable' });
    server.close();
  });

  test('does not retry after an untrusted certificate', async () => {
    await using server = await serve(() => ({}), await certificateFor('localhost'));
    await using way = transport();
    const given = {
      issuer: new URL(server.url),
      clientId: 'app',
      scope: [],
      platforms: [],
    };
    const error = await rejectionOf(openTokenSource(given, way, () => undefined));
    expect(error.code).toBe('untrusted-certificate');
    expect(error.hint).toContain("'ca-certificates'");
    expect(server.connections()).toBe(1);
  });

  test('does not retry if the proxy refuses, and the error names the proxy', async () => {
    await using proxy = await serveProxy(407);
    process.env['HTTPS_PROXY'] = proxy.url;
    try {
      await using way = transport();
      const given = {
        issuer: new URL('https://iam.example/realms/master'),
        clientId: 'app',
        scope: [],
        platforms: [],
      };
      const error = await rejectionOf(openTokenSource(given, way, () => undefined));
      expect(error.message).toBe('Issuer https://iam.example cannot be reached: the proxy answers with 407');
      expect(proxy.tunnels).toHaveLength(1);
    } finally {
      Reflect.deleteProperty(process.env, 'HTTPS_PROXY');
    }
  });

  test('names the variable of an invalid proxy', async () => {
    process.env['HTTPS_PROXY'] = 'socks5://proxy:1080';
    try {
      await using way = transport();
      const issuer = new URL('https://iam.example/realms/master');
      const given = { issuer, clientId: 'app', scope: [], platforms: [] };
      const error = await rejectionOf(openTokenSource(given, way, () => undefined));
      expect(error.message).toContain('HTTPS_PROXY');
    } finally {
      Reflect.deleteProperty(process.env, 'HTTPS_PROXY');
    }
  });
});
