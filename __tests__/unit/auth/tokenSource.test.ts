import { describe, expect, test } from '@jest/globals';

import type { ClientCredential } from '../../../src/auth/clientAuthentication.ts';
import { openTokenSource as openFor } from '../../../src/auth/tokenSource.ts';
import { rejectionOf } from '../failure.ts';
import { transport } from '../servers.ts';
import { grant, serveIssuer } from './issuer.ts';
import { app, openTokenSource } from './secretApp.ts';

describe('tokens', () => {
  test('are kept, and concurrent callers share one request', async () => {
    await using issuer = await serveIssuer();
    await using way = transport();
    const tokens = await openTokenSource(app(issuer), way, () => undefined);
    const all = await Promise.all(Array.from({ length: 20 }, () => tokens.token()));
    expect(new Set([...all, await tokens.token()])).toEqual(new Set(['access-1']));
    expect(issuer.grants()).toHaveLength(1);
  });

  test.each([
    [3600, 3_299_000, 3_301_000],
    [100, 79_000, 81_000],
  ])('with a lifetime of %d s are refreshed before they expire', async (life, before, after) => {
    let now = Date.now();
    await using issuer = await serveIssuer({ token: (count) => grant(count, { expires_in: life }) });
    await using way = transport({ now: () => now });
    const tokens = await openTokenSource(app(issuer), way, () => undefined);
    const start = now;
    expect(await tokens.token()).toBe('access-1');
    now = start + before;
    expect(await tokens.token()).toBe('access-1');
    now = start + after;
    expect(await tokens.token()).toBe('access-1');
    expect(await tokens.refresh('access-1')).toBe('access-2');
    expect(await tokens.token()).toBe('access-2');
    expect(issuer.grants()).toHaveLength(2);
  });

  test('are used until they expire if the issuer is down; then callers wait for a new one', async () => {
    let now = Date.now();
    await using issuer = await serveIssuer({
      token: (count) => (count === 1 ? grant(1, { expires_in: 100 }) : { status: 503 }),
    });
    await using way = transport({ now: () => now });
    const tokens = await openTokenSource(app(issuer), way, () => undefined);
    const start = now;
    await tokens.token();
    now = start + 98_000;
    expect(await tokens.token()).toBe('access-1');
    now = start + 100_000;
    expect((await rejectionOf(tokens.token())).message).toContain('it answered with 503');
  });

  test('that a server refused are replaced once', async () => {
    await using issuer = await serveIssuer();
    await using way = transport();
    const tokens = await openTokenSource(app(issuer), way, () => undefined);
    const refused = await tokens.token();
    expect(await Promise.all([tokens.refresh(refused), tokens.refresh(refused)])).toEqual([
      'access-2',
      'access-2',
    ]);
    expect(await tokens.refresh(refused)).toBe('access-2');
    expect(await tokens.token()).toBe('access-2');
  });

  test('of all three kinds are masked before any other code gets them, with any characters', async () => {
    const masked: string[] = [];
    await using issuer = await serveIssuer({
      token: () => ({
        body: `{"access_token" :"a\\/b\\u002bc","token_type":"Bearer", "refresh_token":\n"r", "id_token":"broken"}`,
        headers: { 'content-type': 'application/json' },
      }),
    });
    await using way = transport();
    const tokens = await openTokenSource(app(issuer), way, (text) => masked.push(text));
    await rejectionOf(tokens.token());
    expect(masked).toEqual(['a/b+c', 'r', 'broken']);
  });

  test('are masked in an incomplete response', async () => {
    const masked: string[] = [];
    await using issuer = await serveIssuer({
      token: () => ({ status: 400, body: '{"error":"x","access_token":"abc","id_token":"cut of' }),
    });
    await using way = transport();
    const tokens = await openTokenSource(app(issuer), way, (text) => masked.push(text));
    await rejectionOf(tokens.token());
    expect(masked).toEqual(['abc']);
  });
});

test('what a credential has prepared is aborted if the issuer cannot be used', async () => {
  await using issuer = await serveIssuer({ discovery: () => ({ status: 404 }) });
  await using way = transport();
  const prepared: AbortSignal[] = [];
  const credential: ClientCredential = {
    prepare: (_, signal) => void prepared.push(signal),
    authenticate: () => Promise.reject(new Error('no configuration')),
  };
  const error = await rejectionOf(openFor(app(issuer), credential, way, () => undefined));
  expect([error.code, prepared.map(({ aborted }) => aborted)]).toEqual(['invalid-issuer', [true]]);
});
