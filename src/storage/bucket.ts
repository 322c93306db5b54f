import type { StorageClient } from './client.ts';
import { objectPath } from './signer.ts';

/** Any region will do to ask for the right one (S3 API, GetBucketLocation), and an empty answer means this one. */
export const defaultRegion = 'us-east-1';

/** The region of the workspace's bucket by a signed request. */
export async function bucketLocation(client: StorageClient): Promise<string> {
  const { location } = client;
  const path = objectPath(location.endpoint, location.bucket, '');
  const { body } = await client.send({ method: 'GET', path, query: { location: '' } });
  return /<LocationConstraint[^>]*>([^<]+)</.exec(body)?.[1] ?? defaultRegion;
}
