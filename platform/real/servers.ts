import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { buckets } from '../catalogue.ts';
import { createAdministration } from './administration.ts';
import { cacheFolder } from './cache.ts';
import { startKeycloak } from './keycloak.ts';
import type { ClientCredentials } from './keycloak.ts';
import { startMinio } from './minio.ts';
import type { RootCredentials } from './minio.ts';
import { installParts } from './parts.ts';
import { ensureRealm } from './realm.ts';
import { createBuckets, createRootClient } from './store.ts';

/** A running Keycloak and MinIO: all that somebody else needs to use them, as plain data. */
export interface ServersDescription {
  /** Base URL of Keycloak. */
  readonly keycloak: string;
  /** URL of MinIO. */
  readonly minio: string;
  readonly administrator: ClientCredentials;
  readonly root: RootCredentials;
  /** Secret of the clients with which storage sessions are opened. */
  readonly sessionSecret: string;
}

export interface Servers extends ServersDescription {
  /** Ends both; whatever was stored is gone. */
  readonly stop: () => Promise<void>;
}

/** Environment variable with the path of a description that `shareServers` wrote. */
export const descriptionVariable = 'UPLOAD_TO_WORKSPACE_PLATFORM';

/**
 * Starts Keycloak and MinIO, with the realm `master` and the buckets of the catalogue, and with secrets that no other
 * start has. Installs them first where they are missing.
 *
 * @throws when a part is missing and cannot be installed, or does not start
 */
export async function startServers(report: (message: string) => void): Promise<Servers> {
  const parts = await installParts(cacheFolder(process.env), process.env, report);
  const administrator = { id: 'platform-administrator', secret: newSecret() };
  const root = { accessKey: 'platform-root', secretKey: newSecret() };
  const keycloak = await startKeycloak(parts, administrator);
  try {
    const issuer = `${keycloak.url}/realms/master`;
    // MinIO asks for the issuer at its start, so it has to come second; it takes less than a second.
    const [minio] = await Promise.all([
      startMinio(parts.minio, root, issuer),
      ensureRealm(createAdministration(keycloak.url, administrator)),
    ]);
    const client = createRootClient(minio.url, root);
    await createBuckets(client, Object.values(buckets));
    client.destroy();
    return {
      keycloak: keycloak.url,
      minio: minio.url,
      administrator,
      root,
      sessionSecret: newSecret(),
      stop: async () => {
        await Promise.all([keycloak.stop(), minio.stop()]);
      },
    };
  } catch (error) {
    await keycloak.stop();
    throw error;
  }
}

/**
 * The servers that the environment names, or new ones. Those of the environment are left running by `stop`.
 *
 * @throws when the description named cannot be read
 */
export async function findServers(
  environment: NodeJS.ProcessEnv,
  report: (message: string) => void,
): Promise<Servers> {
  const file = environment[descriptionVariable];
  if (file === undefined || file === '') return startServers(report);
  const description = JSON.parse(await readFile(file, 'utf8')) as ServersDescription;
  return { ...description, stop: () => Promise.resolve() };
}

/** Writes the description of servers where only this user can read it; `stop` removes it. */
export async function shareServers(servers: Servers, file: string): Promise<Servers> {
  const { stop, ...description } = servers;
  await writeFile(file, `${JSON.stringify(description, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
  return {
    ...servers,
    stop: async () => {
      await rm(file, { force: true });
      await stop();
    },
  };
}

function newSecret(): string {
  return randomBytes(24).toString('hex');
}
