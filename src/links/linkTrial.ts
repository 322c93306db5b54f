import { isNetworkError } from '../http/networkErrors.ts';
import type { RetryPolicy } from '../http/retry.ts';
import type { StorageClient } from '../storage/client.ts';
import { isMd5Etag, normalizeEtag } from '../storage/etag.ts';
import { StorageError, createStorageRetrier, storageError } from '../storage/s3Error.ts';
import { type ObjectHead, headObject } from '../storage/head.ts';

/** `unreachable`: the runner does not reach the host of the link, or the host does not answer properly. */
export type TrialResult =
  { readonly kind: 'opens' } | { readonly kind: 'fails' | 'unreachable'; readonly why: string };

/** Shorter than for the platform, because the files are already stored and only one of many links is tested. */
const policy: RetryPolicy = {
  baseMs: 250,
  maxMs: 2_000,
  budgetMs: 15_000,
  start: { refusedMs: 1_000, silentMs: 15_000 },
};
const answerMs = 15_000;

interface Answered {
  readonly status: number;
  /** Bytes of the object; undefined if the response does not say it. */
  readonly size: number | undefined;
  /** Without quotes; empty if there is none. */
  readonly etag: string;
}

/** Requests the first byte of a link, as a browser would, and compares size and ETag with the object. */
export async function tryLink(
  url: URL,
  key: string,
  client: StorageClient,
  signal: AbortSignal,
): Promise<TrialResult> {
  const [object, answer] = await Promise.all([
    objectHead(client, key),
    requestFirstByte(url, client, signal).catch((error: unknown) => {
      if (error instanceof StorageError) return `responds with ${error.status}`;
      if (!signal.aborted && isNetworkError(error)) return 'cannot be reached';
      throw error;
    }),
  ]);
  if (typeof answer === 'string') return { kind: 'unreachable', why: `its host ${url.host} ${answer}` };
  return compare(url, answer, object, url.host === client.location.endpoint.host);
}

/** @param isOwn whether the storage itself responds; other hosts, e.g. a CDN, may use different ETags */
function compare(
  url: URL,
  { status, size, etag }: Answered,
  object: ObjectHead | undefined,
  isOwn: boolean,
): TrialResult {
  // For an empty object every range is out of bounds.
  const isEmpty = status === 416 && size === 0 && (object?.size ?? 0) === 0;
  if (status !== 200 && status !== 206 && !isEmpty)
    return { kind: 'fails', why: `the link to ${url.host} does not open it: the response is ${status}` };
  if (object === undefined || isEmpty) return { kind: 'opens' };
  const comparableEtag = isOwn || (isMd5Etag(etag) && isMd5Etag(object.etag)) ? etag : '';
  const isSame = (size ?? object.size) === object.size && (comparableEtag || object.etag) === object.etag;
  return isSame && (size !== undefined || comparableEtag !== '')
    ? { kind: 'opens' }
    : { kind: 'fails', why: `the link to ${url.host} opens an object with another size or ETag` };
}

/** The object as the session sees it; undefined if the session may not read it. */
async function objectHead(client: StorageClient, key: string): Promise<ObjectHead | undefined> {
  try {
    return await headObject(client, key);
  } catch (error) {
    if (error instanceof StorageError) return undefined;
    throw error;
  }
}

/** @throws StorageError for a response that is still transient after all retries */
function requestFirstByte(
  url: URL,
  { transport: { dispatcher }, clock }: StorageClient,
  signal: AbortSignal,
): Promise<Answered> {
  const retrier = createStorageRetrier(clock, { policy, signal });
  return retrier(async () => {
    const { statusCode, headers, body } = await dispatcher.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: 'GET',
      headers: { range: 'bytes=0-0', 'accept-encoding': 'identity' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
      headersTimeout: answerMs,
      bodyTimeout: answerMs,
    });
    // If the server ignores the range and sends all of the object, the connection is closed.
    await body.dump({ limit: 64 * 1024 }).catch(() => undefined);
    if (statusCode >= 500 || statusCode === 429) throw storageError(statusCode, headers, '');
    const text = (name: string) => headers[name]?.toString();
    const etag = normalizeEtag(text('etag'));
    return { status: statusCode, size: sizeOf(statusCode, text), etag };
  });
}

/** Bytes of the whole object: from `Content-Range` (RFC 9110, 14.4), or from `Content-Length` of a 200 response. */
function sizeOf(status: number, header: (name: string) => string | undefined): number | undefined {
  const text =
    status === 200 ? header('content-length') : /\/(\d+)$/.exec(header('content-range') ?? '')?.[1];
  return text === undefined ? undefined : Number(text);
}
