import { expect, test } from '@jest/globals';

import { type DevicePrompt, deviceGrant } from '../../../src/auth/deviceGrant.ts';
import { rejectionOf } from '../failure.ts';
import { type Answer, transport } from '../servers.ts';
import { type IssuerRules, grant } from './issuer.ts';
import { clientOf, servePeople } from './people.ts';

const never = new AbortController().signal;

const prompt = {
  device_code: 'the-device-code',
  user_code: 'ABCD-EFGH',
  verification_uri: 'http://localhost:1/device',
  expires_in: 600,
  interval: 0.01,
};

const failure = (error: string, status = 400): Answer => ({
  status,
  body: { error, error_description: 'why' },
});

/** An issuer that starts device grants in this way. */
function serveDevice(token: IssuerRules['token'], device: Answer = { body: prompt }) {
  return servePeople({
    other: (path) => (path === '/device' ? device : { status: 404 }),
    ...(token && { token }),
  });
}

test('the user gets page and code, and the tokens come after the user has logged in', async () => {
  const pending = ['authorization_pending', 'authorization_pending'];
  await using issuer = await serveDevice((count) =>
    count <= pending.length ? failure(pending[count - 1] ?? '') : grant(count),
  );
  await using way = transport();
  const secrets: string[] = [];
  const shown: DevicePrompt[] = [];
  const client = await clientOf(issuer, way, secrets);
  const answer = await deviceGrant(client, ['openid', 'gep'], (one) => shown.push(one), never);
  expect(answer.access_token).toBe('access-3');
  expect(shown).toEqual([
    { page: prompt.verification_uri, code: 'ABCD-EFGH', completePage: undefined, expiresIn: 600 },
  ]);
  const started = issuer.asked.find(({ path }) => path.endsWith('/device'));
  expect(Object.fromEntries(new URLSearchParams(started?.body))).toEqual({
    client_id: 'people',
    scope: 'openid gep',
    code_challenge: expect.any(String),
    code_challenge_method: 'S256',
  });
  const polls = issuer.grants().map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
  expect(polls).toHaveLength(3);
  expect(polls[2]).toMatchObject({
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: 'the-device-code',
  });
  expect(secrets).toEqual(
    expect.arrayContaining(['the-device-code', 'access-3', 'refresh-3', polls[2]?.['code_verifier']]),
  );
});

test('lost connections and errors of the server do not end the wait', async () => {
  const answers = [undefined, { status: 503 }, failure('authorization_pending'), { status: 502 }, undefined];
  await using issuer = await serveDevice((count) => (count <= 5 ? answers[count - 1] : grant(count)));
  await using way = transport();
  const client = await clientOf(issuer, way);
  expect((await deviceGrant(client, [], () => undefined, never)).access_token).toBe('access-6');
});

test.each([
  ['access_denied', 'login-denied'],
  ['expired_token', 'login-expired'],
  ['invalid_grant', 'login-expired'],
  ['invalid_client', 'login-rejected'],
  ['unauthorized_client', 'login-rejected'],
] as const)('the answer %s while waiting is %s', async (error, code) => {
  await using issuer = await serveDevice(() => failure(error));
  await using way = transport();
  const client = await clientOf(issuer, way);
  const rejection = await rejectionOf(deviceGrant(client, [], () => undefined, never));
  expect([rejection.code, rejection.message]).toEqual([code, expect.stringContaining(`${error}: why`)]);
  expect(rejection.message).not.toContain('the-device-code');
});

test.each([
  ['a client that may not use the grant', failure('unauthorized_client'), 'Device Authorization Grant'],
  ['a client with a secret', failure('unauthorized_client', 401), 'public client'],
  ['an unknown client', failure('invalid_client', 401), "'--client-id'"],
])('%s is rejected with a hint', async (_, answer, hint) => {
  await using issuer = await serveDevice(undefined, answer);
  await using way = transport();
  const client = await clientOf(issuer, way);
  const rejection = await rejectionOf(deviceGrant(client, [], () => undefined, never));
  expect([rejection.code, rejection.hint]).toEqual(['login-rejected', expect.stringContaining(hint)]);
});

test('an unknown scope is rejected', async () => {
  await using issuer = await serveDevice(undefined, failure('invalid_scope'));
  await using way = transport();
  const rejection = deviceGrant(await clientOf(issuer, way), ['nope'], () => undefined, never);
  expect((await rejectionOf(rejection)).code).toBe('scope-rejected');
});

test('a code that expires while the user does nothing ends the wait', async () => {
  await using issuer = await serveDevice(() => failure('authorization_pending'), {
    body: { ...prompt, expires_in: 0.2 },
  });
  await using way = transport();
  const rejection = deviceGrant(await clientOf(issuer, way), [], () => undefined, never);
  expect((await rejectionOf(rejection)).code).toBe('login-expired');
});

test('an issuer without the grant is named', async () => {
  await using issuer = await servePeople({}, { device_authorization_endpoint: undefined });
  await using way = transport();
  const rejection = deviceGrant(await clientOf(issuer, way), [], () => undefined, never);
  expect((await rejectionOf(rejection)).code).toBe('login-unavailable');
});

test.each([
  ['http://attacker.example/device', undefined],
  ['javascript:alert(1)', undefined],
  ['http://localhost:1/device', 'http://attacker.example/device?code=A'],
])('the page %s with the complete page %s is not shown', async (page, complete) => {
  const device = { ...prompt, verification_uri: page, verification_uri_complete: complete };
  await using issuer = await serveDevice(undefined, { body: device });
  await using way = transport();
  const shown: DevicePrompt[] = [];
  const rejection = deviceGrant(await clientOf(issuer, way), [], (one) => shown.push(one), never);
  expect((await rejectionOf(rejection)).code).toBe('invalid-issuer');
  expect(shown).toEqual([]);
});

test('a signal ends the wait at once', async () => {
  await using issuer = await serveDevice(undefined, { body: { ...prompt, interval: 1 } });
  await using way = transport();
  const controller = new AbortController();
  const cancel = () => setImmediate(() => controller.abort(new Error('cancelled by the user')));
  const grantOf = deviceGrant(await clientOf(issuer, way), [], cancel, controller.signal);
  await expect(grantOf).rejects.toThrow('cancelled by the user');
  expect(issuer.grants()).toEqual([]);
});
