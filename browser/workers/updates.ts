import type { PreviewSite } from '../../src/preview/site.ts';

/** Looks for a newer worker: the site was published again, or its links were. */
export interface Updates {
  /** Whether the links end so soon that new ones may be there. */
  readonly isLate: () => boolean;
  /** Looks now, and for a while: an upload that is under way brings the worker last. */
  readonly look: () => void;
}

/** Milliseconds before the end of the links. */
const late = 120_000;
/** Milliseconds between two looks, and how many there are before it is left to the next request. */
const pause = 4_000;
const looks = 6;

export function createUpdates(self: ServiceWorkerGlobalScope, site: PreviewSite) {
  let lookedAt = 0;
  let looking: Promise<void> | undefined;
  const lookOnce = async () => {
    lookedAt = Date.now();
    await self.registration.update().catch(() => undefined);
  };
  const lookForAWhile = async () => {
    for (let left = looks; left > 0; left -= 1) {
      const wait = lookedAt + pause - Date.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      await lookOnce();
      if (self.registration.installing ?? self.registration.waiting) return;
    }
  };
  return {
    during: (event: ExtendableEvent): Updates => ({
      isLate: () =>
        site.expiresAt !== null && Date.now() > site.expiresAt - late && Date.now() > lookedAt + late / 4,
      look: () => {
        looking ??= lookForAWhile().finally(() => (looking = undefined));
        event.waitUntil(looking);
      },
    }),
    takeOver: () => takeOver(self, site),
  };
}

/** Answers for all open pages from now on. Those that show another version are loaded again, so that none is half old and half new. */
async function takeOver(
  { clients, caches, registration }: ServiceWorkerGlobalScope,
  site: PreviewSite,
): Promise<void> {
  const before = await versionBefore(caches, registration.scope, site.version);
  await clients.claim();
  if (before === site.version) return;
  for (const client of await clients.matchAll({ type: 'window' })) {
    const url = new URL(client.url);
    if (url.pathname.endsWith(`/${site.entry}`)) continue;
    url.hash = '';
    // Not waited for: the page that is loaded waits for this worker to be active.
    client.navigate(url.href).catch(() => undefined);
  }
}

/** The version that the worker before this one had; the new one is kept in its place. */
async function versionBefore(
  caches: CacheStorage,
  scope: string,
  version: string,
): Promise<string | undefined> {
  try {
    const cache = await caches.open(`upload-to-workspace ${scope}`);
    const before = await (await cache.match(scope))?.text();
    await cache.put(scope, new Response(version));
    return before;
  } catch {
    // A browser that keeps nothing: better one reload too many.
    return undefined;
  }
}
