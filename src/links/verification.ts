import { isNetworkError } from '../http/networkErrors.ts';
import type { RetryPolicy } from '../http/retry.ts';
import type { StorageClient } from '../storage/client.ts';
import { isDigest, plainEtag } from '../storage/etag.ts';
import { StorageError, createStorageRetrier, storageError } from '../storage/s3Error.ts';
import { type ObjectHead, headObject } from '../storage/head.ts';

/** How a link was found to be: it opens the object, or it does not, or its host cannot be reached from here. */
export type TrialResult =
  { readonly kind: 'opens' } | { readonly kind: 'fails' | 'unreachable'; readonly why: string };

/** Only one link of many is tried, and the files are stored already: a host that is away is not waited for as the platform is. */
const policy: RetryPolicy = {
  baseMs: 250,
  maxMs: 2_000,
  budgetMs: 15_000,
  start: { refusedMs: 1_000, silentMs: 15_000 },
};
const answerMs = 15_000;

interface Answered {
  readonly status: number;
  /** Bytes of the object, where the answer says so. */
  readonly size: number | undefined;
  /** Without quotes; empty where there is none. */
  readonly etag: string;
}

/** Opens a link as a browser would, for its first byte, and compares what it opens with the object. */
export async function tryLink(
  url: URL,
  key: string,
  client: StorageClient,
  signal: AbortSignal,
): Promise<TrialResult> {
  const [object, answer] = await Promise.all([
    headOf(client, key),
    ask(url, client, signal).catch((error: unknown) => {
      if (error instanceof StorageError) return `answers with ${error.status}`;
      if (!signal.aborted && isNetworkError(error)) return 'cannot be reached';
      throw error;
    }),
  ]);
  if (typeof answer === 'string') return { kind: 'unreachable', why: `its host ${url.host} ${answer}` };
  return compare(url, answer, object, url.host === client.location.endpoint.host);
}

/** @param isOwn whether it is the storage itself that answers; another host, such as that of a CDN, may give ETags of its own making */
function compare(
  url: URL,
  { status, size, etag }: Answered,
  object: ObjectHead | undefined,
  isOwn: boolean,
): TrialResult {
  // Nothing is in the range of an empty object.
  const isEmpty = status === 416 && size === 0 && (object?.size ?? 0) === 0;
  if (status !== 200 && status !== 206 && !isEmpty)
    return { kind: 'fails', why: `the link to ${url.host} does not open it: the answer is ${status}` };
  if (object === undefined || isEmpty) return { kind: 'opens' };
  const told = isOwn || (isDigest(etag) && isDigest(object.etag)) ? etag : '';
  const isSame = (size ?? object.size) === object.size && (told || object.etag) === object.etag;
  return isSame && (size !== undefined || told !== '')
    ? { kind: 'opens' }
    : { kind: 'fails', why: `the link to ${url.host} opens something of another size or ETag` };
}

/** The object by the session's own request; undefined where the session may not look at it. */
async function headOf(client: StorageClient, key: string): Promise<ObjectHead | undefined> {
  try {
    return await headObject(client, key);
  } catch (error) {
    if (error instanceof StorageError) return undefined;
    throw error;
  }
}

/** @throws StorageError for an answer that another try may change */
function ask(
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
    // The connection is dropped where the server sends all of it.
    await body.dump({ limit: 64 * 1024 }).catch(() => undefined);
    if (statusCode >= 500 || statusCode === 429) throw storageError(statusCode, headers, '');
    const text = (name: string) => headers[name]?.toString();
    const etag = plainEtag(text('etag'));
    return { status: statusCode, size: sizeOf(statusCode, text), etag };
  });
}

/** Bytes of the whole object: after the slash of `Content-Range`, else the length of an answer with all of it (RFC 9110, 14.4). */
function sizeOf(status: number, header: (name: string) => string | undefined): number | undefined {
  const text =
    status === 200 ? header('content-length') : /\/(\d+)$/.exec(header('content-range') ?? '')?.[1];
  return text === undefined ? undefined : Number(text);
}
