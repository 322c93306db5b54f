import { ActionError } from '../errors/error.ts';
import type { Put } from '../sync/plan.ts';
import { printable } from '../text/sanitize.ts';
import type { StorageClient } from '../storage/client.ts';
import { StorageError } from '../storage/s3Error.ts';
import { headObject } from '../storage/head.ts';

/**
 * Whether this is what a repeated request gets when the first one did its work and its answer was lost: the object exists by now, or the
 * multipart upload is complete and gone. A 412 without a condition in the request is somebody else's refusal.
 */
function mayBeDone({ status, code }: StorageError, ifAbsent: boolean): boolean {
  return (ifAbsent && status === 412) || code === 'NoSuchUpload';
}

/**
 * Runs a request that writes an object; when the answer may mean that it was written before, the object is looked at.
 * @param etag the ETag that the object has if it was this content that was written
 * @param ifAbsent whether the request is on condition that there is no such object
 * @throws ActionError `object-exists` when something else is there; otherwise what the request throws
 */
export async function storeOnce(
  client: StorageClient,
  put: Put,
  etag: () => string,
  ifAbsent: boolean,
  request: () => Promise<unknown>,
): Promise<void> {
  try {
    await request();
  } catch (error) {
    if (!(error instanceof StorageError) || !mayBeDone(error, ifAbsent)) throw error;
    const head = await headObject(client, put.key);
    if (head?.size === put.file.size && head.etag === etag()) return;
    if (error.status !== 412) throw error;
    throw new ActionError(
      'object-exists',
      `${printable(put.key)} was written by somebody else meanwhile, and 'overwrite' is 'never'`,
      {
        hint: `See that only one job publishes to a destination, or choose another 'overwrite'.`,
        cause: error,
      },
    );
  }
}
