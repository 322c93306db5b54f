import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { JWTPayload } from 'jose';
import { listen } from '../../../platform/listener.ts';
import type { Listener } from '../../../platform/listener.ts';
import { startTerrapi } from '../../../platform/terrapi/server.ts';
import { workspaces } from '../../../platform/catalogue.ts';

// The stand-in with an issuer of this test, which can issue invalid tokens.

const issuer = 'https://issuer.test/realms/master';
let listeners: Listener[];
let apiUrl: string;
let keys: Awaited<ReturnType<typeof generateKeyPair>>;

beforeAll(async () => {
  keys = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  const [jwks, api] = [await listen(undefined, undefined), await listen(undefined, undefined)];
  listeners = [jwks, api];
  jwks.handle((_request, response) => response.end(JSON.stringify({ keys: [jwk] })));
  ({ apiUrl } = startTerrapi({
    listener: api,
    issuer,
    jwksUrl: jwks.origin,
    trust: undefined,
    storageUrl: 'http://127.0.0.1:9',
    members: ['app'],
    sessionSeconds: 900,
    openSession: () => Promise.reject(new Error('not here')),
    presignDownload: () => Promise.reject(new Error('not here')),
  }));
});
afterAll(() => Promise.all(listeners.map((listener) => listener.close())));

const good = { azp: 'app', scope: 'openid gep', aud: ['ellip-bios-api'], iss: issuer, sub: 'x' };

function token(change: JWTPayload, key = keys.privateKey, seconds = 60): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ ...good, iat: now - 100, exp: now + seconds, ...change })
    .setProtectedHeader({ alg: 'RS256', kid: 'one' })
    .sign(key);
}

async function ask(path: string, authorization?: string): Promise<Response> {
  return fetch(`${apiUrl}${path}`, authorization === undefined ? {} : { headers: { authorization } });
}

test('accepts a valid token', async () => {
  const answer = await ask(`/v2/storage/workspaces/${workspaces.main}`, `Bearer ${await token({})}`);
  expect(answer.status).toBe(200);
});

test.each<[string, () => Promise<string | undefined>]>([
  ['no token', () => Promise.resolve(undefined)],
  ['another scheme', () => Promise.resolve('Basic YTpi')],
  ['no JWT', () => Promise.resolve('Bearer nonsense')],
  ['an expired token', async () => `Bearer ${await token({}, keys.privateKey, -1)}`],
  ['another audience', async () => `Bearer ${await token({ aud: ['account'] })}`],
  ['another issuer', async () => `Bearer ${await token({ iss: 'https://issuer.test/realms/other' })}`],
  ['another key', async () => `Bearer ${await token({}, (await generateKeyPair('RS256')).privateKey)}`],
  [
    'changed claims',
    async () => {
      const [head, , signature] = (await token({ scope: 'openid' })).split('.');
      const [, claims] = (await token({})).split('.');
      return `Bearer ${[head, claims, signature].join('.')}`;
    },
  ],
  [
    'no signature',
    async () => {
      const [, claims] = (await token({})).split('.');
      const head = Buffer.from('{"alg":"none"}').toString('base64url');
      return `Bearer ${head}.${claims ?? ''}.`;
    },
  ],
])('%s gets 401: without a body for storage calls, with problem details otherwise', async (_name, make) => {
  const authorization = await make();
  const storage = await ask('/v2/storage/workspaces', authorization);
  expect([storage.status, await storage.text()]).toEqual([401, '']);
  expect(storage.headers.get('www-authenticate')).toContain('Bearer');
  const user = await ask('/v2/user/info', authorization);
  expect(user.status).toBe(401);
  expect(await user.json()).toMatchObject({ status: 401, title: 'Unauthorized', type: expect.any(String) });
});
