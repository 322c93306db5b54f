import { setTimeout as sleep } from 'node:timers/promises';

import { buckets } from '../../platform/catalogue.ts';
import type { Platform } from '../../platform/platform.ts';

/** Lets all stored objects become older: the embedded store changes their time, and the real one needs the wait. */
export async function letObjectsAge({ store }: Platform, milliseconds: number): Promise<void> {
  if (store.makeOlder) store.makeOlder(buckets.outputs, milliseconds);
  else await sleep(milliseconds);
}
