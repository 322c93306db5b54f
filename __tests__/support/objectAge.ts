import { setTimeout as sleep } from 'node:timers/promises';

import { buckets } from '../../platform/catalogue.ts';
import type { Platform } from '../../platform/platform.ts';

/** Lets all stored objects become older, by so many milliseconds or more. If the storage cannot change their time, this waits. */
export async function letObjectsAge({ store }: Platform, milliseconds: number): Promise<void> {
  if (store.makeOlder) store.makeOlder(buckets.outputs, Math.max(milliseconds, 5_000));
  else await sleep(milliseconds);
}

/** Makes all stored objects older, until the newest one is that old. */
export async function makeAtLeast({ store }: Platform, milliseconds: number): Promise<void> {
  const times = (await store.list(buckets.outputs, '')).map(({ lastModified }) => lastModified.getTime());
  const missing = Math.max(0, ...times) + milliseconds - Date.now();
  if (missing > 0) store.makeOlder?.(buckets.outputs, missing);
}
