import { clientApp, person, platformScope, workspaces } from '../../platform/catalogue.ts';
import { createIssuer } from '../../platform/embedded/issuer.ts';
import { listen } from '../../platform/listener.ts';
import type { Listener } from '../../platform/listener.ts';
import { storageAudience } from '../../platform/real/minio.ts';
import { ensureSessionClient } from '../../platform/real/realm.ts';
import { resources } from '../../platform/terrapi/resources.ts';
import { startTerrapi } from '../../platform/terrapi/server.ts';
import type { OpenSession, PresignDownload, StoragePoint } from '../../platform/terrapi/storagepoint.ts';

/** An issuer and a TerrAPI stand-in: their listeners, and the public URLs of these. */
export interface Front {
  readonly identity: Listener;
  readonly api: Listener;
}

/** The storage behind a front. */
export interface FrontStorage {
  readonly storageUrl: string;
  readonly openSession: OpenSession;
  readonly presignDownload: PresignDownload;
}

/** Lifetime of storage sessions. */
export const sessionSeconds = 900;

/** The workspace that all loads use. */
export const workspace = workspaceNamed(workspaces.main);

/** Does nothing: the embedded issuer gets its clients at its start, unlike Keycloak. */
export const administration = { ensure: () => Promise.resolve() };

const realm = '/realms/master';

function workspaceNamed(name: string): StoragePoint {
  const found = resources.find((resource) => resource.name === name);
  if (found === undefined) throw new Error(`Unknown workspace: ${name}`);
  return found;
}

/** Opens the listeners of a front on free ports. */
export async function openFront(): Promise<Front> {
  return { identity: await listen(undefined, undefined), api: await listen(undefined, undefined) };
}

/** The issuer's URL. */
export function issuerOf({ identity }: Front): string {
  return `${identity.origin}${realm}`;
}

/** Starts the issuer. @param secret of the clients that open storage sessions */
export async function answerAsIssuer(front: Front, secret: string): Promise<void> {
  const sessionClient = await ensureSessionClient(administration, secret, sessionSeconds);
  const handler = await createIssuer({
    issuer: issuerOf(front),
    clients: [clientApp, sessionClient],
    scopes: ['email', 'profile', platformScope],
    audience: [storageAudience, 'ellip-bios-api', 'account'],
    accessTokenSeconds: 3600,
    people: { person, open: [], closed: [] },
  });
  front.identity.handle(handler);
}

/**
 * Starts the TerrAPI stand-in.
 *
 * @param jwksOrigin where it reads the issuer's keys
 * @returns its URL
 */
export function answerAsTerrapi(
  front: Front,
  storage: FrontStorage,
  jwksOrigin = front.identity.origin,
): string {
  return startTerrapi({
    listener: front.api,
    issuer: issuerOf(front),
    jwksUrl: `${jwksOrigin}${realm}/protocol/openid-connect/certs`,
    trust: undefined,
    members: [clientApp.id],
    sessionSeconds,
    ...storage,
  }).apiUrl;
}
