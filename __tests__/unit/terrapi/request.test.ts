import { describe, expect, test } from '@jest/globals';

import { type Terrapi, createTerrapi } from '../../../src/terrapi/terrapi.ts';
import { TerrapiError } from '../../../src/terrapi/request.ts';
import { rejectionOf } from '../failure.ts';
import { type Answer, certificateFor, serve, transport } from '../servers.ts';
import { startTerrapi } from './localTerrapi.ts';

/** The error of a call that gets this response, and the token of each request. */
async function refusal(
  answer: Answer | undefined,
  call = (terrapi: Terrapi): Promise<unknown> => terrapi.workspaces(),
) {
  await using place = await startTerrapi(() => answer);
  const error = await rejectionOf(call(place.terrapi));
  return { error, tokens: place.server.asked.map(({ headers }) => headers.authorization) };
}

describe('401', () => {
  test('is retried once with a new token', async () => {
    await using place = await startTerrapi(({ headers }) =>
      headers.authorization === 'Bearer token-2' ? { body: [] } : { status: 401 },
    );
    expect(await place.terrapi.sharedFolders()).toEqual([]);
    expect(place.refused).toEqual(['token-1']);
  });

  test('for the new token as well is an error', async () => {
    const { error, tokens } = await refusal({ status: 401 });
    expect(tokens).toEqual(['Bearer token-1', 'Bearer token-2']);
    expect(error).toBeInstanceOf(TerrapiError);
    expect(error.message).toContain('with 401');
    expect(error.hint).toContain('also rejected a new access token');
  });
});

describe('an error response', () => {
  test('is reported with its problem details, on one line', async () => {
    const { error, tokens } = await refusal({
      status: 403,
      headers: { 'content-type': 'application/problem+json' },
      body: {
        type: 'about:blank',
        title: 'Forbidden',
        status: 403,
        detail: 'Not\n::error::yours',
        errors: { a: ['b', 'c'] },
      },
    });
    expect(error.message).toMatch(
      /^TerrAPI answered GET http.*\/core\/v2\/storage\/workspaces with 403: Forbidden; Not\\u000a::error::yours; b; c$/,
    );
    expect(tokens).toHaveLength(1);
  });

  test('with errors in another format is reported with its title', async () => {
    const { error } = await refusal({ status: 400, body: { title: 'Invalid', errors: { a: 'b' } } });
    expect(error.message).toContain('with 400: Invalid');
  });

  test.each([
    [403, 'access'],
    [404, 'api-url'],
  ])('%d without a body says what to do', async (status, hint) => {
    const { error, tokens } = await refusal({ status });
    expect(error.message).toMatch(new RegExp(`with ${status}$`));
    expect(error.hint).toContain(hint);
    expect(tokens).toHaveLength(1);
  });

  test.each([
    [{ status: 403, body: { title: 'Forbidden', detail: `Not with ${'x'.repeat(260)} Bearer token-1` } }],
    [{ status: 500, body: { title: 'token-1', errors: { token: ['token-1'] } } }],
    [{ status: 302, headers: { location: 'https://login.example/?token=token-1' } }],
  ])('is reported without the token, although the response repeats it: %j', async (answer) => {
    const { error } = await refusal(answer);
    expect(error.message).toContain('***');
    expect(error.message).not.toContain('token-1');
  });

  test('with a redirect is an error, and the token is not sent to its target', async () => {
    await using other = await serve(() => ({ body: [] }));
    const { error, tokens } = await refusal({ status: 301, headers: { location: `${other.url}/core` } });
    expect(error.message).toContain(`a redirect to ${other.url}/core`);
    expect(tokens).toHaveLength(1);
    expect(other.asked).toEqual([]);
  });
});

describe('a transient error', () => {
  test.concurrent('is retried: 5xx and broken connections', async () => {
    await using place = await startTerrapi((_, count) =>
      count === 1 ? { status: 502, body: 'bad gateway' } : count === 2 ? undefined : { body: [] },
    );
    expect(await place.terrapi.workspaces()).toEqual([]);
    expect(place.server.asked).toHaveLength(3);
  });

  test.concurrent('is retried after the time in Retry-After of a 429', async () => {
    await using place = await startTerrapi((_, count) =>
      count === 1 ? { status: 429, headers: { 'retry-after': '1' } } : { body: [] },
    );
    const started = performance.now();
    await place.terrapi.workspaces();
    expect(performance.now() - started).toBeGreaterThanOrEqual(990);
  });

  test('with an hour in Retry-After is not retried', async () => {
    const { error, tokens } = await refusal({ status: 503, headers: { 'retry-after': '3600' } });
    expect(error.hint).toContain('later');
    expect(tokens).toHaveLength(1);
  });

  test.concurrent('that persists ends with the last error', async () => {
    const { error, tokens } = await refusal(undefined);
    expect(error).toMatchObject({ code: 'unreachable' });
    expect(error.message).toMatch(
      /^TerrAPI http:\/\/localhost:\d+ cannot be reached: it closed the connection/,
    );
    expect(error.hint).toContain("input 'api-url'");
    expect(tokens.length).toBeGreaterThan(2);
  });
});

test('an untrusted certificate is not retried', async () => {
  await using server = await serve(() => ({}), await certificateFor('localhost'));
  await using way = transport();
  const tokens = { token: () => Promise.resolve('t'), refresh: () => Promise.resolve('t') };
  const error = await rejectionOf(createTerrapi(new URL(server.url), tokens, way, 'test').workspaces());
  expect(error.code).toBe('untrusted-certificate');
  expect(error.message).toContain('TerrAPI');
  expect(server.connections()).toBe(1);
});

describe('a response with unexpected content', () => {
  test.each([
    ['a page', { body: '<html>sign in</html>' }, 'the body is not Array'],
    ['nothing', {}, 'the body is not Array'],
    ['an entry of another type', { body: [{ name: 'a' }, { name: 7 }] }, '1.name is not string'],
  ])('is an error: %s', async (_, answer, said) => {
    const { error, tokens } = await refusal(answer);
    expect(error.message).toContain(said);
    expect(error.hint).toContain("input 'api-url'");
    expect(tokens).toHaveLength(1);
  });

  test.each([
    [{ accessKey: 'a', secretKey: 90_210_777 }, 'credentials.secretKey is not string'],
    [{ accessKey: 'a', secretKey: '' }, 'credentials.secretKey is empty'],
    ['top-secret-90210777', 'credentials is not Object'],
  ])('causes an error without the secrets: %j', async (credentials, said) => {
    const { error } = await refusal({ body: { storage: { name: 'w' }, credentials } }, (terrapi) =>
      terrapi.storageToken('w'),
    );
    expect(error.message).toContain(said);
    expect(error.message).not.toContain('90210777');
  });
});
