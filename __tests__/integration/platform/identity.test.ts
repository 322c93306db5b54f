import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { clientApp, outsiderApp } from '../../../platform/catalogue.ts';
import { startEmbeddedPlatform } from '../../../platform/embedded/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import { askForToken, tokenOf } from './platformClient.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await startEmbeddedPlatform({ accessTokenSeconds: 77 });
});
afterAll(() => platform.stop());

const everyScope = 'openid email profile offline_access gep';

test('a token is a JWT of the issuer, with Keycloak’s claims', async () => {
  const { status, body } = await askForToken(platform, clientApp, everyScope);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    token_type: 'Bearer',
    expires_in: 77,
    scope: everyScope,
    refresh_expires_in: 0,
    'not-before-policy': 0,
    refresh_token: expect.any(String),
    session_state: expect.any(String),
  });
  const keys = createRemoteJWKSet(new URL(`${platform.issuer}/protocol/openid-connect/certs`));
  const { payload, protectedHeader } = await jwtVerify(String(body['access_token']), keys, {
    issuer: platform.issuer,
    audience: 'ellip-bios-api',
  });
  expect(protectedHeader.alg).toBe('RS256');
  expect(payload).toMatchObject({
    aud: ['gep-bios-minio', 'ellip-bios-api', 'account'],
    azp: clientApp.id,
    scope: everyScope,
    preferred_username: `service-account-${clientApp.id}`,
  });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(77);
  const id = await jwtVerify(String(body['id_token']), keys, {
    issuer: platform.issuer,
    audience: clientApp.id,
  });
  expect(id.payload.sub).toBe(payload.sub);
});

test('scopes decide which tokens come with the access token', async () => {
  const { body } = await askForToken(platform, clientApp, 'gep');
  expect(body).not.toHaveProperty('id_token');
  expect(body).not.toHaveProperty('refresh_token');
  expect(decodeJwt(String(body['access_token']))['scope']).toBe('gep');
});

test('a service account has a constant and unique subject', async () => {
  const [one, again, other] = await Promise.all([
    tokenOf(platform),
    tokenOf(platform),
    tokenOf(platform, outsiderApp),
  ]);
  expect(decodeJwt(one).sub).toBe(decodeJwt(again).sub);
  expect(decodeJwt(one).sub).not.toBe(decodeJwt(other).sub);
});

test.each([
  ['a wrong secret', { id: clientApp.id, secret: 'wrong' }, 'gep', 401, 'unauthorized_client'],
  ['an unknown client', { id: 'nobody', secret: 'wrong' }, 'gep', 401, 'invalid_client'],
  ['an unknown scope', clientApp, 'openid nope', 400, 'invalid_scope'],
])('%s is rejected with Keycloak’s error', async (_name, app, scope, status, error) => {
  const answer = await askForToken(platform, app, scope);
  expect(answer.status).toBe(status);
  expect(answer.body['error']).toBe(error);
  expect(answer.body).not.toHaveProperty('access_token');
});

test('paths outside the realm get 404', async () => {
  const { origin } = new URL(platform.issuer);
  expect((await fetch(`${origin}/.well-known/openid-configuration`)).status).toBe(404);
});
