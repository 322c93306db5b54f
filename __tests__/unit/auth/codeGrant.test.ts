import { createHash } from 'node:crypto';

import { expect, test } from '@jest/globals';

import { codeGrant } from '../../../src/auth/codeGrant.ts';
import { rejectionOf } from '../failure.ts';
import { type Answer, transport } from '../servers.ts';
import { type Issuer, type IssuerRules, grant } from './issuer.ts';
import { clientOf, servePeople } from './people.ts';

const never = new AbortController().signal;

/** An issuer whose login page answers in this way. */
function serveLogin(rules: IssuerRules = {}, page: Answer = { body: '<h1>Log in</h1>' }, endpoints?: object) {
  return servePeople(
    { other: (path) => (path.startsWith('/auth?') ? page : { status: 404 }), ...rules },
    endpoints,
  );
}

/** A browser that comes back from the login page with this answer. */
function browser(issuer: Issuer, answer: (state: string) => Readonly<Record<string, string>>) {
  const visits: Promise<{ readonly page: URL; readonly last: string }>[] = [];
  const openPage = (page: URL): Promise<void> => {
    const back = new URL(page.searchParams.get('redirect_uri') ?? '');
    const given = answer(page.searchParams.get('state') ?? '');
    for (const [name, value] of Object.entries({ iss: issuer.issuer.href, ...given }))
      back.searchParams.set(name, value);
    const visit = fetch(back).then(async (response) => ({
      page,
      last: `${response.url} ${await response.text()}`,
    }));
    // Some tests do not look at it.
    visit.catch(() => undefined);
    visits.push(visit);
    return Promise.resolve();
  };
  return { openPage, visits };
}

test('the code is exchanged with its verifier, and the browser sees the result', async () => {
  await using issuer = await serveLogin();
  await using way = transport();
  const secrets: string[] = [];
  const { openPage, visits } = browser(issuer, (state) => ({ code: 'the-code', state }));
  const answer = await codeGrant(await clientOf(issuer, way, secrets), ['openid', 'gep'], openPage, never);
  expect(answer.access_token).toBe('access-1');
  const visit = await visits[0];
  const asked = Object.fromEntries(visit?.page.searchParams ?? []);
  expect(asked).toMatchObject({
    client_id: 'people',
    response_type: 'code',
    scope: 'openid gep',
    code_challenge_method: 'S256',
  });
  const [exchanged] = issuer.grants();
  const given = Object.fromEntries(new URLSearchParams(exchanged?.body));
  expect(given).toMatchObject({
    grant_type: 'authorization_code',
    code: 'the-code',
    redirect_uri: asked['redirect_uri'],
  });
  const { code_verifier: verifier = '' } = given;
  expect(createHash('sha256').update(verifier).digest('base64url')).toBe(asked['code_challenge']);
  expect(visit?.last).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/done [^]*You are logged in/);
  expect(secrets).toEqual(expect.arrayContaining(['the-code', verifier, 'access-1', 'refresh-1']));
});

test.each([
  ['access_denied', 'login-denied'],
  ['invalid_scope', 'scope-rejected'],
  ['unauthorized_client', 'login-rejected'],
] as const)('the error %s in the redirect is %s', async (error, code) => {
  await using issuer = await serveLogin();
  await using way = transport();
  const { openPage, visits } = browser(issuer, (state) => ({ error, error_description: 'why', state }));
  const rejection = await rejectionOf(codeGrant(await clientOf(issuer, way), [], openPage, never));
  expect([rejection.code, rejection.message]).toEqual([code, expect.stringContaining(`${error}: why`)]);
  expect((await visits[0])?.last).toContain('You are not logged in');
  expect(issuer.grants()).toEqual([]);
});

test('a redirect with another state is not exchanged', async () => {
  await using issuer = await serveLogin();
  await using way = transport();
  const { openPage, visits } = browser(issuer, () => ({ code: 'another-code', state: 'another' }));
  const rejection = await rejectionOf(codeGrant(await clientOf(issuer, way), [], openPage, never));
  expect(rejection.code).toBe('login-mismatch');
  expect((await visits[0])?.last).toContain('You are not logged in');
  expect(issuer.grants()).toEqual([]);
});

test('a redirect of another issuer is not exchanged (RFC 9207)', async () => {
  await using issuer = await serveLogin();
  await using way = transport();
  const answer = (state: string) => ({ code: 'the-code', state, iss: 'https://attacker.example' });
  const { openPage } = browser(issuer, answer);
  await rejectionOf(codeGrant(await clientOf(issuer, way), [], openPage, never));
  expect(issuer.grants()).toEqual([]);
});

test('a code that the issuer rejects is an error without the code', async () => {
  const invalid = { status: 400, body: { error: 'invalid_grant', error_description: 'Code not valid' } };
  await using issuer = await serveLogin({ token: () => invalid });
  await using way = transport();
  const { openPage, visits } = browser(issuer, (state) => ({ code: 'the-code', state }));
  const { code, message } = await rejectionOf(codeGrant(await clientOf(issuer, way), [], openPage, never));
  expect([code, message]).toEqual(['login-rejected', expect.stringContaining('Code not valid')]);
  expect(message).not.toContain('the-code');
  expect((await visits[0])?.last).toContain('You are not logged in');
});

test('the exchange is retried', async () => {
  await using issuer = await serveLogin({ token: (count) => (count < 3 ? { status: 503 } : grant(count)) });
  await using way = transport();
  const { openPage } = browser(issuer, (state) => ({ code: 'the-code', state }));
  expect((await codeGrant(await clientOf(issuer, way), [], openPage, never)).access_token).toBe('access-3');
});

test('a login page that answers 400 is not opened, and its reason is shown', async () => {
  const body = '<p class="instruction">Invalid parameter: redirect_uri</p>';
  await using issuer = await serveLogin({}, { status: 400, body });
  await using way = transport();
  const { openPage, visits } = browser(issuer, (state) => ({ code: 'the-code', state }));
  const rejection = await rejectionOf(codeGrant(await clientOf(issuer, way), [], openPage, never));
  expect([rejection.code, rejection.message, rejection.hint]).toEqual([
    'login-rejected',
    expect.stringContaining('(Invalid parameter: redirect_uri)'),
    expect.stringContaining('http://127.0.0.1/*'),
  ]);
  expect(visits).toEqual([]);
});

test.each([
  [undefined, 'login-unavailable'],
  ['http://attacker.example/auth', 'invalid-issuer'],
  ['file:///etc/passwd', 'invalid-issuer'],
] as const)('the login page %s is not opened', async (endpoint, code) => {
  await using issuer = await serveLogin({}, undefined, { authorization_endpoint: endpoint });
  await using way = transport();
  const { openPage, visits } = browser(issuer, (state) => ({ code: 'the-code', state }));
  expect((await rejectionOf(codeGrant(await clientOf(issuer, way), [], openPage, never))).code).toBe(code);
  expect(visits).toEqual([]);
});

test('a signal ends the wait for the browser', async () => {
  await using issuer = await serveLogin();
  await using way = transport();
  const controller = new AbortController();
  const openPage = () => {
    controller.abort(new Error('cancelled by the user'));
    return Promise.resolve();
  };
  const waiting = codeGrant(await clientOf(issuer, way), [], openPage, controller.signal);
  await expect(waiting).rejects.toThrow('cancelled by the user');
});
