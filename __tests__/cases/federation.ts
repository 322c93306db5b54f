import { describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';

import { clientApp, keylessApps } from '../../platform/catalogue.ts';
import type { Platform } from '../../platform/platform.ts';

const invalid = 'Invalid client or Invalid client credentials';
const mismatch = 'client_id parameter does not match authenticated client';
const elsewhere = 'https://github.com/example';

interface Attempt {
  readonly title: string;
  /** Changes to the token's claims, by the time in seconds. */
  readonly claims?: (now: number) => Record<string, unknown>;
  readonly audience?: string;
  readonly clientId?: string | undefined;
  readonly forged?: boolean;
  /** Changes what is sent. */
  readonly form?: (assertion: string) => Record<string, string>;
  readonly answer: readonly [status: number, error?: string, description?: string];
}

const attempts: readonly Attempt[] = [
  { title: 'a token of the right job', answer: [200] },
  { title: 'a token without a client id beside it', clientId: undefined, answer: [200] },
  { title: 'a token for a list of one audience', claims: () => ({ aud: ['{issuer}'] }), answer: [200] },
  { title: 'a token that was made 20 s ahead', claims: (now) => ({ iat: now + 20 }), answer: [200] },
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
  { title: 'a key that nobody knows', forged: true, answer: [401, 'invalid_client', invalid] },
  {
    title: 'a key that nobody knows, and another audience',
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
    title: 'the issuer with a slash as audience',
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
    title: 'a token that has ended',
    claims: (now) => ({ iat: now - 310, exp: now - 10 }),
    answer: [400, 'invalid_client', 'Token is not active'],
  },
  {
    title: 'a token that has ended, for another audience',
    audience: elsewhere,
    claims: (now) => ({ iat: now - 310, exp: now - 10 }),
    answer: [400, 'invalid_client', 'Invalid token audience'],
  },
  {
    title: 'a token that has not begun',
    claims: (now) => ({ nbf: now + 600 }),
    answer: [400, 'invalid_client', 'Token is not active'],
  },
  {
    title: 'a token that was made a minute ahead',
    claims: (now) => ({ iat: now + 60 }),
    answer: [400, 'invalid_client', 'Token was issued in the future'],
  },
  {
    title: 'a token that is old, and has not ended',
    claims: (now) => ({ iat: now - 400, exp: now + 400 }),
    answer: [400, 'invalid_client', 'Token was issued too far in the past to be used now'],
  },
  {
    title: 'a token without an end',
    claims: () => ({ exp: undefined }),
    answer: [400, 'invalid_client', 'Token exp claim is required'],
  },
  {
    title: 'a token without an id',
    claims: () => ({ jti: undefined }),
    answer: [400, 'invalid_client', 'Token jti claim is required'],
  },
  {
    title: 'a token without the time it was made, good for long',
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
    title: 'a token of another client app, by a key that nobody knows',
    clientId: keylessApps.tag.id,
    forged: true,
    answer: [400, 'invalid_client', mismatch],
  },
  {
    title: 'a token for a client app that there is not',
    clientId: 'nobody',
    answer: [401, 'invalid_client', invalid],
  },
  {
    title: 'a token for a client app that has a secret',
    clientId: clientApp.id,
    answer: [401, 'unauthorized_client', invalid],
  },
  {
    title: 'a token that nobody signed',
    form: (assertion) => ({
      client_assertion: `${Buffer.from('{"alg":"none"}').toString('base64url')}.${assertion.split('.')[1] ?? ''}.`,
    }),
    answer: [400, 'invalid_client', 'Invalid signature algorithm'],
  },
  {
    title: 'something that is no token',
    form: () => ({ client_assertion: 'abc.def.ghi' }),
    answer: [401, 'invalid_client', invalid],
  },
  {
    title: 'a token that calls itself another kind of assertion',
    form: () => ({ client_assertion_type: 'urn:example:other' }),
    answer: [401, 'invalid_client', invalid],
  },
  {
    title: 'a token beside a wrong secret',
    form: () => ({ client_secret: 'wrong' }),
    answer: [200],
  },
];

/** Client apps without a secret, at the token endpoint itself: who gets in, and how the others are refused. */
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

    test('gets in once by each token, also when its scopes were refused', async () => {
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
    ])('does not get in by %s', async (_, form) => {
      const given = await post({ client_id: keylessApps.branch.id, ...form });
      expect(given.answer).toEqual([401, 'invalid_client', invalid]);
    });
  });

  test.each(Object.entries(keylessApps))(
    'the job of each kind logs in its own client app: %s',
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
