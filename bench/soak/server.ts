/** The servers of a soak, in a process of their own, so that the figures of the clients are only theirs. `soak.ts` starts it. */
import { buckets } from '../../platform/catalogue.ts';
import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import { listen } from '../../platform/listener.ts';
import { createFaultyProxy } from './faults.ts';
import type { FaultyProxy } from './faults.ts';

/** Seconds of a storage session. */
const sessionSeconds = 25;
/** One storage session in so many is refused first. */
const refusedEvery = 7;

export interface ServerAddresses {
  readonly issuer: string;
  readonly apiUrl: string;
}

/** What the storage has below a prefix, and what happened so far. */
export interface ServerState {
  readonly objects: number;
  readonly pending: number;
  readonly sessions: number;
  readonly counts: FaultyProxy['counts'];
}

const platform = await startEmbeddedPlatform({ sessionSeconds, abortsUploads: true });
const proxy = createFaultyProxy(platform.storageUrl);
const listener = await listen(undefined, undefined);
listener.handle(proxy.handle);
platform.terrapi.storageEndpoint = listener.origin;

async function stateOf(prefix: string): Promise<ServerState> {
  const uploads = await platform.store.pendingUploads(buckets.outputs);
  const sessions = platform.terrapi.requests.filter(
    ({ path, status }) => path === '/v2/storage/token' && status === 200,
  ).length;
  if (sessions % refusedEvery === 0) platform.terrapi.fail('/v2/storage/token', { status: 503 }, 1);
  return {
    objects: (await platform.store.list(buckets.outputs, prefix)).length,
    pending: uploads.filter(({ key }) => key.startsWith(prefix)).length,
    sessions,
    counts: proxy.counts,
  };
}

process.on('message', (prefix: string) => void stateOf(prefix).then((state) => process.send?.(state)));
process.on(
  'disconnect',
  () => void Promise.all([platform.stop(), listener.close()]).then(() => process.exit()),
);
process.send?.({ issuer: platform.issuer, apiUrl: platform.apiUrl } satisfies ServerAddresses);
