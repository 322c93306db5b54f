import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

import { describe, expect, test } from '@jest/globals';

import { createTerrapi } from '../../../src/terrapi/terrapi.ts';
import { locate } from '../../../src/terrapi/location.ts';
import { openWorkspace } from '../../../src/terrapi/workspace.ts';
import { failureOf, rejectionOf } from '../failure.ts';
import { temporaryFolder } from '../folders.ts';
import { type Answer, jwt, serve, transport } from '../servers.ts';

const now = Date.parse('2026-03-01T12:00:00Z');

/** A workspace as the platform describes it. */
const point = {
  name: 'gep-w',
  type: 'urn:resource:storage:workspace',
  storageType: 's3',
  endPoint: 'https://s3.gep.terradue.com/',
  initialized: null,
  resource_uris: ['s3://gep-processing-results/a2s/'],
  status: { statusCode: 'OK', message: 'From Authorization Resource' },
  properties: {
    bucket: ['gep-processing-results'],
    key: ['a2s/'],
    storage_type: ['s3'],
    service_url: ['https://s3.gep.terradue.com/'],
    storage_url: ['s3://gep-processing-results/a2s/'],
  },
};

function credentials(count = 1, more: object = {}) {
  return {
    accessKey: `key-${count}`,
    secretKey: `secret-${count}`,
    token: jwt({ exp: now / 1000 + 900 }),
    expiration: '2026-03-01T12:15:00Z',
    ...more,
  };
}

interface World {
  readonly token?: (count: number) => Answer;
  readonly paths?: Readonly<Record<string, Answer>>;
  readonly platforms?: readonly string[];
  readonly name?: string;
}

/** Opens a workspace on a TerrAPI with these responses. */
async function open({ token, paths = {}, platforms = ['gep'], name = 'gep-w' }: World = {}) {
  let count = 0;
  const server = await serve(({ path }) => {
    const asked = path.replace('/core/v2/storage/', '');
    if (!asked.startsWith('token?')) return paths[asked] ?? { status: 404 };
    count += 1;
    return token ? token(count) : { body: { storage: point, credentials: credentials(count) } };
  });
  const time = { now };
  const way = transport({ now: () => time.now });
  const tokens = { token: () => Promise.resolve('t'), refresh: () => Promise.resolve('t') };
  const terrapi = createTerrapi(new URL(`${server.url}/core`), tokens, way, 'test');
  const masked: string[] = [];
  return {
    time,
    masked,
    opened: () => count,
    opening: openWorkspace(name, platforms, terrapi, way, (secret) => masked.push(secret)),
    [Symbol.asyncDispose]: async () => {
      await way.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function refusal(world: World) {
  await using place = await open(world);
  return await rejectionOf(place.opening.then(({ sessions }) => sessions.get()));
}

describe('the location of a workspace', () => {
  const expected = { bucket: 'gep-processing-results', prefix: 'a2s/', region: undefined };

  test('is read from its properties', () => {
    expect(locate(point, false)).toEqual({ ...expected, endpoint: new URL('https://s3.gep.terradue.com/') });
    const properties = { ...point.properties, region: ['fr-par'], service_url: ['https://other.example'] };
    expect(locate({ ...point, properties }, false)).toMatchObject({
      region: 'fr-par',
      endpoint: new URL('https://other.example'),
    });
  });

  test.each([
    [
      'storage_url',
      { ...point, resource_uris: null, properties: { storage_url: ['s3://gep-processing-results/a2s/'] } },
    ],
    ['resource_uris', { ...point, properties: null }],
    [
      'resource_uris without a slash',
      { ...point, properties: {}, resource_uris: ['s3://gep-processing-results/a2s'] },
    ],
    [
      'properties that are empty',
      { ...point, properties: { bucket: [], key: [''], service_url: null, storage_url: [7] } },
    ],
  ])('is read from %s', (_, other) => {
    expect(locate(other, false)).toMatchObject({
      ...expected,
      endpoint: new URL('https://s3.gep.terradue.com/'),
    });
  });

  test.each([
    [['/a2s/b//'], 'a2s/b/'],
    [['/'], ''],
  ])('has a prefix that is empty or ends in a slash: %j', (key, prefix) => {
    expect(locate({ ...point, properties: { ...point.properties, key } }, false).prefix).toBe(prefix);
  });

  test.each([
    ['no bucket', { ...point, properties: null, resource_uris: [] }, 'bucket none'],
    ['no endpoint', { ...point, properties: null, endPoint: null }, 'endpoint none'],
    ['an endpoint that is not a URL', { ...point, properties: null, endPoint: 's3' }, 'endpoint s3'],
    ['plain http', { ...point, properties: null, endPoint: 'http://s3.example' }, 'not https'],
    [
      'plain http to this machine',
      { ...point, properties: null, endPoint: 'http://127.0.0.1:9000' },
      'has the storage endpoint http://127.0.0.1:9000, which is plain http to this machine, but the platform is not on this machine',
    ],
    [
      'a user',
      { ...point, properties: { service_url: ['https://me:pw@s3.example/'] } },
      'has the storage endpoint https://s3.example, which contains a user name or password',
    ],
  ])('with %s is an error', (_, other, said) => {
    const error = failureOf(() => locate(other, false));
    expect(error.code).toBe('workspace-misconfigured');
    expect(error.message).toContain(said);
  });

  test.each([
    ['a bucket with a path', { bucket: ['a/../b'] }, `the bucket 'a/../b', which is not a valid`],
    ['a bucket with a query', { bucket: ['a?b'] }, `the bucket 'a?b'`],
    ['a bucket with a control character', { bucket: ['a\nb'] }, `the bucket 'a\\u000ab'`],
    ['a bucket of dots', { bucket: ['..'] }, `the bucket '..'`],
    ['a bucket that is a URI', { bucket: ['s3://b'] }, `the bucket 's3://b'`],
    ['a prefix that leads upwards', { key: ['a2s/../other/'] }, `the prefix 'a2s/../other', which has`],
    ['a prefix that is a dot', { key: ['.'] }, `the prefix '.'`],
    ['a prefix with an empty segment', { key: ['a//b/'] }, `the prefix 'a//b'`],
    ['a prefix with a control character', { key: ['a\u0000b/'] }, `the prefix 'a\\u0000b'`],
    ['a prefix with a line break', { key: ['a\n::error::x/'] }, `the prefix 'a\\u000a::error::x'`],
    ['a prefix with half a character', { key: ['a\ud800/'] }, `the prefix 'a`],
    ['a prefix that is not text', { key: [7] }, `a prefix (property 'key') that is not text`],
    ['a region with a path', { region: ['fr-par/s3'] }, `the region 'fr-par/s3', which is not a valid`],
    ['a region with a line break', { region: ['fr\npar'] }, `the region 'fr\\u000apar'`],
    [
      'an endpoint with a query',
      { service_url: ['https://s3.example/?x'] },
      `the storage endpoint 'https://s3.example/?x'`,
    ],
    [
      'an endpoint with a line break',
      { service_url: ['https://s3.ex\nample'] },
      `the storage endpoint 'https://s3.ex\\u000aample', which has white space`,
    ],
  ])('with %s is an error that names it', (_, properties, said) => {
    const error = failureOf(() =>
      locate({ ...point, properties: { ...point.properties, ...properties } }, true),
    );
    expect(error.code).toBe('workspace-misconfigured');
    expect(error.message).toContain(`Workspace 'gep-w' has ${said}`);
  });

  test.each([
    ['https://s3.example//', 'https://s3.example/'],
    ['https://s3.example//base//s3//', 'https://s3.example/base/s3/'],
  ])('has no repeated slashes: %s', (service_url, endpoint) => {
    const properties = { ...point.properties, service_url: [service_url] };
    expect(locate({ ...point, properties }, true).endpoint.href).toBe(endpoint);
  });

  test('may be plain http on this machine if the platform is on this machine', () => {
    const place = locate({ ...point, properties: null, endPoint: 'http://localhost:9000' }, true);
    expect(place.endpoint.port).toBe('9000');
    const other = { ...point, properties: null, endPoint: 'http://0.0.0.0:9000' };
    expect(failureOf(() => locate(other, true)).message).toContain('is not https');
  });
});

describe('a workspace that cannot be used is reported with its state', () => {
  test.each<[string, object, string, string?]>([
    ['stored elsewhere', { storageType: 'ftp' }, "stored on 'ftp'", 'workspace-not-s3'],
    [
      'stored elsewhere by its properties',
      { storageType: null, properties: { storage_type: ['local'] } },
      "'local'",
      'workspace-not-s3',
    ],
    ['not initialized', { initialized: false }, 'not initialized'],
    [
      'in an error',
      { status: { statusCode: 'ERROR', message: 'disk\n::error::x' } },
      'status ERROR: disk\\u000a',
    ],
    [
      'both not initialized and in an error',
      { initialized: false, status: { statusCode: 'ERROR', message: 'its bucket was deleted' } },
      'not initialized, and not usable: status ERROR: its bucket was deleted',
    ],
    [
      'in a state without a message',
      { status: { statusCode: 'FORBIDDEN', message: null } },
      'status FORBIDDEN',
    ],
  ])('%s', async (_, state, said, code = 'workspace-not-ready') => {
    const error = await refusal({
      token: () => ({ body: { storage: { ...point, ...state }, credentials: credentials() } }),
    });
    expect(error.code).toBe(code);
    expect(error.message).toContain("Workspace 'gep-w'");
    expect(error.message).toContain(said);
    expect(error.hint).toBeTruthy();
  });

  test.each([
    [{ initialized: null }],
    [{ initialized: true }],
    [{ initialized: undefined, status: null, storageType: 'S3' }],
  ])('but a usable one is opened: %j', async (state) => {
    await using place = await open({
      token: () => ({ body: { storage: { ...point, ...state }, credentials: credentials() } }),
    });
    expect((await place.opening).location.bucket).toBe('gep-processing-results');
  });

  test('if the platform opens no session for it', async () => {
    const error = await refusal({
      token: () => ({ status: 404 }),
      paths: { 'workspaces/gep-w': { body: { ...point, initialized: false } } },
    });
    expect(error.message).toBe("Workspace 'gep-w' is not initialized yet");
  });

  test('if the platform opens no session for a shared folder', async () => {
    const error = await refusal({
      token: () => ({ status: 403 }),
      paths: {
        'sharedfolders/gep-w': { body: { ...point, status: { statusCode: 'ERROR', message: 'gone' } } },
      },
    });
    expect(error.message).toContain('status ERROR: gone');
  });
});

test.each([{ accessKey: 'a\nb' }, { token: 'a b' }, { token: 'a\u0000' }, { token: 'ü' }])(
  'a session with characters that a header cannot contain is an error: %j',
  async (odd) => {
    const more = 'token' in odd ? { ...odd, expiration: '2026-03-01T12:15:00Z' } : odd;
    const error = await refusal({
      token: () => ({ body: { storage: point, credentials: credentials(1, more) } }),
    });
    expect([error.code, error.message]).toEqual([
      'storage-session',
      'The platform opened a storage session whose key or token has characters that a header cannot contain',
    ]);
  },
);

describe('the error for an unknown name', () => {
  const lists = {
    workspaces: { body: [{ name: 'charter-x' }, { name: 'GEP-W2' }, { name: 'gep-\n::error::y' }] },
    sharedfolders: { body: [{ name: 'gep-wx' }] },
  };

  test('lists the existing names, nearest first, and the requested platforms', async () => {
    const error = await refusal({ token: () => ({ status: 404 }), paths: lists });
    expect(error.message).toBe(
      "There is no workspace 'gep-w' for this client app (requested platforms: gep)",
    );
    expect(error.details[0]).toBe('- GEP-W2');
    expect(error.details[1]).toBe('- gep-wx');
    expect(error.details).toHaveLength(4);
    expect(error.details.join()).not.toContain('\n');
    expect(error.hint).toContain("'platforms'");
  });

  test('suggests the whole name for a shortened one', async () => {
    const names = ['gep-shared-atlas', 'gep-build-outputs-service-workspace'].map((name) => ({ name }));
    const error = await refusal({
      token: () => ({ status: 404 }),
      paths: { workspaces: { body: names }, sharedfolders: { body: [] } },
      name: 'gep-biuld-outputs',
    });
    expect(error.details[0]).toBe('- gep-build-outputs-service-workspace');
  });

  test('says that no platforms were requested and that there are no workspaces', async () => {
    const error = await refusal({
      token: () => ({ status: 403 }),
      paths: { workspaces: { body: [] }, sharedfolders: { status: 403 } },
      platforms: [],
    });
    expect(error.message).toContain('has no workspaces (requested platforms: none)');
    expect(error.hint).toContain("'platforms'");
  });

  test.each([
    ['in a list', { workspaces: { body: [{ name: 'gep-w' }] }, sharedfolders: { body: [] } }],
    [
      'by itself',
      { workspaces: { body: [] }, sharedfolders: { body: [] }, 'workspaces/gep-w': { body: point } },
    ],
  ])('says that the workspace exists but is not accessible: %s', async (_, paths) => {
    const error = await refusal({ token: () => ({ status: 403 }), paths });
    expect(error.message).toBe("Workspace 'gep-w' exists, but this client app may not write to it (403)");
    expect(error.hint).toContain('owner');
  });

  test.each([
    ['a page instead of a session', { body: '<html>' }, 'unexpected content', 'terrapi-address'],
    [
      'a redirect',
      { status: 302, headers: { location: 'https://x.example' } },
      'a redirect',
      'terrapi-address',
    ],
    ['a token refused', { status: 401 }, 'with 401', 'terrapi-denied'],
  ])('does not appear for %s', async (_, answer, said, code) => {
    const error = await refusal({
      token: () => answer,
      paths: { workspaces: { body: [{ name: 'gep-w' }] }, sharedfolders: { body: [] } },
    });
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
  });
});

describe('sessions', () => {
  test('have their secret key masked before use, but not key ID and token', async () => {
    await using place = await open();
    const { sessions } = await place.opening;
    expect(await sessions.get()).toMatchObject({ accessKeyId: 'key-1', secretAccessKey: 'secret-1' });
    expect(place.masked).toEqual(['secret-1']);
    await sessions.replace(() => true);
    expect(place.masked).toEqual(['secret-1', 'secret-2']);
  });

  test('are shared by all callers, and refreshed in the background before they expire', async () => {
    await using place = await open({
      token: (count) => ({
        body: {
          storage: point,
          credentials: credentials(
            count,
            count === 1 ? {} : { token: null, expiration: '2026-03-01T12:30:00Z' },
          ),
        },
      }),
    });
    const { sessions } = await place.opening;
    await Promise.all([sessions.get(), sessions.get()]);
    place.time.now = now + 719_000;
    const first = await sessions.get();
    expect(place.opened()).toBe(1);
    place.time.now = now + 721_000;
    const [one, two] = await Promise.all([sessions.get(), sessions.get()]);
    expect([one, two]).toEqual([first, first]);
    const { accessKeyId } = await sessions.replace((held) => held === first);
    expect([accessKeyId, (await sessions.get()).accessKeyId]).toEqual(['key-2', 'key-2']);
    expect(place.opened()).toBe(2);
  });

  test('are used until they expire if the platform is down; then callers wait for a new one', async () => {
    let away = false;
    await using place = await open({
      token: (count) =>
        away
          ? { status: 403, body: { title: 'not now' } }
          : {
              body: {
                storage: point,
                credentials: credentials(count, { token: null, expiration: '2026-03-01T12:15:00Z' }),
              },
            },
    });
    const { sessions } = await place.opening;
    const first = await sessions.get();
    away = true;
    for (const seconds of [721, 800, 898]) {
      place.time.now = now + seconds * 1_000;
      expect(await sessions.get()).toBe(first);
    }
    place.time.now = now + 901_000;
    await expect(sessions.get()).rejects.toThrow('with 403');
  });

  test('with a lifetime of 20 s are fresh for four fifths of it', async () => {
    await using place = await open({
      token: (count) => ({
        body: {
          storage: point,
          credentials: credentials(count, { token: null, expiration: '2026-03-01T12:00:20Z' }),
        },
      }),
    });
    const { sessions } = await place.opening;
    place.time.now = now + 15_000;
    await sessions.get();
    expect(place.opened()).toBe(1);
    place.time.now = now + 16_500;
    const held = await sessions.get();
    expect(held.accessKeyId).toBe('key-1');
    await sessions.replace((one) => one === held);
    expect(place.opened()).toBe(2);
  });

  const expiryOf = async (more: object) => {
    await using place = await open({
      token: () => ({ body: { storage: point, credentials: credentials(1, more) } }),
    });
    return (await (await place.opening).sessions.get()).expiresAt;
  };

  test.each([
    ['expiration', { expiration: '2026-03-01T12:15:00Z', token: 'opaque' }, 900],
    ['expiration with an offset', { expiration: '2026-03-01T14:15:00+02:00', token: null }, 900],
    ['the token if expiration is missing', { expiration: null }, 900],
    ['the token if expiration is not a time', { expiration: 'soon' }, 900],
    ['the earlier of both', { expiration: '2026-03-01T12:10:00.1234567Z' }, 600],
    ['the earlier of both, which is the token', { expiration: '2026-03-01T13:00:00Z' }, 900],
  ])('expire by %s', async (_, more, seconds) => {
    expect(Math.floor(((await expiryOf(more)) ?? 0) / 1000)).toBe(now / 1000 + seconds);
  });

  test('may have an unknown expiry', async () => {
    expect(await expiryOf({ expiration: null, token: 'opaque' })).toBeUndefined();
    expect(await expiryOf({ expiration: null, token: jwt({ exp: null }) })).toBeUndefined();
  });

  test('have times in UTC if the zone is missing, in any time zone of the runner', async () => {
    using folder = temporaryFolder();
    // A process reads its time zone from the environment when it starts.
    writeFileSync(
      folder.at('open.ts'),
      `import { createClocks } from '${new URL('../../../src/http/clock.ts', import.meta.url).href}';
       import { openWorkspace } from '${new URL('../../../src/terrapi/workspace.ts', import.meta.url).href}';
       const [storage, credentials] = process.argv.slice(2).map((text) => JSON.parse(text));
       const terrapi = { storageToken: async () => ({ storage, credentials }) };
       const { sessions } = await openWorkspace('w', [], terrapi, { clockOf: createClocks(() => ${now}), plainHttp: false }, () => {});
       process.stdout.write(JSON.stringify([new Date(${now}).getHours(), (await sessions.get()).expiresAt]));`,
    );
    const given = [point, credentials(1, { token: null, expiration: '2026-03-01T12:15:00' })];
    for (const [zone, hour] of [
      ['America/New_York', 7],
      ['Asia/Tokyo', 21],
    ] as const) {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [folder.at('open.ts'), ...given.map((part) => JSON.stringify(part))],
        { env: { ...process.env, TZ: zone } },
      );
      expect(JSON.parse(stdout)).toEqual([hour, now + 900_000]);
    }
  });

  test('that have already expired are an error', async () => {
    const error = await refusal({
      token: () => ({
        body: { storage: point, credentials: credentials(1, { expiration: '2026-03-01T11:59:59Z' }) },
      }),
    });
    expect(error).toMatchObject({ code: 'storage-session' });
    expect(error.message).toContain('2026-03-01T11:59:59.000Z');
  });
});
