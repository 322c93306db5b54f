import { describe, expect, test } from '@jest/globals';

import { rejectionOf } from '../failure.ts';
import { serve, transport } from '../servers.ts';
import { grant, idToken, serveIssuer } from './issuer.ts';
import { app, openTokenSource, refusal, secret } from './secretApp.ts';

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

  test('that fails with a description that is not text causes an error with its code', async () => {
    const { error } = await refusal({
      token: () => ({ status: 400, body: { error: 'invalid_scope', error_description: { toString: null } } }),
    });
    expect(error.message).toContain('(invalid_scope)');
  });

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
    ['a lifetime that is no number', grant(1, { expires_in: { toString: null } })],
    ['a token with a line break', grant(1, { access_token: 'a-token\r\nX-Other: 1' })],
    ['a token with characters that a header cannot contain', grant(1, { access_token: 'a-tökén-日本' })],
  ])('with %s in the response is an error', async (_, answer) => {
    const { error } = await refusal({ token: () => answer });
    expect(error.code).toBe('no-access-token');
    expect(error.message).toContain('returned no usable token');
    expect(error.message).not.toMatch(/200|Cannot convert/);
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
