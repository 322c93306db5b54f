import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { clientApp, person, platformScope, workspaces } from '../../platform/catalogue.ts';
import { createIssuer } from '../../platform/embedded/issuer.ts';
import { listen } from '../../platform/listener.ts';
import type { Listener } from '../../platform/listener.ts';
import { cacheFolder } from '../../platform/real/cache.ts';
import { newSecret } from '../../platform/real/sharedKeycloak.ts';
import { signDownload } from '../../platform/real/downloadLink.ts';
import { startStorage, storageAudience } from '../../platform/real/minio.ts';
import type { Storage } from '../../platform/real/minio.ts';
import { installParts } from '../../platform/real/programs.ts';
import { ensureSessionClient } from '../../platform/real/realm.ts';
import { createSessionOpener } from '../../platform/real/sessions.ts';
import { createRootClient, createStore } from '../../platform/real/store.ts';
import { resources } from '../../platform/terrapi/resources.ts';
import { startTerrapi } from '../../platform/terrapi/server.ts';
import type { OpenSession, StoragePoint } from '../../platform/terrapi/storagepoint.ts';
import { emptyBucket, takeInventory } from './inventory.ts';
import type { Route } from './protocol.ts';
import { serve } from './serving.ts';

/** A listener and its public URL. */
interface Front {
  readonly identity: Listener;
  readonly api: Listener;
}

const sessionSeconds = 900;
const linkSeconds = 7 * 24 * 3600;
const realm = '/realms/master';
const workspace = workspaceNamed(workspaces.main);
/** Does nothing: the embedded issuer gets its clients at its start, unlike Keycloak. */
const administration = { ensure: () => Promise.resolve() };

/** Starts MinIO with the embedded issuer and the TerrAPI stand-in. All three can be reached directly, and with a delay of `roundTripMs`. */
async function start(roundTripMs: number): Promise<void> {
  const parts = await installParts(cacheFolder(process.env), process.env, (message) => {
    process.stderr.write(`${message}\n`);
  });
  const secret = newSecret();
  const near = await openFront();
  await answerAsIssuer(near.identity, secret);
  const issuer = `${near.identity.origin}${realm}`;
  const storage = await startStorage(parts.minio, issuer);
  const openSession = createSessionOpener({ administration, issuer, storageUrl: storage.url, secret });
  const direct = { issuer, apiUrl: answerAsTerrapi(near, storage, openSession), storageUrl: storage.url };
  const delayed = await delay(roundTripMs, storage, openSession, secret);
  const client = createRootClient(storage.url, storage.root);
  const store = createStore(client);
  serve(
    { direct, delayed, credentials: storage.root },
    {
      inventory: (prefix) => takeInventory(store, prefix),
      empty: () => emptyBucket(client, store),
      openSession: () => openSession(workspace, sessionSeconds),
    },
  );
}

function workspaceNamed(name: string): StoragePoint {
  const found = resources.find((resource) => resource.name === name);
  if (found === undefined) throw new Error(`Unknown workspace: ${name}`);
  return found;
}

async function openFront(): Promise<Front> {
  return { identity: await listen(undefined, undefined), api: await listen(undefined, undefined) };
}

/** Starts a second issuer and a second stand-in, because their responses contain their own URLs. */
async function delay(
  roundTripMs: number,
  storage: Storage,
  openSession: OpenSession,
  secret: string,
): Promise<Route> {
  const front = await openFront();
  const ports = [front.identity.port, front.api.port, Number(new URL(storage.url).port)];
  const proxy = fork(join(import.meta.dirname, 'delay.ts'), [String(roundTripMs), ...ports.map(String)]);
  const [reached] = (await once(proxy, 'message')) as [number[]];
  const [identity = '', api = '', storageUrl = ''] = reached.map((port) => `http://127.0.0.1:${port}`);
  const far = {
    identity: { ...front.identity, origin: identity },
    api: { ...front.api, origin: api },
  };
  await answerAsIssuer(far.identity, secret);
  const seen = { ...storage, url: storageUrl };
  const jwksOrigin = front.identity.origin;
  return {
    issuer: `${identity}${realm}`,
    apiUrl: answerAsTerrapi(far, seen, openSession, jwksOrigin),
    storageUrl,
  };
}

async function answerAsIssuer(listener: Listener, secret: string): Promise<void> {
  const sessionClient = await ensureSessionClient(administration, secret, sessionSeconds);
  const handler = await createIssuer({
    issuer: `${listener.origin}${realm}`,
    clients: [clientApp, sessionClient],
    scopes: ['email', 'profile', platformScope],
    audience: [storageAudience, 'ellip-bios-api', 'account'],
    accessTokenSeconds: 3600,
    people: { person, open: [], closed: [] },
  });
  listener.handle(handler);
}

/** @returns the URL of the stand-in */
function answerAsTerrapi(
  { identity, api }: Front,
  storage: Storage,
  openSession: OpenSession,
  jwksOrigin = identity.origin,
): string {
  return startTerrapi({
    listener: api,
    issuer: `${identity.origin}${realm}`,
    jwksUrl: `${jwksOrigin}${realm}/protocol/openid-connect/certs`,
    trust: undefined,
    storageUrl: storage.url,
    members: [clientApp.id],
    sessionSeconds,
    openSession,
    presignDownload: (bucket, key) =>
      Promise.resolve(signDownload(storage.url, storage.root, { bucket, key }, linkSeconds)),
  }).apiUrl;
}

await start(Number(process.argv[2]));
