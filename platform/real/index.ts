import { members, platformLinkSeconds, usualJob } from '../catalogue.ts';
import { certificateFor } from '../certificates.ts';
import type { Platform, PlatformOptions } from '../platform.ts';
import { startTerrapi } from '../terrapi/server.ts';
import type { Terrapi } from '../terrapi/server.ts';
import { startTokenService } from '../tokens/service.ts';
import { createAdministration } from './administration.ts';
import { cacheFolder } from './cache.ts';
import { openFront } from './ports.ts';
import type { Front } from './ports.ts';
import { findIdentity } from './sharedKeycloak.ts';
import type { Identity } from './sharedKeycloak.ts';
import { signDownload } from './downloadLink.ts';
import { startStorage } from './minio.ts';
import type { Storage } from './minio.ts';
import { installParts } from './programs.ts';
import { ensureRealm } from './realm.ts';
import { createSessionOpener } from './sessions.ts';
import { createRootClient, createStore } from './store.ts';

/**
 * Starts Keycloak, MinIO and the TerrAPI stand-in on the loopback interface. If the environment names a running Keycloak, it is used, and
 * keeps running afterwards. MinIO is always new.
 *
 * @throws if a part cannot be installed or started, or if a port is in use
 */
export async function startRealPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const started = new AsyncDisposableStack();
  try {
    const platform = await start(options, started);
    return { ...platform, stop: () => started.disposeAsync() };
  } catch (error) {
    await started.disposeAsync();
    throw error;
  }
}

async function start(
  options: PlatformOptions,
  started: AsyncDisposableStack,
): Promise<Omit<Platform, 'stop'>> {
  const parts = await installParts(cacheFolder(process.env), process.env, (message) => {
    process.stderr.write(`${message}\n`);
  });
  const identity = started.adopt(await findIdentity(parts, process.env), (one) => one.stop());
  const { authority } = identity;
  const realm = await ensureRealm(createAdministration(identity), authority, options.accessTokenSeconds);
  const tokenService = started.adopt(
    await startTokenService(authority, usualJob, options.port && options.port + 3),
    (one) => one.stop(),
  );
  const storage = started.adopt(await startStorage(parts.minio, sessionIssuer(identity)), (one) =>
    one.stop(),
  );
  const certificate = await certificateFor(options.tls);
  const origins = { identity: identity.url, storage: storage.url };
  const front = started.adopt(await openFront(origins, options.port, certificate), (one) => one.close());
  const terrapi = startStandIn({
    identity,
    storage,
    front,
    realm,
    sessionSeconds: options.sessionSeconds ?? 900,
  });
  const client = started.adopt(createRootClient(storage.url, storage.root), (one) => {
    one.destroy();
  });
  return {
    kind: 'real',
    issuer: `${front.identity}/realms/${realm}`,
    apiUrl: terrapi.apiUrl,
    storageUrl: front.storage,
    ...(certificate && { caCertificate: certificate.trust }),
    terrapi: terrapi.controls,
    tokenService,
    store: createStore(client),
  };
}

/** Sessions are opened with tokens of the realm `master`, whatever realm the client apps use. */
function sessionIssuer(identity: Identity): string {
  return `${identity.url}/realms/master`;
}

function startStandIn(options: {
  readonly identity: Identity;
  readonly storage: Storage;
  readonly front: Front;
  readonly realm: string;
  readonly sessionSeconds: number;
}): Terrapi {
  const { identity, storage, front, realm, sessionSeconds } = options;
  return startTerrapi({
    listener: front.api,
    issuer: `${front.identity}/realms/${realm}`,
    // Keycloak itself instead of its proxy, so that no certificate must be trusted.
    jwksUrl: `${identity.url}/realms/${realm}/protocol/openid-connect/certs`,
    trust: undefined,
    storageUrl: front.storage,
    members,
    sessionSeconds,
    openSession: createSessionOpener({
      administration: createAdministration(identity),
      issuer: sessionIssuer(identity),
      storageUrl: storage.url,
      secret: identity.sessionSecret,
    }),
    presignDownload: (bucket, key) =>
      Promise.resolve(signDownload(front.storage, storage.root, { bucket, key }, platformLinkSeconds)),
  });
}
