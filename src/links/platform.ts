import { ActionError } from '../errors/error.ts';
import { isLoopback } from '../http/urls.ts';
import { printable } from '../text/sanitize.ts';
import { s3Uri } from '../storage/uri.ts';
import type { StorageClient } from '../storage/client.ts';
import type { Terrapi } from '../terrapi/client.ts';
import { TerrapiError } from '../terrapi/request.ts';
import { addressProblem, placeOf } from './address.ts';
import { linkEnd } from './expiry.ts';
import type { Links } from './manifest.ts';
import { type TrialResult, tryLink } from './verification.ts';

export interface PlatformTools {
  readonly terrapi: Terrapi;
  readonly client: StorageClient;
  readonly signal: AbortSignal;
  /** The places that links were tried at, by {@link placeOf}; shared by all calls of one run. */
  readonly tried: Map<string, Promise<TrialResult>>;
  /** Called for each link that was got. */
  readonly onLink?: (() => void) | undefined;
  /** Called once for a host whose links cannot be tried from here; without it, such a link is a failure. */
  readonly onUntried?: ((why: string) => void) | undefined;
}

/** Requests under way at once: TerrAPI is there for people too. */
const concurrency = 8;

/**
 * Has the platform sign a link for each key, by its own policy. A link ends when it says so; nobody can know when they do if one of them does
 * not say.
 * @throws ActionError `links` for the first key that the platform gives no usable link for, or what TerrAPI throws
 */
export async function askPlatformLinks(keys: Iterable<string>, tools: PlatformTools): Promise<Links> {
  const failed = new AbortController();
  const signal = AbortSignal.any([tools.signal, failed.signal]);
  const urls = new Map<string, string>();
  let endsAt = Infinity;
  const left = keys[Symbol.iterator]();
  const work = async () => {
    for (let next = left.next(); !next.done && !signal.aborted; next = left.next()) {
      const { url, ends } = await askLink(next.value, { ...tools, signal });
      urls.set(next.value, url);
      endsAt = Math.min(endsAt, ends ?? NaN);
      tools.onLink?.();
    }
  };
  const workers = Array.from({ length: concurrency }, () =>
    work().catch((error: unknown) => {
      failed.abort(error);
      throw error;
    }),
  );
  await Promise.allSettled(workers);
  await Promise.all(workers).catch(() => {
    // The first failure, not that of a request that was given up for it.
    throw failed.signal.reason;
  });
  tools.signal.throwIfAborted();
  return {
    signedBy: 'platform',
    url: (key) => {
      const url = urls.get(key);
      if (url === undefined) throw new Error(`No link was asked for '${printable(key)}'`);
      return url;
    },
    endsAt: Number.isNaN(endsAt) ? undefined : endsAt,
  };
}

async function askLink(
  key: string,
  tools: PlatformTools,
): Promise<{ readonly url: string; readonly ends: number | undefined }> {
  const { terrapi, client, signal } = tools;
  const object = objectUrl(client, key);
  const link = await terrapi.downloadLink(object, signal).catch((error: unknown) => {
    throw error instanceof TerrapiError ? refusedLink(client, key, error) : error;
  });
  const url = URL.parse(link);
  const bare = new URL(client.path(key), client.location.endpoint).href;
  if (link === object || !url || url.protocol === 's3:' || url.href === bare) {
    throw noLink(
      client,
      key,
      `it answered with the address that it was asked about, as it does for what is not in the user's storage`,
    );
  }
  const problem = addressProblem(link, client.transport.plainHttp);
  if (problem !== undefined) throw noLink(client, key, problem);
  const ends = linkEnd(url.href);
  if (ends !== undefined && ends <= client.clock.now())
    throw noLink(client, key, `the link ended at ${new Date(ends).toISOString()} already`);
  await requireOpening(url, key, tools);
  return { url: url.href, ends };
}

/** Tries a link where none like it was tried before, so that of many links one is opened. */
async function requireOpening(url: URL, key: string, tools: PlatformTools): Promise<void> {
  const { client, signal, tried, onUntried } = tools;
  const place = placeOf(url, key);
  const known = place === undefined ? undefined : tried.get(place);
  const result = known ?? tryLink(url, key, client, signal);
  if (place !== undefined) tried.set(place, result);
  const trial = await result;
  if (trial.kind === 'opens') return;
  // A link that names the object may lead to a host that only this runner cannot reach.
  const mayOpen = trial.kind === 'unreachable' && place !== undefined && !isLoopback(url.hostname);
  if (!mayOpen || !onUntried) throw noLink(client, key, trial.why);
  if (!known) onUntried(trial.why);
}

/** The URL that TerrAPI is asked about. What means something in a URL cannot stand in an `s3:` one, which nothing says how to encode. */
function objectUrl(client: StorageClient, key: string): string {
  return /[%?#\\\p{Cc}]/u.test(key)
    ? new URL(client.path(key), client.location.endpoint).href
    : s3Uri(client.location, key);
}

const otherwise = `'links: session' has them signed here, by the storage session that the files were uploaded with.`;

function noLink({ location }: StorageClient, key: string, why: string): ActionError {
  return new ActionError(
    'links',
    `The platform gives no link to ${printable(s3Uri(location, key))}: ${why}`,
    {
      hint: `Ask those who run the platform whether the client app may have links to this workspace; ${otherwise}`,
    },
  );
}

function refusedLink({ location }: StorageClient, key: string, cause: TerrapiError): ActionError {
  const who =
    cause.status === 403
      ? `The client app may not have links to this workspace from the platform: ask its owner.`
      : (cause.hint ?? '');
  return new ActionError(
    'links',
    `The platform gives no link to ${printable(s3Uri(location, key))}: ${cause.message}`,
    { hint: `${who} ${otherwise}`, cause },
  );
}
