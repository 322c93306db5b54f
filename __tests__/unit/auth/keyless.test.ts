import { describe, expect, test } from '@jest/globals';

import { createClock } from '../../../src/http/clock.ts';
import { ActionError } from '../../../src/errors/error.ts';
import { openCredential } from '../../../src/auth/credential.ts';
import { issuerClassifier } from '../../../src/auth/tokenEndpoint.ts';
import { openTokenSource } from '../../../src/auth/tokens.ts';
import { hints } from '../../../src/hosts/github/hints.ts';
import { githubIdentity } from '../../../src/hosts/github/identity.ts';
import { rejectionOf } from '../failure.ts';
import { certificateFor, jwt, serve, serveProxy, transport } from '../servers.ts';
import { type IssuerRules, grant, serveIssuer } from './issuer.ts';
import { type TokenService, bearer, claims, serveTokens } from './tokenservice.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const options = { clientSecret: undefined, audience: undefined, certificates: [] };

type Mask = (text: string) => void;

/** What authenticates by GitHub's identity tokens. */
const hostOf = (environment: Readonly<Record<string, string>>, mask: Mask = () => undefined) => ({
  identityToken: githubIdentity(environment, mask),
  hints,
});

/** Gives servers of tests little time to come back. */
const retries = { policy: { baseMs: 1, maxMs: 20, budgetMs: 1_500 } };

/** A token source without a secret, opened and not asked yet. */
async function open(
  service: Pick<TokenService, 'environment'>,
  rules: IssuerRules = {},
  more: Partial<Parameters<typeof openCredential>[0]> = {},
  mask: Mask = () => undefined,
) {
  const issuer = await serveIssuer(rules);
  const way = transport();
  const app = { issuer: issuer.issuer, clientId: 'app', scope: ['openid', 'gep'], platforms: ['gep'] };
  const credential = await openCredential(
    { ...options, ...more },
    hostOf(service.environment, mask),
    retries,
  );
  const tokens = await openTokenSource(app, credential, way, mask, retries);
  return {
    issuer,
    tokens,
    way,
    [Symbol.asyncDispose]: async () => {
      await way[Symbol.asyncDispose]();
      await issuer[Symbol.asyncDispose]();
    },
  };
}

/** The error of the first token that is asked for. */
async function refusal(
  service: TokenService,
  rules: IssuerRules = {},
  more: Partial<Parameters<typeof openCredential>[0]> = {},
) {
  await using opened = await open(service, rules, more);
  const error = await rejectionOf(opened.tokens.token());
  const told = JSON.stringify([error.message, error.hint, error.details]);
  for (const secret of [bearer, ...service.given]) expect(told).not.toContain(secret);
  return { error, grants: opened.issuer.grants(), issuer: opened.issuer.issuer.href };
}

describe('without a secret', () => {
  test('the job shows its identity token, made for the issuer, in place of one', async () => {
    await using service = await serveTokens();
    await using opened = await open(service);
    expect(await opened.tokens.token()).toBe('access-1');
    const [asked] = service.asked;
    expect(asked?.headers.authorization).toBe(`Bearer ${bearer}`);
    const { pathname, searchParams } = new URL(asked?.path ?? '', service.url);
    expect([pathname, ...searchParams]).toEqual([
      '/idtoken',
      ['api-version', '2.0'],
      ['audience', opened.issuer.issuer.href],
    ]);
    expect(Object.fromEntries(new URLSearchParams(opened.issuer.grants()[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'app',
      client_assertion_type: assertionType,
      client_assertion: service.given[0],
      scope: 'openid gep',
    });
  });

  test.each([
    ['an audience of its own', { audience: 'api://x y&z' }, () => 'api://x y&z'],
    ['the name that the issuer has for itself', {}, (url: string) => `${url}/`],
  ])('the token is for %s', async (_, more, expected) => {
    await using service = await serveTokens();
    await using opened = await open(service, { named: (url) => `${url}/` }, more);
    await opened.tokens.token();
    const url = `http://localhost:${opened.issuer.port}/realms/master`;
    expect(new URL(service.asked[0]?.path ?? '', service.url).searchParams.get('audience')).toBe(
      expected(url),
    );
  });

  test('tokens go to the token endpoint and nowhere else, and the bearer to the service alone', async () => {
    await using service = await serveTokens();
    await using opened = await open(service);
    await opened.tokens.token();
    const [token = ''] = service.given;
    const holding = (secret: string) =>
      [...service.asked, ...opened.issuer.asked]
        .filter((asked) => JSON.stringify(asked).includes(secret))
        .map(({ method, path }) => `${method ?? ''} ${path.replace(/\?.*/, '')}`);
    expect(holding(token)).toEqual(['POST /realms/master/token']);
    expect(holding(bearer)).toEqual(['GET /idtoken']);
  });

  test('each request to the issuer has a token of its own, a repeated one too', async () => {
    await using service = await serveTokens();
    await using opened = await open(service, {
      token: (count) => (count === 1 ? { status: 503, body: 'wait' } : grant(count)),
    });
    const first = await opened.tokens.token();
    await opened.tokens.renew(first);
    const sent = opened.issuer
      .grants()
      .map(({ body }) => new URLSearchParams(body).get('client_assertion') ?? '');
    expect(sent).toEqual(service.given);
    expect(new Set(sent).size).toBe(3);
  });

  test('the bearer and every token are masked before they are used, those of a failed answer too', async () => {
    const events: string[] = [];
    const broken = jwt({ broken: true });
    await using service = await serveTokens((count) =>
      count === 1 ? { status: 503, body: { value: broken } } : 'token',
    );
    await using opened = await open(
      service,
      {
        token: (count) => {
          events.push('grant');
          return grant(count);
        },
      },
      {},
      (text) => events.push(text),
    );
    await opened.tokens.token();
    expect(events.slice(0, 4)).toEqual([bearer, broken, service.given[0], 'grant']);
  });

  test('a job with a secret uses that, and asks nobody else', async () => {
    await using service = await serveTokens();
    await using opened = await open(service, {}, { clientSecret: 'the-secret' });
    await opened.tokens.token();
    const form = new URLSearchParams(opened.issuer.grants()[0]?.body);
    expect([form.get('client_secret'), form.has('client_assertion')]).toEqual(['the-secret', false]);
    expect(service.asked).toEqual([]);
    expect(opened.issuer.asked).toHaveLength(2);
  });

  test.each([{}, { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://h/' }, { ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'x' }])(
    'a job with no identity either is told so: %j',
    async (environment) => {
      const error = await rejectionOf(openCredential(options, hostOf(environment)));
      expect(error.hint).toContain('id-token: write');
    },
  );
});

test('what was explained already is not tried again, whatever it came from', () => {
  const cause = Object.assign(new Error('it answered with 503'), {
    response: new Response(null, { status: 503 }),
  });
  const classify = issuerClassifier(createClock());
  expect(classify(cause).transient).toBe(true);
  const explained = new ActionError('identity-token-unavailable', 'no token', { cause });
  expect(classify(explained).transient).toBe(false);
  expect(classify(new TypeError('fetch failed', { cause: explained })).transient).toBe(false);
});

describe('the token service', () => {
  test.each([
    ['503', () => ({ status: 503, body: 'wait' })],
    ['429', () => ({ status: 429, headers: { 'retry-after': '0' } })],
    ['a connection that breaks', () => undefined],
  ])('is asked again after %s', async (_, trouble) => {
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
  ])('that answers %d is asked once', async (status, advice) => {
    await using other = await serve(() => ({}));
    await using service = await serveTokens(() => ({
      status,
      headers: { location: other.url },
      body: { message: 'no' },
    }));
    const { error, grants } = await refusal(service);
    expect(error.code).toBe('identity-token-unavailable');
    expect(error.message).toBe(
      `GitHub's token service ${service.url} gave no identity token: it answered with ${status}`,
    );
    expect(error.hint).toContain(advice);
    expect([service.asked.length, grants.length, other.asked.length]).toEqual([1, 0, 0]);
  });

  test('that goes on being in trouble is told as the one in trouble', async () => {
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
    ['nothing as token', { value: '' }],
    ['a number as token', { value: 7 }],
    ['something that is no token', { value: 'opaque' }],
    ['null', 'null'],
  ])('that answers with %s gives none', async (_, body) => {
    await using service = await serveTokens(() => ({ body }));
    const { error } = await refusal(service);
    expect(error.message).toContain('its answer holds no token');
    expect(service.asked).toHaveLength(1);
  });

  test('that cannot be reached is named, with where its address comes from', async () => {
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
    'is not asked over a way that others can read: %j',
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

  test('has to show a certificate that is trusted; only ca-certificates can add to those', async () => {
    const certificate = await certificateFor('localhost');
    await using service = await serveTokens(() => 'token', certificate);
    const { error } = await refusal(service);
    expect(error).toMatchObject({
      code: 'untrusted-certificate',
      message: `GitHub's token service ${service.url} shows a certificate that is not trusted here (DEPTH_ZERO_SELF_SIGNED_CERT)`,
    });
    expect(error.hint).toContain(`whatever 'tls-verify' says`);
    expect([service.connections(), service.asked.length]).toEqual([1, 0]);
    await using opened = await open(service, {}, { certificates: [certificate.cert] });
    expect(await opened.tokens.token()).toBe('access-1');
  });

  test('is asked through the proxy', async () => {
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

  test('sets no clock of the platform', async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    await using service = await serveTokens((_, value) => ({ headers: { date }, body: { value } }));
    await using opened = await open(service);
    await opened.tokens.token();
    expect(opened.way.clockOf(opened.issuer.issuer).skewSeconds).toBe(0);
  });
});

describe('a token that the issuer does not take', () => {
  const answers = (status: number, description: string): IssuerRules => ({
    token: () => ({ status, body: { error: 'invalid_client', error_description: description } }),
  });
  const unclear = 'Invalid client or Invalid client credentials';

  test.each([
    ['a wrong subject, key or setting', 401, unclear, `'Signed JWT - Federated'`],
    ['a wrong audience', 400, 'Invalid token audience', `input 'audience'`],
    [
      'the subject of another client',
      400,
      'client_id parameter does not match authenticated client',
      `'client-id'`,
    ],
    ['a clock that is behind', 400, 'Token was issued in the future', `'Allowed clock skew'`],
    ['a token that has ended', 400, 'Token is not active', `'Allowed clock skew'`],
  ])('for %s is shown by subject, audience and issuer, after one try', async (_, status, said, advice) => {
    await using service = await serveTokens();
    const { error, grants, issuer } = await refusal(service, answers(status, said));
    expect(error.code).toBe('identity-token-rejected');
    expect(error.message).toBe(
      `Issuer ${issuer} refuses the identity token of this job for client 'app' (${status} invalid_client: ${said})`,
    );
    expect(error.hint).toContain(advice);
    expect(error.details).toEqual([
      `- Subject presented, to be the 'Federated subject' of client 'app': ${claims.sub}`,
      `- Issuer presented, to be the 'Issuer' of its identity provider: ${claims.iss}`,
      `- Audience presented, to be the realm's own issuer URL ${issuer}: ${issuer}`,
    ]);
    expect(error.details.join()).not.toContain(claims.actor);
    expect([service.asked.length, grants.length]).toEqual([1, 1]);
  });

  test('is told without it, where the issuer repeats it', async () => {
    await using service = await serveTokens();
    const { error } = await refusal(service, {
      token: () => ({
        status: 400,
        body: { error: 'invalid_client', error_description: `Bad token ${service.given.join()}` },
      }),
    });
    expect(error.message).toContain('(400 invalid_client: Bad token ***)');
  });

  test('for its scopes is told as with a secret', async () => {
    await using service = await serveTokens();
    const { error } = await refusal(service, {
      token: () => ({
        status: 400,
        body: { error: 'invalid_scope', error_description: 'Invalid scopes: gep' },
      }),
    });
    expect(error.code).toBe('scope-rejected');
  });

  test.each([
    ['claims of other shapes', jwt({ sub: ['a', 1], aud: ['x', 'y'], iss: null }), 'a, 1', 'none', 'x, y'],
    [
      'claims that write commands',
      jwt({ sub: '\n::error::x', aud: '##[y]', iss: 'z' }),
      '\\u003a:error::x',
      'z',
      '#\\u0023[y]',
    ],
    ['a payload that is no JSON', 'a.b.c', 'none', 'none', 'none'],
  ])('with %s is shown without harm', async (_, value, subject, by, audience) => {
    await using service = await serveTokens(() => ({ body: { value } }));
    const { error } = await refusal(service, answers(401, unclear));
    const shown = error.details.map((line) => line.slice(line.lastIndexOf(': ') + 2));
    expect(shown).toEqual([subject, by, audience]);
  });
});
