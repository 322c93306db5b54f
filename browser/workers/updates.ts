import type { PreviewSite } from '../../src/preview/previewData.ts';

/** Finds a newer worker, after the site was published again or its links were renewed. */
export interface Updates {
  /** Whether the links expire so soon that new ones may exist. */
  readonly isLate: () => boolean;
  /** Checks now and for a while, because an upload writes the worker last. */
  readonly look: () => void;
}

/** Milliseconds before the links expire. */
const late = 120_000;
/** Milliseconds between two checks, and the number of checks after one request. */
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

/** Takes control of all open pages. Reloads those that show another version, so that no page mixes two versions. */
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
    // The tab reloads with its frames.
    if (site.frame !== null && client.frameType === 'nested') continue;
    url.hash = '';
    // No await: the reloaded page waits until this worker is active.
    client.navigate(url.href).catch(() => undefined);
  }
}

/** Returns the version of the previous worker, and stores the new version in its place. */
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
    // The browser stores nothing. One reload too many does no harm.
    return undefined;
  }
}
