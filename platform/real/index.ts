import { clientApp, region } from '../catalogue.ts';
import { certificateFor } from '../certificates.ts';
import { presignDownload } from '../embedded/links.ts';
import { everything } from '../embedded/s3/policy.ts';
import type { Platform, PlatformOptions } from '../platform.ts';
import { startTerrapi } from '../terrapi/server.ts';
import type { Terrapi } from '../terrapi/server.ts';
import { createAdministration } from './administration.ts';
import { openFront } from './front.ts';
import type { Front } from './front.ts';
import { ensureRealm } from './realm.ts';
import { findServers } from './servers.ts';
import type { Servers } from './servers.ts';
import { createSessionOpener } from './sessions.ts';
import { createRootClient, createStore } from './store.ts';

/** As long as a signature can last. */
const platformLinkSeconds = 7 * 24 * 3600;

/**
 * Starts Keycloak and MinIO, or takes those that the environment names, and the TerrAPI stand-in before them, all on
 * the loopback interface. What is stored is gone after `stop`, unless the servers are others' too.
 *
 * @throws when a part is missing and cannot be installed, does not start, or a port is taken
 */
export async function startRealPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const servers = await findServers(process.env, (message) => {
    process.stderr.write(`${message}\n`);
  });
  const stops = [() => servers.stop()];
  const stop = async (): Promise<void> => {
    await Promise.all(stops.map((one) => one()));
  };
  try {
    const administration = createAdministration(servers.keycloak, servers.administrator);
    const realm = await ensureRealm(administration, options.accessTokenSeconds);
    const certificate = await certificateFor(options.tls);
    const front = await openFront(servers, options.port, certificate);
    stops.push(() => front.close());
    const terrapi = startStandIn(servers, front, realm, options.sessionSeconds ?? 900);
    const client = createRootClient(servers.minio, servers.root);
    stops.push(() => {
      client.destroy();
      return Promise.resolve();
    });
    return {
      kind: 'real',
      issuer: `${front.identity}/realms/${realm}`,
      apiUrl: terrapi.apiUrl,
      storageUrl: front.storage,
      ...(certificate && { caCertificate: certificate.trust }),
      terrapi: terrapi.controls,
      store: createStore(client),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function startStandIn(servers: Servers, front: Front, realm: string, sessionSeconds: number): Terrapi {
  const credential = { ...servers.root, policy: everything };
  const openSession = createSessionOpener({
    administration: createAdministration(servers.keycloak, servers.administrator),
    issuer: `${servers.keycloak}/realms/master`,
    storageUrl: servers.minio,
    secret: servers.sessionSecret,
  });
  return startTerrapi({
    listener: front.api,
    issuer: `${front.identity}/realms/${realm}`,
    // Keycloak itself, not the front: here is nobody's certificate to trust.
    jwksUrl: `${servers.keycloak}/realms/${realm}/protocol/openid-connect/certs`,
    trust: undefined,
    storageUrl: front.storage,
    members: [clientApp.id],
    sessionSeconds,
    openSession,
    presignDownload: (bucket, key) =>
      presignDownload({ storageUrl: front.storage, region, credential }, bucket, key, platformLinkSeconds),
  });
}
