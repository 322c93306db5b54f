import type { RemoteObject } from './listing.ts';

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

/** A storage that does not list in the order of S3 (general purpose buckets of AWS, MinIO and Ceph do) cannot be asked for ranges. */
export class OutOfOrder extends Error {}

/**
 * The keys of a range that a page has, and whether there are more.
 * @param page what comes after the range's beginning, or after an earlier page
 * @throws OutOfOrder
 */
export function within({ after, until }: KeyRange, page: readonly RemoteObject[]): readonly RemoteObject[] {
  let before = after;
  for (const { key } of page) {
    if (!isBefore(before, key)) throw new OutOfOrder(`'${key}' is listed after '${before}'`);
    before = key;
  }
  const end = until === undefined ? -1 : page.findIndex(({ key }) => isBefore(until, key));
  return end < 0 ? page : page.slice(0, end);
}

/** What is left of a range after these keys of it; undefined: nothing. */
export function restOf({ until }: KeyRange, keys: readonly RemoteObject[]): KeyRange | undefined {
  const after = keys.at(-1)?.key;
  if (after === undefined) throw new OutOfOrder('A page without keys is not the last one');
  return after === until ? undefined : { after, until };
}

/** The order of S3's listings is that of UTF-8; JavaScript's, by UTF-16, is the same but where surrogates are. */
export function isBefore(a: string, b: string): boolean {
  return /[\ud800-\udfff]/.test(a) || /[\ud800-\udfff]/.test(b)
    ? Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0
    : a < b;
}
