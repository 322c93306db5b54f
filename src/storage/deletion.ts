import { DeleteObjectsCommand } from '@aws-sdk/client-s3';

import type { StorageClient } from './client.ts';
import { StorageError } from './failure.ts';
import type { Persist } from './listing.ts';
import { createSdk, viaSdk } from './sdk.ts';

/** What one request may name (S3 API, DeleteObjects). */
const mostKeys = 1_000;

export interface Deletion {
  readonly deleted: readonly string[];
  /** Keys that are still there, and what the storage says of them. */
  readonly failed: readonly { readonly key: string; readonly error: StorageError }[];
}

/**
 * Deletes objects. The keys are the caller's responsibility, but for one thing: a key outside of `base` is never sent.
 * @throws Error when a key does not begin with `base`, before anything is deleted; StorageError when a whole request fails
 */
export async function deleteObjects(
  client: StorageClient,
  base: string,
  keys: readonly string[],
  persist: Persist,
): Promise<Deletion> {
  const stray = keys.find((key) => !key.startsWith(base) || key === base);
  if (base === '' || stray !== undefined)
    throw new Error(`Refused to delete '${stray ?? ''}' outside of '${base}'`);
  const { location, region, transport } = client;
  const failed: { key: string; error: StorageError }[] = [];
  for (let start = 0; start < keys.length; start += mostKeys) {
    const Objects = keys.slice(start, start + mostKeys).map((Key) => ({ Key }));
    const { Errors = [] } = await persist(() =>
      client.withSession((session) =>
        viaSdk(() =>
          createSdk(location, region, session, transport).send(
            new DeleteObjectsCommand({ Bucket: location.bucket, Delete: { Objects, Quiet: true } }),
          ),
        ),
      ),
    );
    for (const { Key = '', Code = '', Message = '' } of Errors) {
      failed.push({ key: Key, error: new StorageError({ status: 200, code: Code, message: Message }) });
    }
  }
  const remaining = new Set(failed.map(({ key }) => key));
  return { deleted: keys.filter((key) => !remaining.has(key)), failed };
}
