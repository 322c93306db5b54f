import { jwtExpiry } from '../auth/jwt.ts';
import { ActionError } from '../errors/error.ts';
import type { Clock } from '../http/clock.ts';
import { type Renewable, lifetime, renewable } from '../http/renewable.ts';
import type { StorageToken } from './answers.ts';

/** Temporary credentials of the storage (STS). The key id and the token are part of every signed URL; the secret key is secret. */
export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
  /** Milliseconds since the epoch by the storage's clock: when it was opened, and when it ends where that is known. */
  readonly openedAt: number;
  readonly endsAt: number | undefined;
}

export type SessionSource = Renewable<Session>;

/**
 * Sessions of a workspace, each in use until a new one is there.
 * @param first read when the first session is asked for: whether it has ended is said by the storage's clock, which an answer of the
 *   storage sets
 * @param open asks the platform for a new one
 */
export function createSessions(
  first: StorageToken,
  open: () => Promise<StorageToken>,
  clock: Clock,
): SessionSource {
  let unused: StorageToken | undefined = first;
  return renewable(
    async () => {
      const token = unused ?? (await open());
      unused = undefined;
      return readSession(token, clock);
    },
    ({ freshUntil }) => clock.now() < freshUntil,
    ({ usableUntil }) => clock.now() < usableUntil,
  );
}

interface HeldSession extends Session {
  readonly freshUntil: number;
  readonly usableUntil: number;
}

function readSession({ credentials }: StorageToken, clock: Clock): HeldSession {
  const said = utc(credentials.expiration ?? '');
  const ends = [said, jwtExpiry(credentials.token ?? '')].filter((time) => !Number.isNaN(time));
  const endsAt = ends.length > 0 ? Math.min(...ends) : undefined;
  const openedAt = clock.now();
  if (endsAt !== undefined && endsAt <= openedAt) {
    throw new ActionError(
      'storage-session',
      `The platform gave a storage session that ended at ${new Date(endsAt).toISOString()} already`,
      {
        hint: `Run the job again; if it goes on, tell those who run the platform.`,
      },
    );
  }
  const { accessKey, token } = credentials;
  if (![accessKey, token ?? '-'].every((text) => /^[\x21-\x7e]+$/.test(text))) {
    throw new ActionError(
      'storage-session',
      `The platform gave a storage session whose key or token has characters that cannot be sent`,
      { hint: `Run the job again; if it goes on, tell those who run the platform.` },
    );
  }
  return {
    accessKeyId: accessKey,
    secretAccessKey: credentials.secretKey,
    sessionToken: token ?? undefined,
    openedAt,
    endsAt,
    ...lifetime(openedAt, endsAt ?? Infinity),
  };
}

/** Milliseconds since the epoch. The platform's times are UTC, and a time without a zone would be taken for the runner's own. */
function utc(time: string): number {
  const hasZone = /(?:z|[+-]\d\d:?\d\d)$/i.test(time);
  return Date.parse(hasZone ? time : `${time}Z`);
}
