/** Starts the storage that accepts everything and keeps nothing, with the embedded issuer and the TerrAPI stand-in. */
import { createHash, randomBytes } from 'node:crypto';
import { cp, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { install } from '../../platform/real/cache.ts';
import { run } from '../../platform/real/command.ts';
import { signDownload } from '../../platform/real/downloadLink.ts';
import { freePort, startServer } from '../../platform/real/server.ts';
import { newSecret } from '../../platform/real/sharedKeycloak.ts';
import { buckets } from '../../platform/catalogue.ts';
import { benchCache } from '../rivals.ts';
import { answerAsIssuer, answerAsTerrapi, issuerOf, openFront, sessionSeconds } from './front.ts';
import type { Inventory } from './inventory.ts';
import type { Credentials } from './protocol.ts';
import { serve } from './serving.ts';

const linkSeconds = 7 * 24 * 3600;

/** Bytes of a session token, as long as MinIO's for a session with a policy. */
const tokenBytes = 750;

const credentials = { accessKey: 'bench-static', secretKey: newSecret() };
const front = await openFront();
await answerAsIssuer(front, newSecret());
const storageUrl = await startStorage();
const apiUrl = answerAsTerrapi(front, {
  storageUrl,
  openSession: () =>
    Promise.resolve({ ...newSession(), expiration: new Date(Date.now() + sessionSeconds * 1000) }),
  presignDownload: (bucket, key) =>
    Promise.resolve(signDownload(storageUrl, credentials, { bucket, key }, linkSeconds)),
});
serve(
  { direct: { issuer: issuerOf(front), apiUrl, storageUrl }, credentials },
  {
    inventory: (prefix) => askStorage('GET', prefix),
    empty: async () => {
      await askStorage('DELETE', '');
    },
    openSession: () => Promise.resolve(newSession()),
  },
);

/** Credentials of a session. The storage does not check them, but a client sends and signs the token. */
function newSession(): Required<Credentials> {
  return {
    accessKey: 'bench-session',
    secretKey: newSecret(),
    token: randomBytes(tokenBytes).toString('base64'),
  };
}

/** @returns the URL of the storage */
async function startStorage(): Promise<string> {
  const program = join(await compile(), 'taking');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await startServer({
    name: 'taking',
    command: program,
    arguments: () => [String(port)],
    environment: process.env,
    url,
    ready: async () => (await fetch(`${url}/-/`)).ok,
    startMilliseconds: 10_000,
  });
  return url;
}

/** Compiles the storage with Go unless it is compiled. @returns the folder of the program */
async function compile(): Promise<string> {
  const source = join(import.meta.dirname, 'taking');
  const hash = createHash('sha256');
  for (const name of (await readdir(source)).sort()) hash.update(await readFile(join(source, name)));
  return install(
    {
      name: `taking-${hash.digest('hex').slice(0, 8)}`,
      async fill(folder) {
        await cp(source, folder, { recursive: true });
        await run('go', ['build', '-o', 'taking', '.'], { folder, environment: process.env, needs: 'Go' });
      },
    },
    benchCache,
  );
}

async function askStorage(method: 'GET' | 'DELETE', prefix: string): Promise<Inventory> {
  const answer = await fetch(`${storageUrl}/-/${buckets.outputs}/${prefix}`, { method });
  return (await answer.json()) as Inventory;
}
