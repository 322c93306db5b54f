import type { StorageClient } from '../storage/client.ts';
import type { Session } from '../terrapi/session.ts';
import type { Links } from './manifest.ts';

/** What SigV4 allows at most: 7 days. */
const longest = 604_800;

/** A session this much of which is gone is replaced before links are signed with it, so that they live as long as can be. */
const usedUp = 0.05;

/**
 * Signs links, each a GET of a key, with a session that has most of its life left. A link ends with the session that signed it, whatever it says of
 * itself, so it never says more.
 * @param expiresIn life asked for in seconds; undefined: as long as can be had
 */
export async function signSessionLinks(client: StorageClient, expiresIn: number | undefined): Promise<Links> {
  const session = await freshSession(client);
  const signedAt = Math.floor(client.clock.now() / 1000) * 1000;
  const left = session.endsAt === undefined ? longest : Math.floor((session.endsAt - signedAt) / 1000);
  const seconds = Math.max(1, Math.min(expiresIn ?? longest, left, longest));
  const { query, signature, url } = client.signer(session).presigner(new Date(signedAt), seconds);
  // Pages and files ask for each link once more, and signing it is what takes time.
  const signatures = new Map<string, string>();
  const own = (key: string) => {
    const known = signatures.get(key) ?? signature(client.path(key));
    signatures.set(key, known);
    return known;
  };
  const ownEnd = signedAt + seconds * 1000;
  const known = session.endsAt !== undefined || session.sessionToken === undefined;
  return {
    signedBy: 'session',
    url: (key) => url(client.path(key), own(key)),
    parts: {
      query,
      address: (key) => `${client.location.endpoint.origin}${client.path(key)}`,
      own,
    },
    endsAt: known ? Math.min(ownEnd, session.endsAt ?? ownEnd) : undefined,
  };
}

async function freshSession({ sessions, clock }: StorageClient): Promise<Session> {
  const isUsed = ({ openedAt, endsAt }: Session) =>
    endsAt !== undefined && clock.now() - openedAt > usedUp * (endsAt - openedAt);
  const held = await sessions.get();
  if (!isUsed(held)) return held;
  // Links that end earlier are better than none.
  return sessions.replace(isUsed).catch((error: unknown) => {
    if (held.endsAt !== undefined && held.endsAt > clock.now()) return held;
    throw error;
  });
}
