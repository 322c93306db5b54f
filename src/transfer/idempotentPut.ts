import { ActionError } from '../errors/error.ts';
import type { Put } from '../sync/plan.ts';
import { sanitize } from '../text/sanitize.ts';
import type { StorageClient } from '../storage/client.ts';
import { StorageError } from '../storage/s3Error.ts';
import { headObject } from '../storage/head.ts';
import { setting } from '../text/wording.ts';

/**
 * Whether a retry may get this error because the first request succeeded and its response was lost. Then the object exists (412), or the multipart
 * upload is complete. A 412 for a request without a condition has another cause.
 */
function mayBeDone({ status, code }: StorageError, ifAbsent: boolean): boolean {
  return (ifAbsent && status === 412) || code === 'NoSuchUpload';
}

/**
 * Runs a request that writes an object. If its error may mean that an earlier try succeeded, the object is compared by HEAD.
 * @param etag the ETag of the object if it has this content
 * @param ifAbsent whether the request has `If-None-Match: *`
 * @throws ActionError `object-exists` if there is an object with other content; otherwise the error of the request
 */
export async function idempotentPut(
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
      `${sanitize(put.key)} was created by another job during the upload, and ${setting('overwrite')} is 'never'`,
      {
        hint: `Let only one job publish to a destination, or set another value for ${setting('overwrite')}.`,
        cause: error,
      },
    );
  }
}
