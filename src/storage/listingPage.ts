import type { RemoteObject } from '../sync/remoteObject.ts';
import { excerpt } from '../text/sanitize.ts';
import { normalizeEtag } from './etag.ts';
import { StorageError } from './s3Error.ts';
import { notS3Error } from './storedCheck.ts';
import { element, elements } from './xml.ts';
import type { WireResponse } from './wire.ts';

export interface Page {
  readonly objects: readonly RemoteObject[];
  /** Continuation token of the next page; undefined for the last page. */
  readonly next: string | undefined;
}

/** Where a page begins. */
export interface PageStart {
  /** Continuation token of the page before it; without one, the page begins after `after`, or with the prefix. */
  readonly token?: string | undefined;
  /** The last key before this page. */
  readonly after?: string | undefined;
}

/** Consecutive empty pages after which a listing counts as endless. */
const maxEmptyPages = 100;

/**
 * Parses a page of a listing (S3 API, ListObjectsV2).
 * @param prefix the requested prefix
 * @throws StorageError for an answer that is not such a page, or that is unreliable
 */
export function readPage({ status, headers, body }: WireResponse, prefix: string): Page {
  if (status !== 200 || !/<\/ListBucketResult>\s*$/.test(body.slice(-1_000)))
    throw notS3Error({ status, headers, body });
  if (body.lastIndexOf('<Contents>') > body.lastIndexOf('</Contents>'))
    throw unreliable(prefix, 'has an incomplete entry');
  const decode = element(body, 'EncodingType') === 'url' ? urlDecode : (key: string) => key;
  const objects: RemoteObject[] = [];
  for (const entry of elements(body, 'Contents')) objects.push(readObject(entry, prefix, decode));
  const isTruncated = element(body, 'IsTruncated')?.trim().toLowerCase();
  // Without `IsTruncated`, a continuation token means that there are more pages.
  const token = element(body, 'NextContinuationToken');
  const next = isTruncated === 'false' || token === '' ? undefined : token;
  if (isTruncated === 'true' && next === undefined)
    throw unreliable(prefix, 'has more pages, but no continuation token');
  return { objects, next };
}

function readObject(
  entry: string,
  prefix: string,
  decode: (key: string) => string | undefined,
): RemoteObject {
  const written = element(entry, 'Key') ?? '';
  const key = decode(written);
  // HTTP clients and file systems resolve `.` and `..` segments.
  if (!key?.startsWith(prefix) || hasDotSegment(key))
    throw unreliable(prefix, `has the key '${excerpt(key ?? written, 80)}', which is outside of it`);
  const digits = element(entry, 'Size') ?? '';
  const size = /^\d+$/.test(digits) ? Number(digits) : NaN;
  if (!Number.isSafeInteger(size))
    throw unreliable(prefix, `has the size '${excerpt(digits, 40)}' for '${excerpt(key, 80)}'`);
  const time = element(entry, 'LastModified') ?? '';
  // An object of unknown age must never count as old, which could delete it.
  const lastModified = /^\d{4}-\d\d-\d\dT/.test(time) ? Date.parse(time) : NaN;
  return {
    key,
    size,
    etag: normalizeEtag(element(entry, 'ETag')),
    lastModified: Number.isNaN(lastModified) ? Infinity : lastModified,
  };
}

function hasDotSegment(key: string): boolean {
  return (key.startsWith('.') || key.includes('/.')) && /(?:^|\/)\.\.?(?:\/|$)/.test(key);
}

/** Decodes `encoding-type: url`: percent-encoding, with `+` for a space. */
export function urlDecode(key: string): string | undefined {
  if (!/[%+]/.test(key)) return key;
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/**
 * Checks the pages of a listing, one after the other, so that every listing ends: keys must ascend, and no continuation token may come
 * twice.
 * @param after the key after which the first page begins
 * @returns a function that checks a page and returns the start of the next one; undefined after the last page
 */
export function createPageCheck(prefix: string, after?: string): (page: Page) => PageStart | undefined {
  const tokens = new Set<string>();
  let last = after;
  let empty = 0;
  return ({ objects, next }) => {
    for (const { key } of objects) {
      if (last !== undefined && !isBefore(last, key))
        throw unreliable(prefix, `is not sorted: '${excerpt(key, 80)}' comes after '${excerpt(last, 80)}'`);
      last = key;
    }
    if (next === undefined) return undefined;
    empty = objects.length === 0 ? empty + 1 : 0;
    if (tokens.has(next)) throw unreliable(prefix, 'repeats a continuation token');
    if (empty > maxEmptyPages) throw unreliable(prefix, 'has too many empty pages');
    tokens.add(next);
    return { token: next, after: last };
  };
}

/** Compares keys as S3 sorts them, by UTF-8 bytes. JavaScript's order by UTF-16 differs only for surrogates. */
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
