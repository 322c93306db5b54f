import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buckets as bucketNames,
  clientApp,
  gitlabApp,
  closedApp,
  keylessApps,
  members,
  outsiderApp,
  person,
  platformLinkSeconds,
  platformScope,
  publicApp,
  region,
  usualJob,
} from '../catalogue.ts';
import { certificateFor } from '../certificates.ts';
import { listen } from '../listener.ts';
import type { Listener } from '../listener.ts';
import type { Platform, PlatformOptions, Store } from '../platform.ts';
import { startTerrapi } from '../terrapi/server.ts';
import type { OpenSession, PresignDownload } from '../terrapi/storagepoint.ts';
import { startAuthority } from '../tokens/authority.ts';
import type { Authority } from '../tokens/authority.ts';
import { subjectOf as subjectOfJob } from '../tokens/job.ts';
import { startTokenService } from '../tokens/service.ts';
import { createIssuer } from './issuer.ts';
import type { IssuerOptions } from './issuer.ts';
import { presignDownload } from './downloadLink.ts';
import { Bodies } from './s3/bodies.ts';
import { Bucket } from './s3/objects.ts';
import { createS3Server } from './s3/server.ts';
import { Sessions } from './sessions.ts';
import { subjectOf } from './subject.ts';
import { createStore } from './store.ts';

const audience = ['gep-bios-minio', 'ellip-bios-api', 'account'];

/** A storage of the platform. */
export interface PlatformStorage {
  /** Origin of the S3 server. */
  readonly url: string;
  readonly openSession: OpenSession;
  readonly presignDownload: PresignDownload;
  readonly store: Store;
}

/**
 * Starts an issuer, a TerrAPI stand-in, an S3 server and GitHub's token service in this process, on the loopback interface. `stop` deletes
 * the temporary folder with all stored objects.
 *
 * @param given a storage that is used instead of the embedded one. The caller stops it
 * @throws if a port is in use
 */
export async function startEmbeddedPlatform(
  options: PlatformOptions = {},
  given?: PlatformStorage,
): Promise<Platform> {
  const started = new AsyncDisposableStack();
  try {
    const platform = await start(options, given, started);
    return { ...platform, stop: () => started.disposeAsync() };
  } catch (error) {
    await started.disposeAsync();
    throw error;
  }
}

async function start(
  options: PlatformOptions,
  given: PlatformStorage | undefined,
  started: AsyncDisposableStack,
): Promise<Omit<Platform, 'stop'>> {
  const certificate = await certificateFor(options.tls);
  const open = async (offset: number): Promise<Listener> =>
    started.adopt(await listen(options.port && options.port + offset, certificate, options.hold), (one) =>
      one.close(),
    );
  const [identity, api] = [await open(0), await open(1)];
  const issuer = `${identity.origin}/realms/master`;
  const storage = given ?? (await startStorage(await open(2), issuer, started, options));
  const authority = started.adopt(await startAuthority(), (one) => one.stop());
  const tokenService = started.adopt(
    await startTokenService(authority, usualJob, options.port && options.port + 3, options.hold),
    (one) => one.stop(),
  );
  identity.handle(await createIssuer(issuerOptions(issuer, authority, options)));
  const terrapi = startTerrapi({
    listener: api,
    issuer,
    jwksUrl: `${issuer}/protocol/openid-connect/certs`,
    trust: certificate?.trust,
    storageUrl: storage.url,
    members,
    sessionSeconds: options.sessionSeconds ?? 900,
    openSession: storage.openSession,
    presignDownload: storage.presignDownload,
  });

  return {
    kind: 'embedded',
    issuer,
    apiUrl: terrapi.apiUrl,
    storageUrl: storage.url,
    ...(certificate && { caCertificate: certificate.trust }),
    terrapi: terrapi.controls,
    tokenService,
    store: storage.store,
  };
}

/** Starts the S3 server, with its objects in a temporary folder. */
async function startStorage(
  listener: Listener,
  issuer: string,
  started: AsyncDisposableStack,
  { abortsUploads = false }: PlatformOptions,
): Promise<PlatformStorage> {
  const folder = await mkdtemp(join(tmpdir(), 'embedded-platform-'));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const bodies = started.adopt(new Bodies(folder), (one) => one.close());
  const buckets = new Map(Object.values(bucketNames).map((name) => [name, new Bucket(bodies)]));
  const sessions = new Sessions();
  listener.handle(
    createS3Server({ buckets, region, bodies, keyring: (accessKey) => sessions.find(accessKey) }),
  );
  const holder = { issuer, clientId: clientApp.id, subject: subjectOf(clientApp.id), audience };
  const more = abortsUploads ? ['s3:AbortMultipartUpload', 's3:ListBucketMultipartUploads'] : [];
  const credentials = { storageUrl: listener.origin, region, credential: sessions.platform };
  return {
    url: listener.origin,
    openSession: (point, lifeSeconds) =>
      sessions.open({ ...point, scopes: [...point.scopes, ...more] }, lifeSeconds, holder),
    presignDownload: (bucket, key) => presignDownload(credentials, bucket, key, platformLinkSeconds),
    store: createStore(buckets),
  };
}

function issuerOptions(issuer: string, authority: Authority, options: PlatformOptions): IssuerOptions {
  return {
    issuer,
    clients: [clientApp, outsiderApp],
    scopes: ['email', 'profile', platformScope],
    audience,
    accessTokenSeconds: options.accessTokenSeconds ?? 3600,
    federation: {
      providers: [
        {
          authority,
          clients: Object.values(keylessApps).map(({ id, job }) => ({ id, subject: subjectOfJob(job) })),
        },
        ...(options.gitlab ? [{ authority: options.gitlab, clients: [gitlabApp] }] : []),
      ],
    },
    people: { person, open: [publicApp], closed: [closedApp] },
  };
}
