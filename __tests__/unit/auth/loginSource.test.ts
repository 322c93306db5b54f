import { rmSync, writeFileSync } from 'node:fs';

import { expect, test } from '@jest/globals';

import { openLoginSource } from '../../../src/auth/loginSource.ts';
import type { Transport } from '../../../src/http/transport.ts';
import { folderWith } from '../../support/folder.ts';
import { rejectionOf } from '../failure.ts';
import { type Asked, transport } from '../servers.ts';
import { type Issuer, grant } from './issuer.ts';
import { keyOf, policy, servePeople, storedLogin } from './people.ts';

const hour = 3_600_000;

function open(issuer: Issuer, folder: string, way: Transport, secrets: string[] = [], scope = ['openid']) {
  const app = { ...keyOf(issuer), scope, platforms: [] };
  return openLoginSource(app, folder, way, (secret) => secrets.push(secret), { policy });
}

const refreshTokenIn = ({ body }: Asked) => new URLSearchParams(body).get('refresh_token');

/** Accepts each refresh token once, like Keycloak with "Revoke Refresh Token". */
function rotation() {
  let current = 'refresh-0';
  return (count: number, asked: Asked) => {
    if (refreshTokenIn(asked) !== current)
      return { status: 400, body: { error: 'invalid_grant', error_description: 'Stale token' } };
    current = `refresh-${count}`;
    return grant(count);
  };
}

test('a valid access token is used without a request, and masked', async () => {
  await using issuer = await servePeople();
  await using way = transport();
  const { folder } = await storedLogin(issuer, hour);
  const secrets: string[] = [];
  const source = await open(issuer, folder, way, secrets);
  expect([await source.token(), await source.token()]).toEqual(['access-0', 'access-0']);
  expect(issuer.asked).toEqual([]);
  expect(secrets).toEqual(['access-0', 'refresh-0']);
});

test('an expired access token is refreshed, and the new tokens are stored before they are used', async () => {
  await using issuer = await servePeople({ token: rotation() });
  await using way = transport();
  const { folder, file } = await storedLogin(issuer, -1);
  const secrets: string[] = [];
  const source = await open(issuer, folder, way, secrets);
  expect(await source.token()).toBe('access-1');
  expect(await file.read()).toMatchObject({
    accessToken: 'access-1',
    refreshToken: 'refresh-1',
    user: 'alice',
    scope: ['openid', 'gep'],
    refreshExpiresAt: null,
  });
  expect(secrets).toEqual(expect.arrayContaining(['access-1', 'refresh-1']));
  expect(await source.refresh('access-1')).toBe('access-2');
  expect(await source.refresh('access-1')).toBe('access-2');
  expect((await file.read())?.refreshToken).toBe('refresh-2');
});

test('an issuer that gives no new refresh token keeps the old one', async () => {
  await using issuer = await servePeople({ token: (count) => grant(count, { refresh_token: undefined }) });
  await using way = transport();
  const { folder, file } = await storedLogin(issuer, -1, { refreshExpiresAt: 12 });
  expect(await (await open(issuer, folder, way)).token()).toBe('access-1');
  expect(await file.read()).toMatchObject({ refreshToken: 'refresh-0', refreshExpiresAt: 12 });
});

test('a server that refuses a valid token gets a new one', async () => {
  await using issuer = await servePeople({ token: rotation() });
  await using way = transport();
  const { folder } = await storedLogin(issuer, hour);
  const source = await open(issuer, folder, way);
  expect(await source.token()).toBe('access-0');
  expect(await source.refresh('access-0')).toBe('access-1');
  expect(await source.token()).toBe('access-1');
});

test('sources that share a login use each refresh token once', async () => {
  await using issuer = await servePeople({ token: rotation() });
  await using way = transport();
  const { folder } = await storedLogin(issuer, -1);
  const sources = await Promise.all(Array.from({ length: 6 }, () => open(issuer, folder, way)));
  const tokens = await Promise.all(sources.map((source) => source.token()));
  expect(tokens).toEqual(Array.from({ length: 6 }, () => 'access-1'));
  expect(issuer.grants().map(refreshTokenIn)).toEqual(['refresh-0']);
});

test('a refresh is retried', async () => {
  await using issuer = await servePeople({
    token: (count) => (count < 3 ? { status: 503 } : grant(count)),
  });
  await using way = transport();
  const { folder } = await storedLogin(issuer, -1);
  expect(await (await open(issuer, folder, way)).token()).toBe('access-3');
});

test('tokens that cannot be stored are not used, and the refresh token is not spent', async () => {
  await using issuer = await servePeople();
  await using way = transport();
  const { folder } = await storedLogin(issuer, -1);
  const source = await open(issuer, folder, way);
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'not a folder');
  expect((await rejectionOf(source.token())).code).toBe('login-file');
  expect(issuer.grants()).toEqual([]);
});

test('a login that the issuer does not refresh has ended', async () => {
  const body = { error: 'invalid_grant', error_description: 'Session not active' };
  await using issuer = await servePeople({ token: () => ({ status: 400, body }) });
  await using way = transport();
  const { folder } = await storedLogin(issuer, -1);
  const error = await rejectionOf((await open(issuer, folder, way)).token());
  expect([error.code, error.hint]).toEqual([
    'login-ended',
    expect.stringContaining('upload-to-workspace login'),
  ]);
  expect(error.message).toContain('Session not active');
  expect(error.message).not.toContain('refresh-0');
});

test('a login without a refresh token ends with its access token', async () => {
  await using issuer = await servePeople();
  await using way = transport();
  const { folder } = await storedLogin(issuer, -1, { refreshToken: undefined });
  expect((await rejectionOf((await open(issuer, folder, way)).token())).code).toBe('login-ended');
});

test('a login without the requested scope says which one is missing', async () => {
  await using issuer = await servePeople();
  await using way = transport();
  const { folder } = await storedLogin(issuer, hour);
  const error = await rejectionOf(open(issuer, folder, way, [], ['openid', 'ellip']));
  expect([error.code, error.message]).toEqual(['scope-rejected', expect.stringContaining("'ellip'")]);
});

test('without a login, the error says how to log in', async () => {
  await using issuer = await servePeople();
  await using way = transport();
  const error = await rejectionOf(open(issuer, folderWith({}), way));
  expect([error.code, error.hint]).toEqual([
    'no-credentials',
    expect.stringContaining("'upload-to-workspace login'"),
  ]);
});

test('the end of a run waits until a refresh is stored', async () => {
  const asked = Promise.withResolvers<undefined>();
  await using issuer = await servePeople({
    token: (count) => {
      asked.resolve(undefined);
      return grant(count);
    },
  });
  await using way = transport();
  const { folder, file } = await storedLogin(issuer, hour, { accessFreshUntil: 0 });
  const source = await open(issuer, folder, way);
  expect([await source.token(), await source.token()]).toEqual(['access-0', 'access-0']);
  await asked.promise;
  await source.settled?.();
  await way.close();
  expect((await file.read())?.accessToken).toBe('access-1');
});
