import { request } from 'node:http';
import { text } from 'node:stream/consumers';

import { expect, test } from '@jest/globals';

import { openLoopback } from '../../../src/auth/loopback.ts';
import { rejectionOf } from '../failure.ts';

interface Page {
  readonly status: number | undefined;
  readonly location: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** Requests a page with the headers of a browser. */
function visit(url: string, options: { host?: string; method?: string } = {}): Promise<Page> {
  const { promise, resolve, reject } = Promise.withResolvers<Page>();
  const { host, method = 'GET' } = options;
  request(url, { method, headers: host === undefined ? {} : { host } }, (response) => {
    const { statusCode: status, headers } = response;
    text(response).then((body) => resolve({ status, location: headers.location, headers, body }), reject);
  })
    .on('error', reject)
    .end();
  return promise;
}

const never = new AbortController().signal;
const done = (redirectUri: string) => new URL('/done', redirectUri).href;

test('the redirect is handed over, and the browser ends on a page whose URL has no code', async () => {
  await using loopback = await openLoopback('right');
  expect(loopback.redirectUri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
  const first = await visit(`${loopback.redirectUri}?code=the-code&state=right`);
  expect([first.status, first.location, first.body]).toEqual([303, '/done', '']);
  const { url, code } = await loopback.redirect(never);
  expect([url.searchParams.get('state'), code]).toEqual(['right', 'the-code']);
  const last = visit(done(loopback.redirectUri));
  expect(await loopback.answer(() => Promise.resolve('tokens'))).toBe('tokens');
  const { status, body, headers } = await last;
  expect(status).toBe(200);
  expect(body).toContain('You are logged in');
  expect(body).not.toMatch(/the-code|tokens|<script/);
  expect(headers).toMatchObject({
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-security-policy': expect.stringContaining("default-src 'none'"),
  });
});

test('the last page says that the login failed', async () => {
  await using loopback = await openLoopback('right');
  await visit(`${loopback.redirectUri}?error=access_denied&state=right`);
  expect((await loopback.redirect(never)).code).toBeUndefined();
  const last = visit(done(loopback.redirectUri));
  await expect(loopback.answer(() => Promise.reject(new Error('secret reason')))).rejects.toThrow();
  const { body } = await last;
  expect(body).toContain('You are not logged in');
  expect(body).not.toContain('secret reason');
});

test('a redirect with another state ends the login', async () => {
  await using loopback = await openLoopback('right');
  const error = rejectionOf(loopback.redirect(never));
  await visit(`${loopback.redirectUri}?code=stolen&state=wrong`);
  const { code, message } = await error;
  expect(code).toBe('login-mismatch');
  expect(message).not.toMatch(/stolen|wrong/);
  expect((await visit(done(loopback.redirectUri))).body).toContain('You are not logged in');
});

test('only the first redirect counts', async () => {
  await using loopback = await openLoopback('right');
  await visit(`${loopback.redirectUri}?code=first&state=right`);
  await visit(`${loopback.redirectUri}?code=second&state=right`);
  await visit(`${loopback.redirectUri}?code=third&state=wrong`);
  expect((await loopback.redirect(never)).code).toBe('first');
  await Promise.all([loopback.answer(() => Promise.resolve()), visit(done(loopback.redirectUri))]);
});

test('other requests get 404 and change nothing', async () => {
  await using loopback = await openLoopback('right');
  const { redirectUri } = loopback;
  const good = `${redirectUri}?code=the-code&state=right`;
  const statuses = await Promise.all([
    visit(new URL('/favicon.ico', redirectUri).href),
    visit(redirectUri),
    visit(good, { method: 'POST' }),
    // The name of another site that resolves to 127.0.0.1 (DNS rebinding).
    visit(good, { host: 'attacker.example' }),
  ]);
  expect(statuses.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  const controller = new AbortController();
  const waiting = loopback.redirect(controller.signal);
  controller.abort();
  await expect(waiting).rejects.toThrow();
});
