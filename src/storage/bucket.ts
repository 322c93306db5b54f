import { isTransient } from '../http/transientErrors.ts';
import type { StorageClient } from './client.ts';
import { StorageError } from './s3Error.ts';

/** The region to sign with before the real one is known. In GetBucketLocation, an empty answer means this region (S3 API). */
export const defaultRegion = 'us-east-1';

/**
 * Requests the region of the workspace's bucket (S3 API, GetBucketLocation). A server refuses a request that is signed for the wrong region
 * and names the right one, even if the session may not call GetBucketLocation.
 * @returns undefined if the storage names no region: then it accepts any
 */
export async function bucketLocation(client: StorageClient): Promise<string | undefined> {
  const { requestLocation } = await import('./locationRequest.ts');
  try {
    const { LocationConstraint: region } = await requestLocation(client);
    return region === undefined || (region as string) === '' ? defaultRegion : region;
  } catch (error) {
    if (!(error instanceof StorageError) || isTransient(error) || error.status < 300) throw error;
    return error.region;
  }
}
