import { ActionError } from '../errors/error.ts';
import { rejectOnAbort } from '../http/abortSignals.ts';
import { isLoopback } from '../http/urls.ts';
import { sanitize } from '../text/sanitize.ts';
import { s3Uri } from '../storage/uri.ts';
import type { StorageClient } from '../storage/client.ts';
import type { Terrapi } from '../terrapi/terrapi.ts';
import { TerrapiError } from '../terrapi/request.ts';
import { linkProblem, linkTemplate } from './urlChecks.ts';
import { linkExpiry } from './linkExpiry.ts';
import type { Links } from './manifest.ts';
import { type TrialResult, tryLink } from './linkTrial.ts';
import { setting } from '../text/wording.ts';

export interface PlatformLinkOptions {
  readonly terrapi: Terrapi;
  readonly client: StorageClient;
  readonly signal: AbortSignal;
  /** Results of tested links by their {@link linkTemplate}. All calls of one run share it. */
  readonly tried: Map<string, Promise<TrialResult>>;
  /** Links that were requested before the others, by {@link prefetchPlatformLink}. All calls of one run share it. */
  readonly early: Map<string, Promise<PlatformLink>>;
  /** Resolves when the objects are stored, so that links can be requested before; undefined if they are. */
  readonly stored?: Promise<unknown> | undefined;
  /** Called for each link that the platform returned. */
  readonly onLink?: (() => void) | undefined;
  /** Called once if a link cannot be tested, because the runner does not reach its host. Without it, such a link is an error. */
  readonly onUntried?: ((why: string) => void) | undefined;
}

interface PlatformLink {
  readonly url: string;
  /** Milliseconds since the epoch; undefined if the link does not say it. */
  readonly expiry: number | undefined;
}

/**
 * Requests the link of one key, e.g. while the objects are uploaded. {@link requestPlatformLinks} uses it, and throws its error.
 * @param tools `stored` resolves when the object of the key is stored
 */
export function prefetchPlatformLink(key: string, tools: PlatformLinkOptions): void {
  const link = requestLink(key, tools);
  link.catch(() => undefined);
  tools.early.set(key, link);
}

/** Concurrent requests. The number is low, because people use TerrAPI at the same time. */
const concurrency = 8;

/**
 * Requests a link for each key from the platform. The platform decides when a link expires. If one link does not say when, the expiry of all is
 * unknown.
 * @throws ActionError `platform-links` for the first key without a usable link; errors of TerrAPI
 */
export async function requestPlatformLinks(
  keys: Iterable<string>,
  tools: PlatformLinkOptions,
): Promise<Links> {
  const failed = new AbortController();
  const signal = AbortSignal.any([tools.signal, failed.signal]);
  const urls = new Map<string, string>();
  let expiresAt = Infinity;
  const left = keys[Symbol.iterator]();
  const work = async () => {
    for (let next = left.next(); !next.done && !signal.aborted; next = left.next()) {
      const { url, expiry } = await linkTo(next.value, { ...tools, signal });
      urls.set(next.value, url);
      expiresAt = Math.min(expiresAt, expiry ?? NaN);
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
    // Report the first failure. The others are requests that it aborted.
    throw failed.signal.reason;
  });
  tools.signal.throwIfAborted();
  return {
    signedBy: 'platform',
    url: (key) => {
      const url = urls.get(key);
      if (url === undefined) throw new Error(`No link was requested for '${sanitize(key)}'`);
      return url;
    },
    expiresAt: Number.isNaN(expiresAt) ? undefined : expiresAt,
  };
}

function linkTo(key: string, tools: PlatformLinkOptions): Promise<PlatformLink> {
  const early = tools.early.get(key);
  // It has another signal than the requests of this call.
  return early ? Promise.race([early, rejectOnAbort(tools.signal)]) : requestLink(key, tools);
}

async function requestLink(key: string, tools: PlatformLinkOptions): Promise<PlatformLink> {
  const { terrapi, client, signal } = tools;
  const object = objectUrl(client, key);
  const link = await terrapi.downloadLink(object, signal).catch((error: unknown) => {
    throw error instanceof TerrapiError ? refusedLink(client, key, error) : error;
  });
  const url = new URL(link);
  const bare = new URL(client.path(key), client.location.endpoint).href;
  if (url.protocol === 's3:' || url.href === bare) {
    throw noLink(
      client,
      key,
      `it returned the address of the object itself, as it does for objects outside the user's storage`,
    );
  }
  const problem = linkProblem(link, client.transport.plainHttp);
  if (problem !== undefined) throw noLink(client, key, problem);
  const expiry = linkExpiry(url.href);
  if (expiry !== undefined && expiry <= client.clock.now())
    throw noLink(client, key, `the link expired at ${new Date(expiry).toISOString()}`);
  await requireOpening(url, key, tools);
  return { url: url.href, expiry };
}

/** Tests a link unless one with the same template was tested before. */
async function requireOpening(url: URL, key: string, tools: PlatformLinkOptions): Promise<void> {
  const { client, signal, tried, onUntried } = tools;
  const place = linkTemplate(url, key);
  const known = place === undefined ? undefined : tried.get(place);
  const result = known ?? whenStored(tools.stored, () => tryLink(url, key, client, signal));
  if (place !== undefined) tried.set(place, result);
  const trial = await result;
  if (trial.kind === 'opens') return;
  // Readers may reach a host that the runner cannot reach. A link that contains the key is then accepted without a test.
  const mayOpen = trial.kind === 'unreachable' && place !== undefined && !isLoopback(url.hostname);
  if (!mayOpen || !onUntried) throw noLink(client, key, trial.why);
  if (!known) onUntried(trial.why);
}

async function whenStored<T>(stored: Promise<unknown> | undefined, test: () => Promise<T>): Promise<T> {
  await stored;
  return test();
}

/** The URL to send to TerrAPI. It is `s3:` unless the key has characters with a meaning in URLs, because `s3:` URLs have no defined encoding. */
function objectUrl(client: StorageClient, key: string): string {
  return /[%?#\\\p{Cc}]/u.test(key)
    ? new URL(client.path(key), client.location.endpoint).href
    : s3Uri(client.location, key);
}

const otherwise = () =>
  `Or set ${setting('links', 'session')}: the storage session of the upload then signs the links.`;

function noLink({ location }: StorageClient, key: string, why: string): ActionError {
  return new ActionError(
    'platform-links',
    `The platform gives no link to ${sanitize(s3Uri(location, key))}: ${why}`,
    {
      hint: `Ask the operators of the platform whether the client app may get links to this workspace. ${otherwise()}`,
    },
  );
}

function refusedLink({ location }: StorageClient, key: string, cause: TerrapiError): ActionError {
  const who =
    cause.status === 403
      ? `The client app has no permission for links to this workspace. Ask the owner of the workspace.`
      : (cause.hint ?? '');
  return new ActionError(
    'platform-links',
    `The platform gives no link to ${sanitize(s3Uri(location, key))}: ${cause.message}`,
    { hint: `${who} ${otherwise()}`, cause },
  );
}
