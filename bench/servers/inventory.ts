import { DeleteObjectsCommand } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { buckets } from '../../platform/catalogue.ts';
import type { Store } from '../../platform/platform.ts';

/** The objects below a prefix, without the objects that the action generates. */
export interface Inventory {
  readonly objects: number;
  readonly bytes: number;
  /** Modification time of the newest object, in milliseconds since the epoch. */
  readonly newest: number;
}

/** Keys of objects that the action generates. */
const generated = /\/_(?:links\.html|preview\.html|preview-worker\.js)$/;

const keysAtATime = 1000;

/** Counts the files that are stored below a prefix. */
export async function takeInventory(store: Store, prefix: string): Promise<Inventory> {
  const all = await store.list(buckets.outputs, prefix);
  const found = all.filter(({ key }) => !generated.test(key));
  return {
    objects: found.length,
    bytes: found.reduce((sum, { size }) => sum + size, 0),
    newest: found.reduce((newest, { lastModified }) => Math.max(newest, lastModified.getTime()), 0),
  };
}

/** Empties the bucket with 1,000 keys in each request. `Store.clear` needs one request for each key. */
export async function emptyBucket(client: S3Client, store: Store): Promise<void> {
  const keys = (await store.list(buckets.outputs, '')).map(({ key }) => ({ Key: key }));
  for (let first = 0; first < keys.length; first += keysAtATime) {
    const Objects = keys.slice(first, first + keysAtATime);
    await client.send(
      new DeleteObjectsCommand({ Bucket: buckets.outputs, Delete: { Objects, Quiet: true } }),
    );
  }
  await store.clear(buckets.outputs);
}
