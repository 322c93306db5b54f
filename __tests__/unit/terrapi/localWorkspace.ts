import { createTerrapi } from '../../../src/terrapi/terrapi.ts';
import { openWorkspace } from '../../../src/terrapi/workspace.ts';
import { rejectionOf } from '../failure.ts';
import { type Answer, jwt, serve, transport } from '../servers.ts';

export const now = Date.parse('2026-03-01T12:00:00Z');

/** A workspace as the platform describes it. */
export const point = {
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

export function credentials(count = 1, more: object = {}) {
  return {
    accessKey: `key-${count}`,
    secretKey: `secret-${count}`,
    token: jwt({ exp: now / 1000 + 900 }),
    expiration: '2026-03-01T12:15:00Z',
    ...more,
  };
}

export interface World {
  readonly token?: (count: number) => Answer;
  readonly paths?: Readonly<Record<string, Answer>>;
  readonly platforms?: readonly string[];
  readonly name?: string;
}

/** Opens a workspace on a TerrAPI with these responses. */
export async function open({ token, paths = {}, platforms = ['gep'], name = 'gep-w' }: World = {}) {
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

export async function refusal(world: World) {
  await using place = await open(world);
  return await rejectionOf(place.opening.then(({ sessions }) => sessions.get()));
}
