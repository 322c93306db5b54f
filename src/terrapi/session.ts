import { jwtExpiry } from '../auth/jwt.ts';
import { ActionError } from '../errors/error.ts';
import type { Clock } from '../http/clock.ts';
import { type Refreshing, refreshTimes, refreshing } from '../http/refreshingValue.ts';
import type { StorageToken } from './schemas.ts';
import { wording } from '../text/wording.ts';

/** Temporary S3 credentials (STS). Access key ID and session token are part of every presigned URL; only the secret key is secret. */
export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
  /** Milliseconds since the epoch, by the storage's clock; the expiry may be unknown. */
  readonly openedAt: number;
  readonly expiresAt: number | undefined;
}

export type SessionSource = Refreshing<Session>;

/**
 * A workspace's session, refreshed before it expires.
 * @param first the first session. Its expiry is checked when it is first used, because only the storage's first response sets the clock
 * @param open requests a new session from the platform
 */
export function createSessions(
  first: StorageToken,
  open: () => Promise<StorageToken>,
  clock: Clock,
): SessionSource {
  let unused: StorageToken | undefined = first;
  return refreshing(
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
  const stated = utc(credentials.expiration ?? '');
  const ends = [stated, jwtExpiry(credentials.token ?? '')].filter((time) => !Number.isNaN(time));
  const expiresAt = ends.length > 0 ? Math.min(...ends) : undefined;
  const openedAt = clock.now();
  if (expiresAt !== undefined && expiresAt <= openedAt) {
    throw new ActionError(
      'storage-session',
      `The platform opened a storage session that has already expired (${new Date(expiresAt).toISOString()})`,
      {
        hint: `Run the ${wording().job} again. If it still fails, tell the people who run the platform.`,
      },
    );
  }
  const { accessKey, token } = credentials;
  if (![accessKey, token ?? '-'].every((text) => /^[\x21-\x7e]+$/.test(text))) {
    throw new ActionError(
      'storage-session',
      `The platform opened a storage session whose key or token has characters that a header cannot contain`,
      { hint: `Run the ${wording().job} again. If it still fails, tell the people who run the platform.` },
    );
  }
  return {
    accessKeyId: accessKey,
    secretAccessKey: credentials.secretKey,
    sessionToken: token ?? undefined,
    openedAt,
    expiresAt,
    ...refreshTimes(openedAt, expiresAt ?? Infinity),
  };
}

/** Parses a time as UTC, in milliseconds since the epoch. The platform omits the zone, and `Date.parse` would assume the runner's zone. */
function utc(time: string): number {
  const hasZone = /(?:z|[+-]\d\d:?\d\d)$/i.test(time);
  return Date.parse(hasZone ? time : `${time}Z`);
}
