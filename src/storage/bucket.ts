import { isTransient } from '../classify.ts';
import type { StorageClient } from './client.ts';
import { StorageError } from './failure.ts';
import { objectPath } from './signer.ts';

/** Any region will do to ask for the right one (S3 API, GetBucketLocation), and an empty answer means this one. */
export const defaultRegion = 'us-east-1';

/**
 * The region of the workspace's bucket by a signed request. Who signs it for another region is told the right one, whether or not the
 * session may ask; a storage that says nothing then is one that has no region, or takes any.
 * @returns undefined where the storage names none
 */
export async function bucketLocation(client: StorageClient): Promise<string | undefined> {
  const { location } = client;
  const path = objectPath(location.endpoint, location.bucket, '');
  try {
    const { body } = await client.send({ method: 'GET', path, query: { location: '' } });
    return /<LocationConstraint[^>]*>([^<]+)</.exec(body)?.[1] ?? defaultRegion;
  } catch (error) {
    if (!(error instanceof StorageError) || isTransient(error)) throw error;
    return error.region;
  }
}
