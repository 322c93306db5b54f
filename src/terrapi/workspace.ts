import type { Clock } from '../http/clock.ts';
import { ActionError } from '../errors/error.ts';
import { jwtExpiry } from '../auth/jwt.ts';
import type { Transport } from '../http/transport.ts';
import { urlFault } from '../http/urls.ts';
import { nearestFirst } from '../text/nearest.ts';
import { excerpt } from '../text/sanitize.ts';
import { type Renewable, lifetime, renewable } from '../http/renewable.ts';
import type { StoragePoint, StorageToken } from './answers.ts';
import type { Terrapi } from './client.ts';
import { TerrapiError } from './request.ts';

/** Where a workspace's objects are. */
export interface Location {
  /** The S3 endpoint, addressed path-style. */
  readonly endpoint: URL;
  readonly bucket: string;
  /** What every key of the workspace begins with: empty, or ending in `/`. */
  readonly prefix: string;
  /** The region that the platform names, which is seldom. */
  readonly region: string | undefined;
}

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

export interface Workspace {
  readonly name: string;
  readonly location: Location;
  readonly sessions: SessionSource;
}

/**
 * Finds a workspace or shared folder by its name. Its first storage session is read when it is asked for: whether it has ended is told by
 * the storage's clock, which an answer of the storage sets.
 * @param platforms the platforms whose scopes were asked for, for the message when the name is not found
 * @param mask told each session's secret key before anything else sees it
 * @throws ActionError `workspace` when there is none of that name or it cannot be used, `session`, or what TerrAPI throws
 */
export async function openWorkspace(
  name: string,
  platforms: readonly string[],
  terrapi: Terrapi,
  { clockOf, plainHttp }: Pick<Transport, 'clockOf' | 'plainHttp'>,
  mask: (secret: string) => void,
): Promise<Workspace> {
  const open = async () => {
    const token = await terrapi.storageToken(name);
    mask(token.credentials.secretKey);
    return token;
  };
  const first = await open().catch(async (error: unknown) => {
    throw await explain(name, platforms, terrapi, error);
  });
  const location = locate(first.storage, plainHttp);
  const clock = clockOf(location.endpoint);
  let unused: StorageToken | undefined = first;
  const sessions = renewable(
    async () => {
      const token = unused ?? (await open());
      unused = undefined;
      return readSession(token, clock);
    },
    ({ freshUntil }) => clock.now() < freshUntil,
    ({ usableUntil }) => clock.now() < usableUntil,
  );
  return { name, location, sessions };
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
      'session',
      `The platform gave a storage session that ended at ${new Date(endsAt).toISOString()} already`,
      {
        hint: `Run the job again; if it goes on, tell those who run the platform.`,
      },
    );
  }
  const { accessKey, token } = credentials;
  if (![accessKey, token ?? '-'].every((text) => /^[\x21-\x7e]+$/.test(text))) {
    throw new ActionError(
      'session',
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

/**
 * Reads the endpoint, bucket and prefix off a storage point: from its properties, else from its other fields.
 * @param plainHttp whether its endpoint may be plain http on this machine
 * @throws ActionError `workspace` when it is not S3, not in order, or does not say where it is
 */
export function locate(point: StoragePoint, plainHttp: boolean): Location {
  checkUsable(point);
  const storage = s3Uri(property(point, 'storage_url') ?? point.resource_uris?.[0]);
  const bucket = property(point, 'bucket') ?? storage?.bucket;
  const prefix = property(point, 'key') ?? storage?.prefix ?? '';
  const endpoint = property(point, 'service_url') ?? point.endPoint ?? undefined;
  const url = URL.parse(endpoint ?? '');
  if (!bucket || !url) {
    throw new ActionError(
      'workspace',
      `Workspace '${excerpt(point.name)}' does not say where its storage is (endpoint ${excerpt(endpoint ?? 'none')}, bucket ${excerpt(bucket ?? 'none')})`,
      {
        hint: `Ask those who run the platform to look at this workspace's properties.`,
      },
    );
  }
  const fault = urlFault(url, plainHttp);
  if (fault) {
    throw new ActionError(
      'workspace',
      `Workspace '${excerpt(point.name)}' names the storage endpoint ${excerpt(`${url.protocol}//${url.host}`)}, which ${fault}`,
      {
        hint: `Ask those who run the platform to correct the workspace's endpoint: it has to be https, without user and password. Plain http is for a platform on this machine only.`,
      },
    );
  }
  const folder = prefix.replace(/^\/+|\/+$/g, '');
  const region = property(point, 'region');
  const wrong = wrongPart({
    endpoint: endpoint ?? '',
    bucket,
    folder,
    region,
    key: point.properties?.['key'],
  });
  if (wrong) {
    throw new ActionError('workspace', `Workspace '${excerpt(point.name)}' names ${wrong}`, {
      hint: `Ask those who run the platform to correct this workspace's properties; nothing was written.`,
    });
  }
  url.pathname = url.pathname.replace(/\/{2,}/g, '/');
  return { endpoint: url, bucket, prefix: folder ? `${folder}/` : '', region };
}

/** What the platform says of a place, as it says it. */
interface Place {
  readonly endpoint: string;
  readonly bucket: string;
  /** The prefix without slashes at its ends. */
  readonly folder: string;
  readonly region: string | undefined;
  /** The property that the prefix is in. */
  readonly key: readonly unknown[] | null | undefined;
}

/** What is not as it has to be, as the end of a sentence: what the platform says is checked as inputs are. */
function wrongPart({ endpoint, bucket, folder, region, key }: Place): string | undefined {
  if (/[\s\p{Cc}?#]/u.test(endpoint))
    return `the storage endpoint '${excerpt(endpoint)}', which has white space, control characters, a query or a fragment`;
  if (!/^[a-z0-9][a-z0-9._-]{1,253}[a-z0-9]$/i.test(bucket) || bucket.includes('..'))
    return `the bucket '${excerpt(bucket)}', which is no name of an S3 bucket`;
  if (region !== undefined && !/^[a-z0-9][a-z0-9_-]{0,63}$/i.test(region))
    return `the region '${excerpt(region)}', which is no name of a region`;
  if (key?.[0] !== undefined && key[0] !== null && typeof key[0] !== 'string')
    return `a prefix (property 'key') that is not text`;
  const segments = folder === '' ? [] : folder.split('/');
  const isOdd = (segment: string) => ['', '.', '..'].includes(segment) || /\p{Cc}/u.test(segment);
  return segments.some(isOdd) || !folder.isWellFormed()
    ? `the prefix '${excerpt(folder)}', which has empty, '.' or '..' segments or control characters`
    : undefined;
}

function checkUsable(point: StoragePoint): void {
  const name = `Workspace '${excerpt(point.name)}'`;
  const storageType = point.storageType ?? property(point, 'storage_type');
  if (storageType && storageType.toLowerCase() !== 's3') {
    throw new ActionError(
      'workspace',
      `${name} is stored on '${excerpt(storageType)}', and this action uploads to s3`,
      {
        hint: `Choose a workspace with storage type s3; the 'workspaces' action lists them.`,
      },
    );
  }
  const status = point.status?.statusCode;
  const isBad = status && status !== 'OK';
  const said = point.status?.message ? `: ${excerpt(point.status.message)}` : '';
  if (isBad) {
    const also = point.initialized === false ? 'not initialized and ' : '';
    throw new ActionError('workspace', `${name} is ${also}in status ${excerpt(status)}${said}`, {
      hint: `Nothing can be uploaded to it before its owner or the platform has put it in order.`,
    });
  }
  if (point.initialized === false) {
    throw new ActionError('workspace', `${name} is not initialized yet`, {
      hint: `The platform is still creating it, or nobody has claimed it: open it once in the platform, and run the job again.`,
    });
  }
}

function property(point: StoragePoint, name: string): string | undefined {
  const value = point.properties?.[name]?.[0];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function s3Uri(uri: string | undefined): { bucket: string; prefix: string } | undefined {
  const match = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(uri ?? '');
  return match ? { bucket: match[1] ?? '', prefix: match[2] ?? '' } : undefined;
}

/** Why the storage token was refused: what the workspace says of itself, or which names there are. */
async function explain(
  name: string,
  platforms: readonly string[],
  terrapi: Terrapi,
  error: unknown,
): Promise<unknown> {
  const isRefusal = error instanceof TerrapiError && [400, 403, 404].includes(error.status);
  if (!isRefusal) return error;
  const point = await terrapi.workspace(name).catch(() => terrapi.sharedFolder(name).catch(() => undefined));
  if (point) checkUsable(point);
  const [workspaces, folders] = await Promise.all([
    terrapi.workspaces(),
    terrapi.sharedFolders().catch(() => []),
  ]);
  const names = [...workspaces, ...folders].map((known) => known.name);
  if (point || names.includes(name)) {
    return new ActionError(
      'workspace',
      `Workspace '${excerpt(name)}' is there, but this client app may not store in it (${error.status})`,
      {
        hint: `Ask the owner of the workspace to give the client app access to it.`,
        cause: error,
      },
    );
  }
  return unknownWorkspace(name, names, platforms, error);
}

function unknownWorkspace(
  name: string,
  names: readonly string[],
  platforms: readonly string[],
  cause: unknown,
): ActionError {
  const asked =
    platforms.length > 0
      ? `platforms asked for: ${platforms.map((platform) => excerpt(platform)).join(', ')}`
      : 'no platforms were asked for';
  const nearest = nearestFirst(name, names);
  if (nearest.length === 0) {
    return new ActionError(
      'workspace',
      `There is no workspace '${excerpt(name)}': this client app has no workspace at all (${asked})`,
      {
        hint: `Workspaces are listed only with the scope of their platform: set input 'platforms', e.g. 'gep', or ask for access.`,
        cause,
      },
    );
  }
  return new ActionError(
    'workspace',
    `There is no workspace '${excerpt(name)}' for this client app (${asked})`,
    {
      hint: `Set input 'workspace' to one of those below, nearest first; a workspace of another platform needs that platform in 'platforms'.`,
      details: nearest.slice(0, 20).map((known) => `- ${excerpt(known)}`),
      cause,
    },
  );
}
