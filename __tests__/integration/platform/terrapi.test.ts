import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { clientApp, outsiderApp, sharedFolders, workspaces } from '../../../platform/catalogue.ts';
import { startEmbeddedPlatform } from '../../../platform/embedded/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import { bucket, call, clientOf, openSession, tokenOf } from './platformClient.ts';
import { PutObjectCommand } from '@aws-sdk/client-s3';

let platform: Platform;
let token: string;
beforeAll(async () => {
  platform = await startEmbeddedPlatform();
  token = await tokenOf(platform);
});
afterAll(() => platform.stop());

async function json(answer: Response | Promise<Response>): Promise<Record<string, unknown>> {
  return (await (await answer).json()) as Record<string, unknown>;
}

async function names(path: string, bearer: string): Promise<string[]> {
  const list = (await (await call(platform, path, bearer)).json()) as { name: string }[];
  return list.map(({ name }) => name);
}

describe('access', () => {
  test('a token with the platform scope lists every workspace, but no shared folder among them', async () => {
    expect(await names('/v2/storage/workspaces', token)).toEqual(Object.values(workspaces));
    expect(await names('/v2/storage/sharedfolders', token)).toEqual(Object.values(sharedFolders));
    expect(await names('/v2/user/platforms', token)).toEqual(['gep']);
  });

  test('without the platform scope, nothing is listed or opened', async () => {
    const poor = await tokenOf(platform, clientApp, 'openid');
    expect(await names('/v2/storage/workspaces', poor)).toEqual([]);
    expect((await call(platform, `/v2/storage/workspaces/${workspaces.main}`, poor)).status).toBe(403);
  });

  test('the outsider can log in, but has no access', async () => {
    const outsider = await tokenOf(platform, outsiderApp);
    expect((await json(call(platform, '/v2/user/info', outsider)))['name']).toBe(
      `service-account-${outsiderApp.id}`,
    );
    expect(await names('/v2/storage/workspaces', outsider)).toEqual([]);
    const session = await call(platform, `/v2/storage/token?storagePointId=${workspaces.main}`, outsider);
    expect([session.status, await session.text()]).toEqual([403, '']);
  });

  test('user/info returns name, claims and tokens', async () => {
    const info = await json(call(platform, '/v2/user/info', token));
    expect(info).toMatchObject({
      name: 'service-account-ci-publisher',
      tokens: { token, refreshToken: null },
    });
    expect(info['claims']).toContainEqual({ type: 'azp', value: clientApp.id });
  });
});

describe('workspaces', () => {
  test('the normal one has every field, most of them null, and no region', async () => {
    const workspace = await json(call(platform, `/v2/storage/workspaces/${workspaces.main}`, token));
    expect(workspace).toMatchObject({
      name: workspaces.main,
      type: 'urn:resource:storage:workspace',
      storageType: 's3',
      initialized: null,
      storagePointUri: null,
      endPoint: `${platform.storageUrl}/`,
      resource_uris: [`s3://${bucket}/ci/`],
      status: { statusCode: 'OK', message: 'From Authorization Resource' },
      properties: { bucket: [bucket], key: ['ci/'], service_url: [`${platform.storageUrl}/`] },
    });
    expect(workspace['properties']).not.toHaveProperty('region');
  });

  test.each([
    [workspaces.ftp, { storageType: 'ftp' }],
    [workspaces.uninitialized, { initialized: false }],
    [workspaces.broken, { status: { statusCode: 'ERROR', message: expect.any(String) } }],
  ])('%s describes its problem, and opens no session', async (name, expected) => {
    expect(await json(call(platform, `/v2/storage/workspaces/${name}`, token))).toMatchObject(expected);
    const session = await call(platform, `/v2/storage/token?storagePointId=${name}`, token);
    expect(session.status).toBe(400);
    expect(session.headers.get('content-type')).toContain('application/problem+json');
  });

  test.each([
    [`/v2/storage/workspaces/${workspaces.forbidden}`, 403],
    [`/v2/storage/token?storagePointId=${workspaces.forbidden}`, 403],
    ['/v2/storage/workspaces/nope', 404],
    ['/v2/storage/token?storagePointId=nope', 404],
    ['/v2/storage/sharedfolders/nope', 404],
    ['/v2/nothing', 404],
  ])('%s gets %i without a body', async (path, status) => {
    const answer = await call(platform, path, token);
    expect([answer.status, await answer.text()]).toEqual([status, '']);
  });

  test('the controls set the lifetime of a session', async () => {
    platform.terrapi.sessionSeconds = 123;
    const answer = await json(
      call(platform, `/v2/storage/token?storagePointId=${sharedFolders.atlas}`, token),
    );
    platform.terrapi.sessionSeconds = 900;
    const { expiration, useToken } = answer['credentials'] as { expiration: string; useToken: boolean };
    const life = (Date.parse(expiration) - Date.now()) / 1000;
    expect(life).toBeGreaterThan(120);
    expect(life).toBeLessThanOrEqual(123);
    expect(useToken).toBe(true);
    expect(answer['storage']).toMatchObject({ name: sharedFolders.atlas });
  });

  test('a workspace can have another endpoint than the storage', async () => {
    platform.terrapi.storageEndpoint = 'http://127.0.0.1:9/proxy/';
    const workspace = await json(call(platform, `/v2/storage/workspaces/${workspaces.main}`, token));
    platform.terrapi.storageEndpoint = undefined;
    expect(workspace['endPoint']).toBe('http://127.0.0.1:9/proxy/');
  });
});

describe('downloads', () => {
  const s3Url = `s3://${bucket}/ci/a b+ü.txt`;
  beforeAll(async () => {
    const client = clientOf(platform, await openSession(platform));
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'ci/a b+ü.txt', Body: 'hello' }));
  });
  beforeEach(() => {
    platform.terrapi.downloadForm = 'json-string';
  });
  const download = (url: string, more = ''): Promise<Response> =>
    call(platform, `/v2/storage/download?url=${encodeURIComponent(url)}${more}`, token, {
      method: 'POST',
    });

  test('a redirect opens the object', async () => {
    const answer = await download(s3Url);
    expect(answer.status).toBe(302);
    const link = answer.headers.get('location') ?? '';
    expect(await (await fetch(link)).text()).toBe('hello');
    // Longer than the lifetime of any session.
    expect(Number(new URL(link).searchParams.get('X-Amz-Expires'))).toBeGreaterThan(24 * 3600);
  });

  test('without a redirect, the link comes in the format of the controls', async () => {
    const asString = await download(s3Url, '&redirect=false');
    expect(asString.status).toBe(200);
    expect(await (await fetch((await asString.json()) as string)).text()).toBe('hello');
    platform.terrapi.downloadForm = 'json-object';
    const { url } = await json(download(s3Url, '&redirect=false'));
    expect(await (await fetch(String(url))).text()).toBe('hello');
    platform.terrapi.downloadForm = 'text';
    const asText = await download(s3Url, '&redirect=false');
    expect(asText.headers.get('content-type')).toContain('text/plain');
    expect(await (await fetch(await asText.text())).text()).toBe('hello');
  });

  test('accepts the https form of a URL too', async () => {
    const url = `${platform.storageUrl}/${bucket}/ci/${encodeURIComponent('a b+ü.txt')}`;
    const link = (await (await download(url, '&redirect=false')).json()) as string;
    expect(await (await fetch(link)).text()).toBe('hello');
  });

  test.each([`s3://${bucket}/restricted/x`, 's3://elsewhere/ci/x', 'https://example.org/x?y=1'])(
    '%s is not in the caller’s storage, and is returned unchanged',
    async (url) => {
      expect(await (await download(url, '&redirect=false')).json()).toBe(url);
    },
  );

  test('a missing URL is a validation error', async () => {
    const answer = await call(platform, '/v2/storage/download', token, { method: 'POST' });
    expect(answer.status).toBe(400);
    expect((await json(answer))['errors']).toHaveProperty('url');
  });
});

describe('sharing', () => {
  const share = (body: unknown, type = 'application/json; x-api-version=2'): Promise<Response> =>
    call(platform, `/v2/storage/workspaces/${workspaces.main}/share`, token, {
      method: 'POST',
      headers: { 'content-type': type },
      body: JSON.stringify(body),
    });

  test('a shared folder is listed, opens a session, and disappears when it is deleted', async () => {
    const answer = await share({ path: 'maps/2026', users: ['ada'], groups: [] });
    expect(answer.status).toBe(201);
    const { name } = (await json(answer)) as { name: string };
    expect(await names('/v2/storage/sharedfolders', token)).toContain(name);
    const client = clientOf(platform, await openSession(platform, name));
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'ci/maps/2026/x', Body: 'x' }));
    const deleted = await call(platform, `/v2/storage/sharedfolders/${name}`, token, {
      method: 'DELETE',
    });
    expect(deleted.status).toBe(202);
    const { background_job_id } = await json(deleted);
    expect(background_job_id).toEqual(expect.any(String));
    expect(await names('/v2/storage/sharedfolders', token)).not.toContain(name);
  });

  test.each([
    [{ users: ['ada'], groups: [] }, 'path'],
    [{ path: '../x', users: ['ada'], groups: [] }, 'path'],
    [{ path: 'x', users: 'ada', groups: [] }, 'users'],
    [{ path: 'x', users: [], groups: [] }, 'users'],
    [{ path: 'x', users: [], groups: [7] }, 'groups'],
  ])('%j is rejected because of %s', async (body, field) => {
    const answer = await share(body);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    const problem = await json(answer);
    expect(problem).toMatchObject({ status: 400, title: expect.any(String) });
    expect(problem['errors']).toHaveProperty(field, [expect.any(String)]);
  });

  test('the body must have version 2', async () => {
    const answer = await share({ path: 'x', users: ['ada'], groups: [] }, 'application/json');
    expect(answer.status).toBe(415);
  });
});

test('a claim starts a job, which advances until it is complete', async () => {
  const answer = await call(platform, `/v2/storage/workspaces/${workspaces.uninitialized}/claim`, token, {
    method: 'POST',
  });
  expect(answer.status).toBe(202);
  const job = `/v2/jobs/${String((await json(answer))['background_job_id'])}`;
  const states: unknown[] = [];
  for (let look = 0; look < 5; look++) states.push((await json(call(platform, job, token)))['status']);
  expect(states).toEqual(['pending', 'scheduled', 'processing', 'completed', 'completed']);
  expect((await json(call(platform, '/v2/jobs/nope', token)))['status']).toBe('unknown');
});

test('a failure is sent as often as requested, to its path only, and every request is logged', async () => {
  const before = platform.terrapi.requests.length;
  platform.terrapi.fail('/v2/storage/workspaces', { status: 503, headers: { 'retry-after': '7' } }, 2);
  const statuses: (number | string | null)[] = [];
  for (const path of ['/v2/user/info', '/v2/storage/workspaces', '/v2/storage/workspaces/x']) {
    const answer = await call(platform, path, token);
    statuses.push(answer.status, answer.headers.get('retry-after'));
  }
  statuses.push((await call(platform, '/v2/storage/workspaces', token)).status);
  expect(statuses).toEqual([200, null, 503, '7', 503, '7', 200]);
  expect(platform.terrapi.requests.slice(before)).toEqual([
    { method: 'GET', path: '/v2/user/info', status: 200 },
    { method: 'GET', path: '/v2/storage/workspaces', status: 503 },
    { method: 'GET', path: '/v2/storage/workspaces/x', status: 503 },
    { method: 'GET', path: '/v2/storage/workspaces', status: 200 },
  ]);
});
