import { describe, expect, test } from '@jest/globals';

import { TerrapiError } from '../../../src/terrapi/request.ts';
import { type Answer, serve } from '../servers.ts';
import { startTerrapi } from './localTerrapi.ts';

const object = 's3://bucket/p/a b&c.txt';
const link = 'https://s3.example.org/bucket/p/a%20b%26c.txt?X-Amz-Signature=abc';
const never = new AbortController().signal;

async function requestLink(answer: Answer | ((count: number) => Answer)) {
  await using place = await startTerrapi((_, count) =>
    typeof answer === 'function' ? answer(count) : answer,
  );
  const result = await place.terrapi
    .downloadLink(object, never)
    .then((got) => ({ got, error: undefined }))
    .catch((error: unknown) => ({ got: undefined, error: error as TerrapiError }));
  return { ...result, requests: place.server.asked };
}

test('requests the link of an encoded URL, without a redirect', async () => {
  const { requests } = await requestLink({ body: JSON.stringify(link) });
  expect(requests).toMatchObject([
    {
      method: 'POST',
      path: '/core/v2/storage/download?url=s3%3A%2F%2Fbucket%2Fp%2Fa%20b%26c.txt&redirect=false',
      headers: { authorization: 'Bearer token-1', accept: 'application/json' },
      body: '',
    },
  ]);
});

describe('finds a link', () => {
  test.each<[string, Answer]>([
    ['as a JSON string', { body: JSON.stringify(link), headers: { 'content-type': 'application/json' } }],
    ['in a JSON object', { body: { url: link, expires: null } }],
    ['in a nested JSON object', { body: { data: [{ href: link, method: 'GET' }], count: 1 } }],
    ['next to the URL of the object', { body: { source: object, url: link } }],
    ['that occurs twice', { body: { url: link, href: link } }],
    ['as plain text', { body: `\ufeff${link}\r\n`, headers: { 'content-type': 'text/plain' } }],
    [
      'as plain text with the media type of JSON',
      { body: link, headers: { 'content-type': 'application/json' } },
    ],
    ['in a redirect', { status: 302, headers: { location: link } }],
    ['in a redirect with a body', { status: 303, headers: { location: link }, body: '<html>' }],
  ])('%s', async (_, answer) => {
    expect(await requestLink(answer)).toMatchObject({ got: link, error: undefined });
  });

  test.each<[string, Answer]>([
    ['as a string', { body: JSON.stringify(object) }],
    ['alone in an object', { body: { url: object } }],
    ['by a redirect', { status: 302, headers: { location: object } }],
  ])('returns the URL of the object if there is no other: %s', async (_, answer) => {
    expect((await requestLink(answer)).got).toBe(object);
  });
});

describe('a response without exactly one link is an error that does not quote it', () => {
  const secret = 'https://s3.example.org/x?X-Amz-Signature=90210777';
  test.each<[string, Answer, string]>([
    ['nothing', { status: 200 }, 'it holds no URL'],
    ['a page', { body: `<html><a href="${secret}">` }, 'it holds no URL'],
    ['two links', { body: { a: secret, b: link } }, 'it holds 2 URLs'],
    ['a relative address', { body: '"/v2/files/1"' }, 'it holds no URL'],
    ['another scheme', { body: '"javascript:alert(1)"' }, 'it holds no URL'],
    ['a redirect to nowhere', { status: 302, headers: { location: '/login' } }, 'leads to no full URL'],
  ])('%s', async (_, answer, said) => {
    const { error, requests } = await requestLink(answer);
    expect(error).toBeInstanceOf(TerrapiError);
    expect(error?.message).toContain(said);
    expect(error?.message).not.toContain('90210777');
    expect(requests).toHaveLength(1);
  });

  test('a redirect of the call itself is not followed, because of the token', async () => {
    await using other = await serve(() => ({ body: JSON.stringify(link) }));
    const location = `${other.url}/core/v2/storage/download?url=x`;
    for (const status of [301, 302, 307, 308]) {
      const { error } = await requestLink({ status, headers: { location } });
      expect(error?.message).toContain(`a redirect to ${location}`);
    }
    expect(other.asked).toEqual([]);
  });
});

describe('a transient error', () => {
  test.concurrent('is retried after the time in Retry-After of a 429', async () => {
    const started = performance.now();
    const { got, requests } = await requestLink((count) =>
      count < 3 ? { status: 429, headers: { 'retry-after': '1' } } : { body: JSON.stringify(link) },
    );
    expect([got, requests.length]).toEqual([link, 3]);
    expect(performance.now() - started).toBeGreaterThanOrEqual(1_980);
  });

  test('is not a 403', async () => {
    const { error, requests } = await requestLink({ status: 403 });
    expect([error?.status, requests.length]).toEqual([403, 1]);
    expect(error?.message).toMatch(/^TerrAPI answered POST http.* with 403$/);
  });

  test('is not retried after the job is cancelled', async () => {
    await using place = await startTerrapi(() => ({ status: 503, headers: { 'retry-after': '60' } }));
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('cancelled')), 200);
    await expect(place.terrapi.downloadLink(object, controller.signal)).rejects.toThrow('aborted');
    expect(place.server.asked).toHaveLength(1);
  });
});

test('sharing sends its version in the content type, and accepts 201', async () => {
  await using place = await startTerrapi(() => ({ status: 201, body: { name: 'x' } }));
  await place.terrapi.share('a/b', { path: 'reports', users: ['ann', 'b "ob"'], groups: [] });
  expect(place.server.asked).toMatchObject([
    {
      method: 'POST',
      path: '/core/v2/storage/workspaces/a%2Fb/share',
      headers: { 'content-type': 'application/json; x-api-version=2', authorization: 'Bearer token-1' },
      body: '{"path":"reports","users":["ann","b \\"ob\\""],"groups":[]}',
    },
  ]);
});
