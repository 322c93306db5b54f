import { type StorageClient, sendAndRead } from './client.ts';
import { type From, type Page, follower, readPage } from './listingPage.ts';
import type { RemoteObject } from '../sync/object.ts';
import { type KeyRange, rangeBounds, within } from './ranges.ts';
import { objectPath } from './signer.ts';

/** All objects whose keys begin with `prefix`, in the order of their keys. */
export async function listObjects(client: StorageClient, prefix: string): Promise<RemoteObject[]> {
  const found: RemoteObject[] = [];
  for await (const objects of listPages(client, prefix)) found.push(...objects);
  return found;
}

type Ask = (from: From) => Promise<Page>;

/**
 * All objects whose keys begin with `prefix`, in the order of their keys, by pages of 1,000 (S3 API, ListObjectsV2). The next page is asked
 * for before one is handed out, so that the storage works on it meanwhile.
 * @throws StorageError also for a listing that nobody can rely on: it goes backwards or in circles, or has keys outside of the prefix
 */
export async function* listPages(
  client: StorageClient,
  prefix: string,
): AsyncGenerator<readonly RemoteObject[]> {
  yield* pagesFrom(askFor(client, prefix), {}, follower(prefix));
}

/**
 * As {@link listPages}, but in any order, and an object may come twice. Who knows which keys to expect gets them sooner: what is between
 * some of them is asked for at the same time.
 * @param expected keys, in the order of a listing
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
    // Whoever goes through the pages may stop before this one is waited for.
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

/** A page has 1,000 objects at most, of which each takes some 3 KiB at most with its key encoded. */
const longestPage = 8 * 1024 ** 2;

/**
 * Keys are asked for percent-encoded, since XML has no way to write some of the characters that they may hold. The answer is read here and not
 * by the SDK: over 14 pages that takes 20 ms of CPU instead of 400.
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
