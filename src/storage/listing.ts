import { type StorageClient, sendAndRead } from './client.ts';
import { type From, type Page, follower, readPage } from './listingPage.ts';
import type { RemoteObject } from '../sync/object.ts';
import { type KeyRange, rangeBounds, within } from './ranges.ts';
import { objectPath } from './signer.ts';

/** All objects whose keys begin with `prefix`, sorted by key. */
export async function listObjects(client: StorageClient, prefix: string): Promise<RemoteObject[]> {
  const found: RemoteObject[] = [];
  for await (const objects of listPages(client, prefix)) found.push(...objects);
  return found;
}

type Ask = (from: From) => Promise<Page>;

/**
 * All objects whose keys begin with `prefix`, sorted by key, in pages of 1,000 (S3 API, ListObjectsV2). It requests the next page before it
 * yields the current one.
 * @throws StorageError also for an unreliable listing: unsorted, endless, or with keys outside of the prefix
 */
export async function* listPages(
  client: StorageClient,
  prefix: string,
): AsyncGenerator<readonly RemoteObject[]> {
  yield* pagesFrom(askFor(client, prefix), {}, follower(prefix));
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
  const ask = askFor(client, prefix);
  const follow = follower(prefix);
  const page = await ask({});
  const next = follow(page);
  yield page.objects;
  if (next === undefined) return;
  const bounds = next.after === undefined ? [] : rangeBounds(expected, next.after);
  if (bounds.length === 0) yield* pagesFrom(ask, next, follow);
  // The last range has no end.
  else
    yield* pagesOfRanges(
      ask,
      prefix,
      bounds.map((after, index) => ({ after, until: bounds[index + 1] })),
    );
}

type Follow = ReturnType<typeof follower>;

async function* pagesFrom(ask: Ask, from: From, follow: Follow): AsyncGenerator<readonly RemoteObject[]> {
  for (let asked: Promise<Page> | undefined = ask(from); asked;) {
    const page: Page = await asked;
    const next = follow(page);
    asked = next && ask(next);
    // The caller may stop before it waits for this page.
    asked?.catch(() => undefined);
    yield page.objects;
  }
}

interface Walk {
  readonly range: KeyRange;
  readonly follow: Follow;
}

async function* pagesOfRanges(
  ask: Ask,
  prefix: string,
  ranges: readonly KeyRange[],
): AsyncGenerator<readonly RemoteObject[]> {
  const underWay = new Map<Walk, Promise<{ readonly walk: Walk; readonly page: Page }>>();
  const start = (walk: Walk, from: From) => {
    const asked = ask(from).then((page) => ({ walk, page }));
    asked.catch(() => undefined);
    underWay.set(walk, asked);
  };
  for (const range of ranges) start({ range, follow: follower(prefix, range.after) }, { after: range.after });
  while (underWay.size > 0) {
    const { walk, page } = await Promise.race(underWay.values());
    underWay.delete(walk);
    const next = walk.follow(page);
    const objects = within(walk.range, page.objects);
    const isDone = objects.length < page.objects.length || next?.after === walk.range.until;
    // A key, and not the token: MinIO keeps a cache for each token, which takes longer than to begin anew.
    if (next && !isDone) start(walk, page.objects.length > 0 ? { after: next.after } : next);
    yield objects;
  }
}

/** Size limit of a page: at most 1,000 objects of about 3 KiB each, with an encoded key. */
const longestPage = 8 * 1024 ** 2;

/**
 * Requests pages with percent-encoded keys, because XML cannot contain all characters of a key. The SDK is not used here: for 14 pages its
 * parser takes 400 ms of CPU, this one 20.
 */
function askFor(client: StorageClient, prefix: string): Ask {
  const path = objectPath(client.location.endpoint, client.location.bucket, '');
  return ({ token, after }) => {
    const query = {
      'list-type': '2',
      prefix,
      'encoding-type': 'url',
      ...(token !== undefined && { 'continuation-token': token }),
      ...(token === undefined && after !== undefined && { 'start-after': after }),
    };
    const call = { method: 'GET', path, query, keep: longestPage } as const;
    return sendAndRead(client, call, (answer) => readPage(answer, prefix));
  };
}
