import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { cacheFolder } from '../../platform/real/cache.ts';
import { signDownload } from '../../platform/real/downloadLink.ts';
import { startStorage } from '../../platform/real/minio.ts';
import type { Storage } from '../../platform/real/minio.ts';
import { installParts } from '../../platform/real/programs.ts';
import { createSessionOpener } from '../../platform/real/sessions.ts';
import { newSecret } from '../../platform/real/sharedKeycloak.ts';
import { createRootClient, createStore } from '../../platform/real/store.ts';
import type { OpenSession } from '../../platform/terrapi/storagepoint.ts';
import {
  administration,
  answerAsIssuer,
  answerAsTerrapi,
  issuerOf,
  openFront,
  sessionSeconds,
  workspace,
} from './front.ts';
import type { FrontStorage } from './front.ts';
import { emptyBucket, takeInventory } from './inventory.ts';
import type { Route } from './protocol.ts';
import { serve } from './serving.ts';

const linkSeconds = 7 * 24 * 3600;

/** Starts MinIO with the embedded issuer and the TerrAPI stand-in. All three can be reached directly, and with a delay of `roundTripMs`. */
async function start(roundTripMs: number): Promise<void> {
  const parts = await installParts(cacheFolder(process.env), process.env, (message) => {
    process.stderr.write(`${message}\n`);
  });
  const secret = newSecret();
  const near = await openFront();
  await answerAsIssuer(near, secret);
  const issuer = issuerOf(near);
  const storage = await startStorage(parts.minio, issuer);
  const openSession = createSessionOpener({ administration, issuer, storageUrl: storage.url, secret });
  const apiUrl = answerAsTerrapi(near, frontStorage(storage, openSession));
  const direct = { issuer, apiUrl, storageUrl: storage.url };
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

function frontStorage({ url, root }: Pick<Storage, 'url' | 'root'>, openSession: OpenSession): FrontStorage {
  return {
    storageUrl: url,
    openSession,
    presignDownload: (bucket, key) => Promise.resolve(signDownload(url, root, { bucket, key }, linkSeconds)),
  };
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
  await answerAsIssuer(far, secret);
  const seen = frontStorage({ ...storage, url: storageUrl }, openSession);
  return {
    issuer: issuerOf(far),
    apiUrl: answerAsTerrapi(far, seen, front.identity.origin),
    storageUrl,
  };
}

await start(Number(process.argv[2]));
