import { type StorageClient, sendAndRead } from './client.ts';
import { type PageStart, type Page, createPageCheck, readPage } from './listingPage.ts';
import type { RemoteObject } from '../sync/remoteObject.ts';
import { type KeyRange, rangeBounds, within } from './keyRanges.ts';
import { objectPath } from './signer.ts';

/** All objects whose keys begin with `prefix`, sorted by key. */
export async function listObjects(client: StorageClient, prefix: string): Promise<RemoteObject[]> {
  const found: RemoteObject[] = [];
  for await (const objects of listPages(client, prefix)) found.push(...objects);
  return found;
}

type RequestPage = (from: PageStart) => Promise<Page>;

/**
 * All objects whose keys begin with `prefix`, sorted by key, in pages of 1,000 (S3 API, ListObjectsV2). It requests the next page before it
 * yields the current one.
 * @throws StorageError also for an unreliable listing: unsorted, endless, or with keys outside of the prefix
 */
export async function* listPages(
  client: StorageClient,
  prefix: string,
): AsyncGenerator<readonly RemoteObject[]> {
  yield* pagesFrom(createPageRequest(client, prefix), {}, createPageCheck(prefix));
}

/**
 * Like {@link listPages}, but faster: the expected keys divide the listing into ranges, which are requested in parallel. Pages come in any
 * order, and an object may come twice.
 * @param expected keys, sorted as in a listing
 */
export async function* listExpected(
  client: StorageClient,
  prefix: string,
  expected: readonly string[],
): AsyncGenerator<readonly RemoteObject[]> {
  const request = createPageRequest(client, prefix);
  const check = createPageCheck(prefix);
  const page = await request({});
  const next = check(page);
  yield page.objects;
  if (next === undefined) return;
  const bounds = next.after === undefined ? [] : rangeBounds(expected, next.after);
  if (bounds.length === 0) yield* pagesFrom(request, next, check);
  // The last range has no end.
  else
    yield* pagesOfRanges(
      request,
      prefix,
      bounds.map((after, index) => ({ after, until: bounds[index + 1] })),
    );
}

type PageCheck = ReturnType<typeof createPageCheck>;

async function* pagesFrom(
  request: RequestPage,
  from: PageStart,
  check: PageCheck,
): AsyncGenerator<readonly RemoteObject[]> {
  for (let pending: Promise<Page> | undefined = request(from); pending;) {
    const page: Page = await pending;
    const next = check(page);
    pending = next && request(next);
    // The caller may stop before it waits for this page.
    pending?.catch(() => undefined);
    yield page.objects;
  }
}

interface RangeListing {
  readonly range: KeyRange;
  readonly check: PageCheck;
}

async function* pagesOfRanges(
  request: RequestPage,
  prefix: string,
  ranges: readonly KeyRange[],
): AsyncGenerator<readonly RemoteObject[]> {
  const pending = new Map<RangeListing, Promise<{ readonly listing: RangeListing; readonly page: Page }>>();
  const start = (listing: RangeListing, from: PageStart) => {
    const next = request(from).then((page) => ({ listing, page }));
    next.catch(() => undefined);
    pending.set(listing, next);
  };
  for (const range of ranges)
    start({ range, check: createPageCheck(prefix, range.after) }, { after: range.after });
  while (pending.size > 0) {
    const { listing, page } = await Promise.race(pending.values());
    pending.delete(listing);
    const next = listing.check(page);
    const objects = within(listing.range, page.objects);
    const isDone = objects.length < page.objects.length || next?.after === listing.range.until;
    // By key instead of by token: MinIO keeps a cache for each token, which takes longer than a new listing.
    if (next && !isDone) start(listing, page.objects.length > 0 ? { after: next.after } : next);
    yield objects;
  }
}

/** Size limit of a page: at most 1,000 objects of about 3 KiB each, with an encoded key. */
const maxPageBytes = 8 * 1024 ** 2;

/**
 * Requests pages with percent-encoded keys, because XML cannot contain all characters of a key. The SDK is not used here: for 14 pages its
 * parser takes 400 ms of CPU, this one 20.
 */
function createPageRequest(client: StorageClient, prefix: string): RequestPage {
  const path = objectPath(client.location.endpoint, client.location.bucket, '');
  return ({ token, after }) => {
    const query = {
      'list-type': '2',
      prefix,
      'encoding-type': 'url',
      ...(token !== undefined && { 'continuation-token': token }),
      ...(token === undefined && after !== undefined && { 'start-after': after }),
    };
    const call = { method: 'GET', path, query, keepBytes: maxPageBytes } as const;
    return sendAndRead(client, call, (answer) => readPage(answer, prefix));
  };
}
