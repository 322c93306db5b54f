import { isTransient } from '../http/classify.ts';
import { type StorageClient, sendAndRead } from './client.ts';
import type { WireAnswer } from './exchange.ts';
import { StorageError } from './failure.ts';
import { objectPath } from './signer.ts';
import { notS3 } from './stored.ts';

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
    return await sendAndRead(client, { method: 'GET', path, query: { location: '' } }, readLocation);
  } catch (error) {
    if (!(error instanceof StorageError) || isTransient(error) || error.status < 300) throw error;
    return error.region;
  }
}

function readLocation(answer: WireAnswer): string {
  const found = /<LocationConstraint(?:\s[^<>]*)?(?:\/>|>([^<]*)<)/.exec(answer.body);
  if (answer.status !== 200 || !found) throw notS3(answer);
  const [, region = ''] = found;
  return region === '' ? defaultRegion : region;
}
