import { buckets, region } from '../catalogue.ts';
import { newSecret } from './sharedKeycloak.ts';
import { freePort, startServer } from './server.ts';
import type { Server } from './server.ts';
import { createBuckets, createRootClient } from './store.ts';

/** The access key and secret key of MinIO's administrator. */
export interface RootCredentials {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** The audience of tokens that open storage sessions. */
export const storageAudience = 'gep-bios-minio';

/** The claim with the policies of a token's storage sessions. */
export const policyClaim = 'minio_policy';

/** A running MinIO. */
export interface Storage extends Server {
  readonly root: RootCredentials;
}

/**
 * Starts MinIO on 127.0.0.1 with empty buckets. Tokens of the issuer open its sessions.
 *
 * @param program path of the MinIO program
 * @param issuer must be running, because MinIO calls it at its start
 */
export async function startStorage(program: string, issuer: string): Promise<Storage> {
  const root = { accessKey: 'platform-root', secretKey: newSecret() };
  const server = await startMinio(program, root, issuer);
  const client = createRootClient(server.url, root);
  try {
    await createBuckets(client, Object.values(buckets));
  } catch (error) {
    await server.stop();
    throw error;
  } finally {
    client.destroy();
  }
  return { ...server, root };
}

async function startMinio(program: string, root: RootCredentials, issuer: string): Promise<Server> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  return startServer({
    name: 'MinIO',
    command: program,
    arguments: (folder) => ['server', '--quiet', '--address', `127.0.0.1:${port}`, folder],
    environment: {
      ...process.env,
      MINIO_ROOT_USER: root.accessKey,
      MINIO_ROOT_PASSWORD: root.secretKey,
      MINIO_SITE_REGION: region,
      MINIO_BROWSER: 'off',
      // Do not check for updates.
      MINIO_UPDATE: 'off',
      MINIO_IDENTITY_OPENID_CONFIG_URL: `${issuer}/.well-known/openid-configuration`,
      MINIO_IDENTITY_OPENID_CLIENT_ID: storageAudience,
      MINIO_IDENTITY_OPENID_CLAIM_NAME: policyClaim,
    },
    url,
    ready: async () => (await fetch(`${url}/minio/health/ready`)).ok,
    startMilliseconds: 60_000,
  });
}
