import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

import { describe, expect, test } from '@jest/globals';

import type { ClientApp } from '../../../src/auth/grant.ts';
import { secretCredential } from '../../../src/auth/clientSecret.ts';
import { openTokenSource as openSource } from '../../../src/auth/tokenSource.ts';
import type { Transport } from '../../../src/http/transport.ts';
import { rejectionOf } from '../failure.ts';
import { type Asked, certificateFor, serve, serveProxy, transport } from '../servers.ts';
import { type Issuer, type IssuerRules, grant, idToken, serveIssuer } from './issuer.ts';

const secret = 'the secret+of/the=app';

function app(issuer: Issuer, more: Partial<ClientApp> = {}): ClientApp {
  return {
    issuer: issuer.issuer,
    clientId: 'app',
    scope: ['openid', 'gep'],
    platforms: ['gep'],
    ...more,
  };
}

/** Retries end soon, because issuers of tests do not recover. */
const policy = { baseMs: 1, maxMs: 20, budgetMs: 1_500 };

function openTokenSource(given: ClientApp, way: Transport, mask: (text: string) => void) {
  return openSource(given, secretCredential(secret), way, mask, { policy });
}

/** The error of the first request for a token to an issuer with these rules. */
async function refusal(rules: IssuerRules) {
  await using issuer = await serveIssuer(rules);
  await using way = transport();
  const open = async () => (await openTokenSource(app(issuer), way, () => undefined)).token();
  const error = await rejectionOf(open());
  expect(JSON.stringify([error.message, error.hint, error.details])).not.toContain(secret);
  return { error, grants: issuer.grants().length, asked: issuer.asked.length };
}

test('requests a token from the discovered endpoint, with client secret and scopes', async () => {
  await using issuer = await serveIssuer();
  await using way = transport();
  const tokens = await openTokenSource(app(issuer), way, () => undefined);
  expect(await tokens.token()).toBe('access-1');
  const [asked] = issuer.grants();
  expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
    grant_type: 'client_credentials',
    client_id: 'app',
    client_secret: secret,
    scope: 'openid gep',
  });
});

/** An issuer that accepts one authentication method only. It rejects others as `invalid_client` (RFC 6749, 5.2). */
function strictIssuer(method: 'basic' | 'post', offered: readonly string[] | undefined): Promise<Issuer> {
  const isRight = ({ headers, body }: Asked) => {
    if (method === 'post') return new URLSearchParams(body).get('client_secret') === secret;
    // Both are form-encoded before they are joined (RFC 6749, 2.3.1).
    const [id, given] = Buffer.from(headers.authorization?.slice('Basic '.length) ?? '', 'base64')
      .toString()
      .split(':');
    return id === 'app' && new URLSearchParams(`s=${given ?? ''}`).get('s') === secret;
  };
  return serveIssuer({
    token: (count, asked) =>
      isRight(asked) ? grant(count) : { status: 401, body: { error: 'invalid_client' } },
    discovery: (_, configuration) => ({
      body: { ...configuration, token_endpoint_auth_methods_supported: offered },
    }),
  });
}

test.each([
  ['basic', ['client_secret_basic'], 1],
  ['basic', ['private_key_jwt', 'client_secret_basic'], 1],
  ['basic', ['client_secret_basic', 'client_secret_post'], 2],
  ['post', ['client_secret_post'], 1],
  ['post', ['client_secret_basic', 'client_secret_post'], 1],
  ['post', ['private_key_jwt'], 1],
  ['post', undefined, 1],
] as const)(
  'an issuer that accepts %s and advertises %j gets the secret by that method after %d requests',
  async (method, offered, requests) => {
    await using issuer = await strictIssuer(method, offered);
    await using way = transport();
    const tokens = await openTokenSource(app(issuer), way, () => undefined);
    expect(await tokens.token()).toBe(`access-${requests}`);
    expect(issuer.grants()).toHaveLength(requests);
  },
);

test.each(['client_secret_basic', 7, null, {}])(
  'an issuer that advertises %j instead of a list gets the secret in the body',
  async (offered) => {
    await using issuer = await strictIssuer('post', offered as unknown as string[]);
    await using way = transport();
    const tokens = await openTokenSource(app(issuer), way, () => undefined);
    expect(await tokens.token()).toBe('access-1');
  },
);

test('the error for a rejected secret names the method, and the methods that the issuer advertises', async () => {
  await using issuer = await strictIssuer('post', ['client_secret_basic', 'private_key_jwt']);
  await using way = transport();
  const tokens = await openTokenSource(app(issuer), way, () => undefined);
  const error = await rejectionOf(tokens.token());
  expect(error.code).toBe('client-secret-rejected');
  expect(error.details).toEqual([
    '- The secret was sent by client_secret_basic; the issuer advertises client_secret_basic, private_key_jwt',
  ]);
});

describe('tokens', () => {
  test('are kept, and concurrent callers share one request', async () => {
    await using issuer = await serveIssuer();
    await using way = transport();
    const tokens = await openTokenSource(app(issuer), way, () => undefined);
    const all = await Promise.all(Array.from({ length: 20 }, () => tokens.token()));
    expect(new Set([...all, await tokens.token()])).toEqual(new Set(['access-1']));
    expect(issuer.grants()).toHaveLength(1);
  });

  test.each([
    [3600, 3_299_000, 3_301_000],
    [100, 79_000, 81_000],
  ])('with a lifetime of %d s are refreshed before they expire', async (life, before, after) => {
    let now = Date.now();
    await using issuer = await serveIssuer({ token: (count) => grant(count, { expires_in: life }) });
    await using way = transport({ now: () => now });
    const tokens = await openTokenSource(app(issuer), way, () => undefined);
    const start = now;
    expect(await tokens.token()).toBe('access-1');
    now = start + before;
    expect(await tokens.token()).toBe('access-1');
    now = start + after;
    expect(await tokens.token()).toBe('access-1');
    expect(await tokens.refresh('access-1')).toBe('access-2');
    expect(await tokens.token()).toBe('access-2');
    expect(issuer.grants()).toHaveLength(2);
  });

  test('are used until they expire if the issuer is down; then callers wait for a new one', async () => {
    let now = Date.now();
    await using issuer = await serveIssuer({
      token: (count) => (count === 1 ? grant(1, { expires_in: 100 }) : { status: 503 }),
    });
    await using way = transport({ now: () => now });
    const tokens = await openTokenSource(app(issuer), way, () => undefined);
    const start = now;
    await tokens.token();
    now = start + 98_000;
    expect(await tokens.token()).toBe('access-1');
    now = start + 100_000;
    expect((await rejectionOf(tokens.token())).message).toContain('it answered with 503');
  });

  test('that a server refused are replaced once', async () => {
    await using issuer = await serveIssuer();
    await using way = transport();
    const tokens = await openTokenSource(app(issuer), way, () => undefined);
    const refused = await tokens.token();
    expect(await Promise.all([tokens.refresh(refused), tokens.refresh(refused)])).toEqual([
      'access-2',
      'access-2',
    ]);
    expect(await tokens.refresh(refused)).toBe('access-2');
    expect(await tokens.token()).toBe('access-2');
  });

  test('of all three kinds are masked before any other code gets them, with any characters', async () => {
    const masked: string[] = [];
    await using issuer = await serveIssuer({
      token: () => ({
        body: `{"access_token" :"a\\/b\\u002bc","token_type":"Bearer", "refresh_token":\n"r", "id_token":"broken"}`,
        headers: { 'content-type': 'application/json' },
      }),
    });
    await using way = transport();
    const tokens = await openTokenSource(app(issuer), way, (text) => masked.push(text));
    await rejectionOf(tokens.token());
    expect(masked).toEqual(['a/b+c', 'r', 'broken']);
  });

  test('are masked in an incomplete response', async () => {
    const masked: string[] = [];
    await using issuer = await serveIssuer({
      token: () => ({ status: 400, body: '{"error":"x","access_token":"abc","id_token":"cut of' }),
    });
    await using way = transport();
    const tokens = await openTokenSource(app(issuer), way, (text) => masked.push(text));
    await rejectionOf(tokens.token());
    expect(masked).toEqual(['abc']);
  });
});

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

  test('rejects an issuer without a token endpoint', async () => {
    const { error } = await refusal({
      discovery: (_, configuration) => ({ body: { ...configuration, token_endpoint: undefined } }),
    });
    expect(error.message).toContain('names no token endpoint');
  });

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

describe('a token request', () => {
  test.each([
    ['in a response like that of Keycloak', {}],
    ['in a response with the challenge of RFC 6749', { 'www-authenticate': 'Basic realm="x"' }],
  ])('with a wrong secret is not retried, and the error names the inputs, %s', async (_, headers) => {
    const { error, grants } = await refusal({
      token: () => ({
        status: 401,
        headers,
        body: {
          error: 'unauthorized_client',
          error_description: 'Invalid client or credentials\n::error::x',
        },
      }),
    });
    expect(error.code).toBe('client-secret-rejected');
    expect(error.message).toContain("rejects client app 'app' (401 unauthorized_client: Invalid client");
    expect(error.message).not.toContain('\n');
    expect(error.hint).toContain("'client-secret'");
    expect(grants).toBe(1);
  });

  test.each([
    [401, 'invalid_client'],
    [400, 'invalid_scope'],
  ])(
    'that fails with %d %s causes an error without the secret, although the response contains it',
    async (status, code) => {
      const padding = 'x'.repeat(240);
      const { error } = await refusal({
        token: () => ({ status, body: { error: code, error_description: `${secret} ${padding} ${secret}` } }),
      });
      // The length limit would cut the second secret, so it is removed before the text is cut.
      expect(error.message).toContain(`(${status === 401 ? '401 ' : ''}${code}: *** xxx`);
      expect(error.message).not.toContain(secret.slice(0, 8));
    },
  );

  test('with a rejected scope causes an error that names scopes and platforms', async () => {
    const { error, grants } = await refusal({
      token: () => ({
        status: 400,
        body: { error: 'invalid_scope', error_description: 'Invalid scopes: gep' },
      }),
    });
    expect(error.code).toBe('scope-rejected');
    expect(error.hint).toContain("Requested: 'openid gep' (platforms: gep)");
    expect(grants).toBe(1);
  });

  test.concurrent('succeeds after transient errors', async () => {
    await using issuer = await serveIssuer({
      token: (count) => (count === 1 ? { status: 502, body: 'bad' } : count === 2 ? undefined : grant(count)),
    });
    await using way = transport();
    const tokens = await openTokenSource(app(issuer), way, () => undefined);
    expect(await tokens.token()).toBe('access-3');
  });

  test.concurrent.each([
    [503, { error: 'temporarily_unavailable' }],
    [500, 'oops'],
    [429, { error: 'slow_down' }],
  ])('that ends with %d causes an error that does not blame the client app', async (status, body) => {
    const { error, grants } = await refusal({ token: () => ({ status, body }) });
    expect(error.code).toBe('no-access-token');
    expect(error.message).toContain(`it answered with ${status}`);
    expect(error.hint).toContain('later');
    expect(grants).toBeGreaterThan(2);
  });

  test.concurrent('is retried after the time in Retry-After of a 429', async () => {
    await using issuer = await serveIssuer({
      token: (count) =>
        count === 1
          ? { status: 429, headers: { 'retry-after': '1' }, body: { error: 'slow_down' } }
          : grant(count),
    });
    await using way = transport();
    const tokens = await openTokenSource(app(issuer), way, () => undefined);
    const started = performance.now();
    expect(await tokens.token()).toBe('access-2');
    expect(performance.now() - started).toBeGreaterThanOrEqual(990);
  });

  test('is not retried if Retry-After is an hour', async () => {
    const { grants } = await refusal({
      token: () => ({ status: 429, headers: { 'retry-after': '3600' }, body: { error: 'slow_down' } }),
    });
    expect(grants).toBe(1);
  });

  test.each([
    ['a page', { body: '<html>sign in</html>' }],
    ['no token', { body: { token_type: 'Bearer' } }],
    ['a token of another type', grant(1, { token_type: 'mac' })],
    ['a token with a line break', grant(1, { access_token: 'a-token\r\nX-Other: 1' })],
    ['a token with characters that a header cannot contain', grant(1, { access_token: 'a-tökén-日本' })],
  ])('with %s in the response is an error', async (_, answer) => {
    const { error } = await refusal({ token: () => answer });
    expect(error.code).toBe('no-access-token');
    expect(error.message).toContain('returned no usable token');
    expect(error.message).not.toContain('200');
  });

  test('does not follow a redirect with the secret', async () => {
    await using other = await serve(() => grant(1));
    const { error } = await refusal({
      token: () => ({ status: 307, headers: { location: `${other.url}/token` } }),
    });
    expect(error.message).toContain('it answered with 307');
    expect(other.asked).toEqual([]);
  });

  test('succeeds after an earlier one has failed', async () => {
    await using issuer = await serveIssuer({
      token: (count) => (count === 1 ? { status: 401, body: { error: 'invalid_client' } } : grant(count)),
    });
    await using way = transport();
    const tokens = await openTokenSource(app(issuer), way, () => undefined);
    await rejectionOf(tokens.token());
    expect(await tokens.token()).toBe('access-2');
  });
});

describe('a runner whose clock is an hour wrong', () => {
  test.each([
    ['behind', 3_600_000],
    ['ahead', -3_600_000],
  ])('(%s) accepts ID tokens by the time of the issuer', async (_, ahead) => {
    let url = '';
    await using issuer = await serveIssuer({
      ahead,
      token: (count) => grant(count, { id_token: idToken(url, Date.now() + ahead) }),
    });
    url = issuer.issuer.href;
    await using way = transport();
    const tokens = await openTokenSource(app(issuer), way, () => undefined);
    expect(await tokens.token()).toBe('access-1');
    expect(await tokens.token()).toBe('access-1');
    expect(Math.abs(way.clockOf(issuer.issuer).skewSeconds - ahead / 1000)).toBeLessThanOrEqual(2);
  });

  test('rejects an ID token that is an hour old by the time of the issuer', async () => {
    let url = '';
    await using issuer = await serveIssuer({
      token: (count) => grant(count, { id_token: idToken(url, Date.now() - 3_600_000) }),
    });
    url = issuer.issuer.href;
    await using way = transport();
    const tokens = await openTokenSource(app(issuer), way, () => undefined);
    const error = await rejectionOf(tokens.token());
    expect(error.message).toContain('timestamp');
  });

  test('rejects an ID token for another client', async () => {
    let url = '';
    await using issuer = await serveIssuer({
      token: (count) => grant(count, { id_token: idToken(url, Date.now(), { aud: 'another' }) }),
    });
    url = issuer.issuer.href;
    await using way = transport();
    const tokens = await openTokenSource(app(issuer), way, () => undefined);
    expect((await rejectionOf(tokens.token())).code).toBe('no-access-token');
  });
});
