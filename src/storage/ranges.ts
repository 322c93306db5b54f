import { isBefore } from './listingPage.ts';
import type { RemoteObject } from '../sync/remoteObject.ts';

/** Keys after one of them, up to another with that itself; undefined: to the end. */
export interface KeyRange {
  readonly after: string;
  readonly until: string | undefined;
}

/** Ranges that are asked for at once: listing is work for the storage, and it is there for others too. */
const most = 4;

/** A page holds 1,000 keys; some more than were expected should not cost another one. */
const roomyPage = 950;

/**
 * Cuts what comes after the key `last` into ranges that have about as many pages, if what is expected is there.
 * @param expected keys, in the order of a listing
 * @returns what each range begins after, `last` for the first; none where it is not worth it
 */
export function rangeBounds(expected: readonly string[], last: string): string[] {
  const start = expected.findIndex((key) => isBefore(last, key));
  if (start < 0) return [];
  const pages = Math.ceil((expected.length - start) / roomyPage);
  const step = Math.ceil(pages / most) * roomyPage;
  const bounds = [last];
  for (let place = start + step - 1; place < expected.length - 1; place += step) {
    const key = expected[place];
    if (key !== undefined && isBefore(bounds.at(-1) ?? '', key)) bounds.push(key);
  }
  return bounds.length > 1 ? bounds : [];
}

/** Those of a page's objects that a range has. */
export function within({ until }: KeyRange, objects: readonly RemoteObject[]): readonly RemoteObject[] {
  const end = until === undefined ? -1 : objects.findIndex(({ key }) => isBefore(until, key));
  return end < 0 ? objects : objects.slice(0, end);
}
