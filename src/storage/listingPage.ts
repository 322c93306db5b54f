import type { RemoteObject } from '../sync/remoteObject.ts';
import { excerpt } from '../text/sanitize.ts';
import { plainEtag } from './etag.ts';
import type { WireAnswer } from './http.ts';
import { StorageError } from './s3Error.ts';
import { notS3 } from './stored.ts';
import { element, elements } from './xml.ts';

export interface Page {
  readonly objects: readonly RemoteObject[];
  /** Where the next page begins; undefined for the last one. */
  readonly next: string | undefined;
}

/** Where a page begins. */
export interface From {
  /** What the page before says; undefined for a page that begins with the prefix, or after `after`. */
  readonly token?: string | undefined;
  /** The last key before it. */
  readonly after?: string | undefined;
}

/** Pages without an object, one after the other, before a listing counts as endless. */
const mostEmptyPages = 100;

/**
 * Reads a page of a listing (S3 API, ListObjectsV2).
 * @param prefix what was asked for
 * @throws StorageError for an answer that is no such page, or that nobody can rely on
 */
export function readPage({ status, headers, body }: WireAnswer, prefix: string): Page {
  if (status !== 200 || !/<\/ListBucketResult>\s*$/.test(body.slice(-1_000)))
    throw notS3({ status, headers, body });
  if (body.lastIndexOf('<Contents>') > body.lastIndexOf('</Contents>'))
    throw unreliable(prefix, 'has an entry without an end');
  const decode = element(body, 'EncodingType') === 'url' ? urlDecode : (key: string) => key;
  const objects: RemoteObject[] = [];
  for (const entry of elements(body, 'Contents')) objects.push(readObject(entry, prefix, decode));
  const isTruncated = element(body, 'IsTruncated')?.trim().toLowerCase();
  // Where nothing else is said, a page that names the next one is not the last.
  const token = element(body, 'NextContinuationToken');
  const next = isTruncated === 'false' || token === '' ? undefined : token;
  if (isTruncated === 'true' && next === undefined)
    throw unreliable(prefix, 'goes on, and does not say where');
  return { objects, next };
}

function readObject(
  entry: string,
  prefix: string,
  decode: (key: string) => string | undefined,
): RemoteObject {
  const written = element(entry, 'Key') ?? '';
  const key = decode(written);
  // Clients of HTTP and file systems take a segment of dots for the way to somewhere else.
  if (!key?.startsWith(prefix) || /(?:^|\/)\.\.?(?:\/|$)/.test(key))
    throw unreliable(prefix, `has the key '${excerpt(key ?? written, 80)}', which is not below it`);
  const digits = element(entry, 'Size') ?? '';
  const size = /^\d+$/.test(digits) ? Number(digits) : NaN;
  if (!Number.isSafeInteger(size))
    throw unreliable(prefix, `gives '${excerpt(key, 80)}' the size '${excerpt(digits, 40)}'`);
  const time = element(entry, 'LastModified') ?? '';
  // An object of unknown age never counts as old.
  const lastModified = /^\d{4}-\d\d-\d\dT/.test(time) ? Date.parse(time) : NaN;
  return {
    key,
    size,
    etag: plainEtag(element(entry, 'ETag')),
    lastModified: Number.isNaN(lastModified) ? Infinity : lastModified,
  };
}

/** As query strings are written: a space is `+`. */
export function urlDecode(key: string): string | undefined {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/**
 * Goes from page to page of a listing, and holds each against those before it, so that a listing always ends: keys ascend, and no page
 * begins where another one did.
 * @param after the key after which the first page begins
 * @returns takes a page, and says where the next one begins; undefined after the last one
 */
export function follower(prefix: string, after?: string): (page: Page) => From | undefined {
  const tokens = new Set<string>();
  let last = after;
  let empty = 0;
  return ({ objects, next }) => {
    for (const { key } of objects) {
      if (last !== undefined && !isBefore(last, key))
        throw unreliable(prefix, `goes backwards: '${excerpt(key, 80)}' comes after '${excerpt(last, 80)}'`);
      last = key;
    }
    if (next === undefined) return undefined;
    empty = objects.length === 0 ? empty + 1 : 0;
    if (tokens.has(next) || empty > mostEmptyPages) throw unreliable(prefix, 'goes round in circles');
    tokens.add(next);
    return { token: next, after: last };
  };
}

/** The order of S3's listings is that of UTF-8; JavaScript's, by UTF-16, is the same but where surrogates are. */
export function isBefore(a: string, b: string): boolean {
  return /[\ud800-\udfff]/.test(a) || /[\ud800-\udfff]/.test(b)
    ? Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0
    : a < b;
}

function unreliable(prefix: string, what: string): StorageError {
  return new StorageError({
    status: 200,
    code: 'UnreliableListing',
    message: `the listing of '${excerpt(prefix, 80)}' ${what}`,
  });
}
