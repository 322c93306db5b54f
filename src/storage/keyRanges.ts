import { isBefore } from './listingPage.ts';
import type { RemoteObject } from '../sync/remoteObject.ts';

/** The keys after `after`, up to and including `until`. */
export interface KeyRange {
  readonly after: string;
  /** Undefined: to the end of the listing. */
  readonly until: string | undefined;
}

/** Most ranges that are requested in parallel. Listing costs the storage work, and others use it too. */
const maxRanges = 4;

/** Expected keys for each page. A page has 1,000 keys; a few unexpected ones should not cost another page. */
const keysPerPage = 950;

/**
 * Divides the keys after `last` into ranges of about the same number of pages, by the keys that are expected.
 * @param expected keys, sorted as in a listing
 * @returns the key before each range, `last` for the first one; empty if dividing saves nothing
 */
export function rangeBounds(expected: readonly string[], last: string): string[] {
  const start = expected.findIndex((key) => isBefore(last, key));
  if (start < 0) return [];
  const pages = Math.ceil((expected.length - start) / keysPerPage);
  const step = Math.ceil(pages / maxRanges) * keysPerPage;
  const bounds = [last];
  for (let place = start + step - 1; place < expected.length - 1; place += step) {
    const key = expected[place];
    if (key !== undefined && isBefore(bounds.at(-1) ?? '', key)) bounds.push(key);
  }
  return bounds.length > 1 ? bounds : [];
}

/** The objects of a page that are within a range. */
export function within({ until }: KeyRange, objects: readonly RemoteObject[]): readonly RemoteObject[] {
  const end = until === undefined ? -1 : objects.findIndex(({ key }) => isBefore(until, key));
  return end < 0 ? objects : objects.slice(0, end);
}
