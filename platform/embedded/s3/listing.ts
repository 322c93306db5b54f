import { compareKeys } from './objects.ts';

export interface ListingRequest {
  readonly prefix: string;
  /** Empty for none. */
  readonly delimiter: string;
  /** The page starts after this key or common prefix. Empty for the first page. */
  readonly after: string;
  readonly limit: number;
}

export interface Listing {
  readonly keys: readonly string[];
  readonly commonPrefixes: readonly string[];
  /** The next page starts after it. `undefined` on the last page. */
  readonly next: string | undefined;
}

/**
 * One page of a listing.
 *
 * @param keys all keys, sorted by `compareKeys`
 * @param isHidden whether a key is omitted
 */
export function listKeys(
  keys: readonly string[],
  request: ListingRequest,
  isHidden: (key: string) => boolean,
): Listing {
  const { prefix, delimiter, after, limit } = request;
  const found: string[] = [];
  const commonPrefixes: string[] = [];
  let last = after;
  for (let index = firstFrom(keys, prefix > after ? prefix : after); index < keys.length; index++) {
    const key = keys[index] ?? '';
    if (!key.startsWith(prefix)) break;
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const entry = end === -1 ? key : key.slice(0, end + delimiter.length);
    // After a common prefix, the next page skips all keys with that prefix.
    if (compareKeys(entry, last) <= 0 || isHidden(key)) continue;
    if (found.length + commonPrefixes.length === limit) {
      return { keys: found, commonPrefixes, next: limit === 0 ? undefined : last };
    }
    (end === -1 ? found : commonPrefixes).push(entry);
    last = entry;
  }
  return { keys: found, commonPrefixes, next: undefined };
}

/** Index of the first key that is not before `start`. */
function firstFrom(keys: readonly string[], start: string): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(keys[middle] ?? '', start) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
