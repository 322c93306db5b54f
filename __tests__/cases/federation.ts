import { describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';

import { clientApp, keylessApps } from '../../platform/catalogue.ts';
import type { Platform } from '../../platform/platform.ts';

const invalid = 'Invalid client or Invalid client credentials';
const mismatch = 'client_id parameter does not match authenticated client';
const elsewhere = 'https://github.com/example';

interface Attempt {
  readonly title: string;
  /** Changed claims of the token, by the current time in seconds. */
  readonly claims?: (now: number) => Record<string, unknown>;
  readonly audience?: string;
  readonly clientId?: string | undefined;
  readonly forged?: boolean;
  /** Changed parameters of the request. */
  readonly form?: (assertion: string) => Record<string, string>;
  readonly answer: readonly [status: number, error?: string, description?: string];
}

const attempts: readonly Attempt[] = [
  { title: 'a token of the right job', answer: [200] },
  { title: 'a token without a client ID in the request', clientId: undefined, answer: [200] },
  { title: 'a token with a list of one audience', claims: () => ({ aud: ['{issuer}'] }), answer: [200] },
  { title: 'a token issued 20 s in the future', claims: (now) => ({ iat: now + 20 }), answer: [200] },
  {
    title: "another branch's token",
    claims: () => ({ sub: 'repo:example/site:ref:refs/heads/other' }),
    answer: [401, 'invalid_client', invalid],
  },
  {
    title: "another repository's token",
    claims: () => ({ sub: 'repo:evil/site:ref:refs/heads/main' }),
    answer: [401, 'invalid_client', invalid],
  },
  {
    title: 'the subject in capitals',
    claims: () => ({ sub: 'REPO:EXAMPLE/SITE:REF:REFS/HEADS/MAIN' }),
    answer: [401, 'invalid_client', invalid],
  },
  {
    title: 'no subject',
    claims: () => ({ sub: undefined }),
    answer: [401, 'invalid_client', invalid],
  },
  {
    title: 'a token of another issuer',
    claims: () => ({ iss: 'http://127.0.0.1:1' }),
    answer: [401, 'invalid_client', invalid],
  },
  { title: 'an unknown key', forged: true, answer: [401, 'invalid_client', invalid] },
  {
    title: 'an unknown key, and another audience',
    forged: true,
    audience: elsewhere,
    answer: [401, 'invalid_client', invalid],
  },
  {
    title: 'another audience',
    audience: elsewhere,
    answer: [400, 'invalid_client', 'Invalid token audience'],
  },
  {
    title: 'the token endpoint as audience',
    audience: '{issuer}/protocol/openid-connect/token',
    answer: [400, 'invalid_client', 'Invalid token audience'],
  },
  {
    title: 'the issuer with a trailing slash as audience',
    audience: '{issuer}/',
    answer: [400, 'invalid_client', 'Invalid token audience'],
  },
  {
    title: 'two audiences',
    claims: () => ({ aud: ['{issuer}', elsewhere] }),
    answer: [400, 'invalid_client', 'Multiple audiences not allowed'],
  },
  {
    title: 'no audience',
    claims: () => ({ aud: undefined }),
    answer: [400, 'invalid_client', 'Invalid token audience'],
  },
  {
    title: 'an expired token',
    claims: (now) => ({ iat: now - 310, exp: now - 10 }),
    answer: [400, 'invalid_client', 'Token is not active'],
  },
  {
    title: 'an expired token for another audience',
    audience: elsewhere,
    claims: (now) => ({ iat: now - 310, exp: now - 10 }),
    answer: [400, 'invalid_client', 'Invalid token audience'],
  },
  {
    title: 'a token that is not valid yet',
    claims: (now) => ({ nbf: now + 600 }),
    answer: [400, 'invalid_client', 'Token is not active'],
  },
  {
    title: 'a token issued a minute in the future',
    claims: (now) => ({ iat: now + 60 }),
    answer: [400, 'invalid_client', 'Token was issued in the future'],
  },
  {
    title: 'an old token that has not expired',
    claims: (now) => ({ iat: now - 400, exp: now + 400 }),
    answer: [400, 'invalid_client', 'Token was issued too far in the past to be used now'],
  },
  {
    title: 'a token without expiry',
    claims: () => ({ exp: undefined }),
    answer: [400, 'invalid_client', 'Token exp claim is required'],
  },
  {
    title: 'a token without an ID',
    claims: () => ({ jti: undefined }),
    answer: [400, 'invalid_client', 'Token jti claim is required'],
  },
  {
    title: 'a token without issue time, with a long lifetime',
    claims: (now) => ({ iat: undefined, exp: now + 400 }),
    answer: [
      400,
      'invalid_client',
      'Token expiration is too far in the future and iat claim not present in token',
    ],
  },
  {
    title: 'a token of another client app',
    clientId: keylessApps.tag.id,
    answer: [400, 'invalid_client', mismatch],
  },
  {
    title: 'a token of another client app, with an unknown key',
    clientId: keylessApps.tag.id,
    forged: true,
    answer: [400, 'invalid_client', mismatch],
  },
  {
    title: 'a token for an unknown client app',
    clientId: 'nobody',
    answer: [401, 'invalid_client', invalid],
  },
  {
    title: 'a token for a client app with a secret',
    clientId: clientApp.id,
    answer: [401, 'unauthorized_client', invalid],
  },
  {
    title: 'an unsigned token',
    form: (assertion) => ({
      client_assertion: `${Buffer.from('{"alg":"none"}').toString('base64url')}.${assertion.split('.')[1] ?? ''}.`,
    }),
    answer: [400, 'invalid_client', 'Invalid signature algorithm'],
  },
  {
    title: 'a text that is not a token',
    form: () => ({ client_assertion: 'abc.def.ghi' }),
    answer: [401, 'invalid_client', invalid],
  },
  {
    title: 'a token with another type of assertion',
    form: () => ({ client_assertion_type: 'urn:example:other' }),
    answer: [401, 'invalid_client', invalid],
  },
  {
    title: 'a token with a wrong secret',
    form: () => ({ client_secret: 'wrong' }),
    answer: [200],
  },
];

/** The token endpoint for client apps without a secret: accepted and rejected tokens. */
export function federationCases(platform: () => Platform): void {
  const post = async (form: Readonly<Record<string, string>>) => {
    const response = await fetch(`${platform().issuer}/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'openid gep', ...form }),
    });
    const body = (await response.json()) as Readonly<Record<string, string | undefined>>;
    return { body, answer: [response.status, body['error'], body['error_description']] };
  };
  const assertion = (client_assertion: string) => ({
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion,
  });

  describe('a client app without a secret', () => {
    test.each(attempts)('$title: $answer', async (attempt) => {
      const { issuer, tokenService } = platform();
      const {
        audience = '{issuer}',
        claims = () => ({}),
        form = () => ({}),
        forged = false,
        answer,
      } = attempt;
      const clientId = 'clientId' in attempt ? attempt.clientId : keylessApps.branch.id;
      const fill = (value: unknown): unknown =>
        JSON.parse(JSON.stringify(value).replaceAll('{issuer}', issuer));
      const changes = Object.entries(claims(Math.floor(Date.now() / 1000)));
      tokenService.forged = forged;
      const token = await tokenService.make(
        String(fill(audience)),
        Object.fromEntries(changes.map(([name, value]) => [name, value === undefined ? value : fill(value)])),
      );
      tokenService.forged = false;
      const given = await post({
        ...assertion(token),
        ...(clientId !== undefined && { client_id: clientId }),
        ...form(token),
      });
      const expected = [answer[0], answer[1], answer[2]];
      expect(given.answer).toEqual(expected);
      if (answer[0] === 200) {
        const { azp, preferred_username: name } = decodeJwt(given.body['access_token'] ?? '');
        expect([azp, name]).toEqual([keylessApps.branch.id, `service-account-${keylessApps.branch.id}`]);
      }
    });

    test('can use each token once, even if its scopes were rejected', async () => {
      const { issuer, tokenService } = platform();
      const token = assertion(await tokenService.make(issuer));
      const reused = [400, 'invalid_client', 'Token reuse detected'];
      expect((await post(token)).answer[0]).toBe(200);
      expect((await post(token)).answer).toEqual(reused);
      const other = assertion(await tokenService.make(issuer));
      expect((await post({ ...other, scope: 'nonsense' })).answer).toEqual([
        400,
        'invalid_scope',
        'Invalid scopes: nonsense',
      ]);
      expect((await post(other)).answer).toEqual(reused);
    });

    test.each([
      ['a secret', { client_secret: 'wrong' }],
      ['nothing', {}],
    ])('cannot log in with %s', async (_, form) => {
      const given = await post({ client_id: keylessApps.branch.id, ...form });
      expect(given.answer).toEqual([401, 'invalid_client', invalid]);
    });
  });

  test.each(Object.entries(keylessApps))(
    'each kind of job logs in with its client app: %s',
    async (_, app) => {
      const { issuer, tokenService } = platform();
      const usual = tokenService.job;
      tokenService.job = app.job;
      const given = await post(assertion(await tokenService.make(issuer)));
      tokenService.job = usual;
      expect(decodeJwt(given.body['access_token'] ?? '')['azp']).toBe(app.id);
    },
  );
}
