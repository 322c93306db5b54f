import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buckets as bucketNames, clientApp, outsiderApp, platformScope, region } from '../catalogue.ts';
import { certificateFor } from '../certificates.ts';
import type { ServerCertificate } from '../certificates.ts';
import { listen } from '../listener.ts';
import type { Listener } from '../listener.ts';
import type { Platform, PlatformOptions } from '../platform.ts';
import { startTerrapi } from '../terrapi/server.ts';
import { createIssuer, subjectOf } from './issuer.ts';
import { presignDownload } from './links.ts';
import { Bodies } from './s3/bodies.ts';
import { Bucket } from './s3/objects.ts';
import { createS3Server } from './s3/server.ts';
import { Sessions } from './sessions.ts';
import { createStore } from './store.ts';

const audience = ['gep-bios-minio', 'ellip-bios-api', 'account'];
/** As long as a signature can last. */
const platformLinkSeconds = 7 * 24 * 3600;

/**
 * Starts issuer, TerrAPI stand-in and S3 server in this process, on the loopback interface. Whatever is stored is in
 * a temporary folder that `stop` removes.
 *
 * @throws when a port is taken
 */
export async function startEmbeddedPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const certificate = await certificateFor(options.tls);
  const listeners = await listenThrice(options.port, certificate);
  const [identity, api, storage] = listeners;
  const issuer = `${identity.origin}/realms/master`;
  identity.handle(
    await createIssuer({
      issuer,
      clients: [clientApp, outsiderApp],
      scopes: ['email', 'profile', platformScope],
      audience,
      accessTokenSeconds: options.accessTokenSeconds ?? 3600,
    }),
  );

  const folder = await mkdtemp(join(tmpdir(), 'embedded-platform-'));
  const bodies = new Bodies(folder);
  const buckets = new Map(Object.values(bucketNames).map((name) => [name, new Bucket(bodies)]));
  const sessions = new Sessions();
  storage.handle(
    createS3Server({ buckets, region, bodies, keyring: (accessKey) => sessions.find(accessKey) }),
  );

  const holder = { issuer, clientId: clientApp.id, subject: subjectOf(clientApp.id), audience };
  const terrapi = startTerrapi({
    listener: api,
    issuer,
    jwksUrl: `${issuer}/protocol/openid-connect/certs`,
    trust: certificate?.trust,
    storageUrl: storage.origin,
    members: [clientApp.id],
    sessionSeconds: options.sessionSeconds ?? 900,
    openSession: (point, lifeSeconds) => sessions.open(point, lifeSeconds, holder),
    presignDownload: (bucket, key) =>
      presignDownload(
        { storageUrl: storage.origin, region, credential: sessions.platform },
        bucket,
        key,
        platformLinkSeconds,
      ),
  });

  return {
    kind: 'embedded',
    issuer,
    apiUrl: terrapi.apiUrl,
    storageUrl: storage.origin,
    ...(certificate && { caCertificate: certificate.trust }),
    terrapi: terrapi.controls,
    store: createStore(buckets),
    async stop() {
      await Promise.all(listeners.map((listener) => listener.close()));
      await bodies.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Three listeners on consecutive ports, or on any; none is left open when one cannot be had. */
async function listenThrice(
  port: number | undefined,
  certificate: ServerCertificate | undefined,
): Promise<[Listener, Listener, Listener]> {
  const first = await listen(port, certificate);
  try {
    const second = await listen(port && port + 1, certificate);
    try {
      return [first, second, await listen(port && port + 2, certificate)];
    } catch (error) {
      await second.close();
      throw error;
    }
  } catch (error) {
    await first.close();
    throw error;
  }
}
