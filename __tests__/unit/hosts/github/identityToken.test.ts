import { describe, expect, test } from '@jest/globals';

import { openCredential } from '../../../../src/auth/credential.ts';
import { rejectionOf } from '../../failure.ts';
import { certificateFor, serve, serveProxy } from '../../servers.ts';
import { bearer, serveTokens } from '../../auth/tokenService.ts';
import { hostOf, open, options, refusal } from '../../auth/keyless.ts';

describe('the token service', () => {
  test.each([
    ['503', () => ({ status: 503, body: 'wait' })],
    ['429', () => ({ status: 429, headers: { 'retry-after': '0' } })],
    ['a broken connection', () => undefined],
  ])('gets a retry after %s', async (_, trouble) => {
    await using service = await serveTokens((count) => (count <= 2 ? trouble() : 'token'));
    await using opened = await open(service);
    expect(await opened.tokens.token()).toBe('access-1');
    expect(service.asked).toHaveLength(3);
    expect(opened.issuer.grants()).toHaveLength(1);
  });

  test.each([
    [401, `'permissions: id-token: write'`],
    [403, `'permissions: id-token: write'`],
    [400, 'audience'],
    [404, 'proxy'],
    [302, 'proxy'],
  ])('that answers %d gets no retry', async (status, advice) => {
    await using other = await serve(() => ({}));
    await using service = await serveTokens(() => ({
      status,
      headers: { location: other.url },
      body: { message: 'no' },
    }));
    const { error, grants } = await refusal(service);
    expect(error.code).toBe('identity-token-unavailable');
    expect(error.message).toBe(
      `GitHub's token service ${service.url} returned no OIDC token: it answered with ${status}`,
    );
    expect(error.hint).toContain(advice);
    expect([service.asked.length, grants.length, other.asked.length]).toEqual([1, 0, 0]);
  });

  test('with a persistent error is named in the message', async () => {
    await using service = await serveTokens(() => ({ status: 500, body: 'oops' }));
    const { error, grants } = await refusal(service);
    expect(error.message).toContain('it answered with 500');
    expect(error.hint).toContain('later');
    expect(service.asked.length).toBeGreaterThan(2);
    expect(grants).toEqual([]);
  });

  test.each([
    ['a page', '<html>sign in</html>'],
    ['no token', {}],
    ['an empty token', { value: '' }],
    ['a number as token', { value: 7 }],
    ['a text that is not a token', { value: 'opaque' }],
    ['null', 'null'],
  ])('that answers with %s causes an error', async (_, body) => {
    await using service = await serveTokens(() => ({ body }));
    const { error } = await refusal(service);
    expect(error.message).toContain('its answer holds no token');
    expect(service.asked).toHaveLength(1);
  });

  test('that cannot be reached is named, and the variable with its address', async () => {
    const environment = {
      ACTIONS_ID_TOKEN_REQUEST_URL: 'http://localhost:65000/x?y=z',
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer,
    };
    await using opened = await open({ environment });
    const error = await rejectionOf(opened.tokens.token());
    expect(error).toMatchObject({
      code: 'unreachable',
      message: `GitHub's token service http://localhost:65000 cannot be reached: it refuses the connection (ECONNREFUSED)`,
    });
    expect(error.hint).toContain('ACTIONS_ID_TOKEN_REQUEST_URL');
    expect(opened.issuer.grants()).toEqual([]);
  });

  test.each(['http://tokens.example/x?secret-part=1', 'ftp://localhost/', 'tokens', ''])(
    'gets no request at an address that is not https: %j',
    async (address) => {
      const environment = {
        ACTIONS_ID_TOKEN_REQUEST_URL: address || ' ',
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer,
      };
      const credential = await openCredential(options, hostOf(environment));
      const error = await rejectionOf(credential.authenticate({ issuer: 'https://issuer.example' }));
      expect(error.code).toBe('identity-token-unavailable');
      expect(error.message).toContain('expected an https URL');
      expect(error.message).not.toContain('secret-part');
    },
  );

  test('needs a trusted certificate; ca-certificates adds authorities, and tls-verify does not apply', async () => {
    const certificate = await certificateFor('localhost');
    await using service = await serveTokens(() => 'token', certificate);
    const { error } = await refusal(service);
    expect(error).toMatchObject({
      code: 'untrusted-certificate',
      message: `GitHub's token service ${service.url} has a certificate that is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)`,
    });
    expect(error.hint).toContain(`Input 'tls-verify' does not apply`);
    expect([service.connections(), service.asked.length]).toEqual([1, 0]);
    await using opened = await open(service, {}, { certificates: [certificate.cert] });
    expect(await opened.tokens.token()).toBe('access-1');
  });

  test('is reached through the proxy', async () => {
    const certificate = await certificateFor('tokens.example');
    await using service = await serveTokens(() => 'token', certificate);
    await using proxy = await serveProxy();
    process.env['HTTPS_PROXY'] = proxy.url;
    try {
      const url = `https://tokens.example:${service.port}/idtoken?api-version=2.0`;
      const environment = { ...service.environment, ACTIONS_ID_TOKEN_REQUEST_URL: url };
      await using opened = await open({ environment }, {}, { certificates: [certificate.cert] });
      expect(await opened.tokens.token()).toBe('access-1');
      expect(proxy.tunnels.map(({ to }) => to)).toEqual([`tokens.example:${service.port}`]);
    } finally {
      Reflect.deleteProperty(process.env, 'HTTPS_PROXY');
    }
  });

  test('does not set the clock of the platform', async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    await using service = await serveTokens((_, value) => ({ headers: { date }, body: { value } }));
    await using opened = await open(service);
    await opened.tokens.token();
    expect(opened.way.clockOf(opened.issuer.issuer).skewSeconds).toBe(0);
  });
});
