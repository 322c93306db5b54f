import type { StorageClient } from '../storage/client.ts';
import type { Session } from '../terrapi/session.ts';
import type { Links } from './manifest.ts';

/** Seconds of the longest lifetime in SigV4: 7 days. */
const longest = 604_800;

/** A session is replaced before it signs links if more than this share of its lifetime has passed. The links then live longer. */
const usedUp = 0.05;

/** Signatures that are kept. Those of 300,000 files would take 50 MB, and a second to sign again. */
const mostKept = 25_000;

/**
 * Signs links with the storage session. Each is a presigned URL for GET. The storage rejects a link after the session expires, so `X-Amz-Expires`
 * never exceeds the session.
 * @param expiresIn requested lifetime in seconds; undefined for the longest possible one
 */
export async function signSessionLinks(client: StorageClient, expiresIn: number | undefined): Promise<Links> {
  const session = await freshSession(client);
  const signedAt = Math.floor(client.clock.now() / 1000) * 1000;
  const left = session.expiresAt === undefined ? longest : Math.floor((session.expiresAt - signedAt) / 1000);
  const seconds = Math.max(1, Math.min(expiresIn ?? longest, left, longest));
  const { query, signature, url } = client.signer(session).presigner(new Date(signedAt), seconds);
  // The links file and the pages use each link several times, and signing it is the slow step.
  const signatures = new Map<string, string>();
  const own = (key: string) => {
    const known = signatures.get(key) ?? signature(client.path(key));
    if (signatures.size < mostKept) signatures.set(key, known);
    return known;
  };
  const ownEnd = signedAt + seconds * 1000;
  const known = session.expiresAt !== undefined || session.sessionToken === undefined;
  return {
    signedBy: 'session',
    url: (key) => url(client.path(key), own(key)),
    parts: {
      query,
      address: (key) => `${client.location.endpoint.origin}${client.path(key)}`,
      own,
    },
    expiresAt: known ? Math.min(ownEnd, session.expiresAt ?? ownEnd) : undefined,
  };
}

async function freshSession({ sessions, clock }: StorageClient): Promise<Session> {
  const isUsed = ({ openedAt, expiresAt }: Session) =>
    expiresAt !== undefined && clock.now() - openedAt > usedUp * (expiresAt - openedAt);
  const held = await sessions.get();
  if (!isUsed(held)) return held;
  // Links with a shorter lifetime are better than no links.
  return sessions.replace(isUsed).catch((error: unknown) => {
    if (held.expiresAt !== undefined && held.expiresAt > clock.now()) return held;
    throw error;
  });
}
