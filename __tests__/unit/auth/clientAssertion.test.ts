import { describe, expect, test } from '@jest/globals';

import { createClock } from '../../../src/http/clock.ts';
import { ActionError } from '../../../src/errors/error.ts';
import { openCredential } from '../../../src/auth/credential.ts';
import { issuerClassifier } from '../../../src/auth/tokenEndpoint.ts';
import { rejectionOf } from '../failure.ts';
import { jwt } from '../servers.ts';
import { type IssuerRules, grant } from './issuer.ts';
import { bearer, claims, serveTokens } from './tokenService.ts';
import { hostOf, open, options, refusal } from './keyless.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

describe('without a client secret', () => {
  test('the job authenticates with an identity token for the issuer', async () => {
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
    ['the audience in the input', { audience: 'api://x y&z' }, () => 'api://x y&z'],
    ['the issuer identifier in the OpenID configuration', {}, (url: string) => `${url}/`],
  ])('the audience of the token is %s', async (_, more, expected) => {
    await using service = await serveTokens();
    await using opened = await open(service, { named: (url) => `${url}/` }, more);
    await opened.tokens.token();
    const url = `http://localhost:${opened.issuer.port}/realms/master`;
    expect(new URL(service.asked.at(-1)?.path ?? '', service.url).searchParams.get('audience')).toBe(
      expected(url),
    );
  });

  test.each([{}, { audience: 'api://x' }])(
    'the token that is requested beside the configuration of the issuer is used for the first login: %j',
    async (more) => {
      await using service = await serveTokens();
      await using opened = await open(service, {}, more);
      await opened.tokens.token();
      const [sent] = opened.issuer.grants();
      expect(service.asked).toHaveLength(1);
      expect(new URLSearchParams(sent?.body).get('client_assertion')).toBe(service.given[0]);
    },
  );

  test('the identity token goes only to the token endpoint, and the bearer token only to the token service', async () => {
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

  test('each request to the issuer has a new identity token, also a retry', async () => {
    await using service = await serveTokens();
    await using opened = await open(service, {
      token: (count) => (count === 1 ? { status: 503, body: 'wait' } : grant(count)),
    });
    const first = await opened.tokens.token();
    await opened.tokens.refresh(first);
    const sent = opened.issuer
      .grants()
      .map(({ body }) => new URLSearchParams(body).get('client_assertion') ?? '');
    expect(sent).toEqual(service.given);
    expect(new Set(sent).size).toBe(3);
  });

  test('the bearer token and every identity token are masked before they are used, also in a failed response', async () => {
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

  test('a job with a client secret requests no identity token', async () => {
    await using service = await serveTokens();
    await using opened = await open(service, {}, { clientSecret: 'the-secret' });
    await opened.tokens.token();
    const form = new URLSearchParams(opened.issuer.grants()[0]?.body);
    expect([form.get('client_secret'), form.has('client_assertion')]).toEqual(['the-secret', false]);
    expect(service.asked).toEqual([]);
    expect(opened.issuer.asked).toHaveLength(2);
  });

  test.each([{}, { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://h/' }, { ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'x' }])(
    'without a client secret and an identity token, the hint names the permission: %j',
    async (environment) => {
      const error = await rejectionOf(openCredential(options, hostOf(environment)));
      expect(error.hint).toContain('id-token: write');
    },
  );
});

test('an ActionError is not retried, even if its cause is transient', () => {
  const cause = Object.assign(new Error('it answered with 503'), {
    response: new Response(null, { status: 503 }),
  });
  const classify = issuerClassifier(createClock());
  expect(classify(cause).transient).toBe(true);
  const explained = new ActionError('identity-token-unavailable', 'no token', { cause });
  expect(classify(explained).transient).toBe(false);
  expect(classify(new TypeError('fetch failed', { cause: explained })).transient).toBe(false);
});

describe('an identity token that the issuer rejects', () => {
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
    ['an expired token', 400, 'Token is not active', `'Allowed clock skew'`],
  ])(
    'because of %s causes an error with subject, audience and issuer, without a retry',
    async (_, status, said, advice) => {
      await using service = await serveTokens();
      const { error, grants, issuer } = await refusal(service, answers(status, said));
      expect(error.code).toBe('identity-token-rejected');
      expect(error.message).toBe(
        `Issuer ${issuer} rejects the OIDC token of this job for client 'app' (${status} invalid_client: ${said})`,
      );
      expect(error.hint).toContain(advice);
      expect(error.details).toEqual([
        `- Subject presented, to be the 'Federated subject' of client 'app': ${claims.sub}`,
        `- Issuer presented, to be the 'Issuer' of its identity provider: ${claims.iss}`,
        `- Audience presented, to be the realm's own issuer URL ${issuer}: ${issuer}`,
      ]);
      expect(error.details.join()).not.toContain(claims.actor);
      expect([service.asked.length, grants.length]).toEqual([1, 1]);
    },
  );

  test('is not in the error if the issuer repeats it', async () => {
    await using service = await serveTokens();
    const { error } = await refusal(service, {
      token: () => ({
        status: 400,
        body: { error: 'invalid_client', error_description: `Bad token ${service.given.join()}` },
      }),
    });
    expect(error.message).toContain('(400 invalid_client: Bad token ***)');
  });

  test('because of its scopes causes the same error as with a client secret', async () => {
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
    ['claims of other types', jwt({ sub: ['a', 1], aud: ['x', 'y'], iss: null }), 'a, 1', 'none', 'x, y'],
    [
      'claims that contain workflow commands',
      jwt({ sub: '\n::error::x', aud: '##[y]', iss: 'z' }),
      '\\u003a:error::x',
      'z',
      '#\\u0023[y]',
    ],
    ['a payload that is not JSON', 'a.b.c', 'none', 'none', 'none'],
  ])('with %s is printed as harmless text', async (_, value, subject, by, audience) => {
    await using service = await serveTokens(() => ({ body: { value } }));
    const { error } = await refusal(service, answers(401, unclear));
    const shown = error.details.map((line) => line.slice(line.lastIndexOf(': ') + 2));
    expect(shown).toEqual([subject, by, audience]);
  });
});
