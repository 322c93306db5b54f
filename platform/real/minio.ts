import { buckets, region } from '../catalogue.ts';
import { newSecret } from './identity.ts';
import { freePort, startServer } from './server.ts';
import type { Server } from './server.ts';
import { createBuckets, createRootClient } from './store.ts';

/** The access key and secret key of MinIO's administrator. */
export interface RootCredentials {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** The audience that a token must be meant for to open a storage session. */
export const storageAudience = 'gep-bios-minio';

/** Claim of a token that names the policies of its storage sessions. */
export const policyClaim = 'minio_policy';

/** A running MinIO. */
export interface Storage extends Server {
  readonly root: RootCredentials;
}

/**
 * Starts MinIO on 127.0.0.1 with the catalogue's buckets, empty. Its sessions are opened with tokens of an issuer.
 *
 * @param program the MinIO program
 * @param issuer has to answer by now: MinIO asks at its start
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
      // No look at the publisher's server for a newer version.
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
