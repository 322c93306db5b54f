import { isTransient } from '../http/classify.ts';
import type { StorageClient } from './client.ts';
import { StorageError } from './s3Error.ts';

/** Any region will do to ask for the right one (S3 API, GetBucketLocation), and an empty answer means this one. */
export const defaultRegion = 'us-east-1';

/**
 * The region of the workspace's bucket by a signed request. Who signs it for another region is told the right one, whether or not the
 * session may ask; a storage that says nothing then is one that has no region, or takes any.
 * @returns undefined where the storage names none
 */
export async function bucketLocation(client: StorageClient): Promise<string | undefined> {
  const { bucket } = client.location;
  const [{ GetBucketLocationCommand }, { withSdk }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('./sdk.ts'),
  ]);
  try {
    const { LocationConstraint: region } = await withSdk(
      client,
      `GET ${bucket}?location`,
      'LocationConstraint',
      (sdk) => sdk.send(new GetBucketLocationCommand({ Bucket: bucket })),
    );
    return region === undefined || (region as string) === '' ? defaultRegion : region;
  } catch (error) {
    if (!(error instanceof StorageError) || isTransient(error) || error.status < 300) throw error;
    return error.region;
  }
}
