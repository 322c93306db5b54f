import type { StorageClient } from './client.ts';
import { headObject } from './head.ts';
import { listObjects } from './listing.ts';

/** Up to this many keys, parallel HEAD requests are faster than a listing. */
const maxHeads = 64;

/** Which of these keys exist. All of them begin with `base`. */
export async function existingAmong(
  client: StorageClient,
  base: string,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  if (keys.length > maxHeads) {
    const listed = new Set((await listObjects(client, base)).map(({ key }) => key));
    return new Set(keys.filter((key) => listed.has(key)));
  }
  const heads = await Promise.all(keys.map((key) => headObject(client, key)));
  return new Set(keys.filter((_, index) => heads[index] !== undefined));
}
