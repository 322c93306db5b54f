import { GetBucketLocationCommand, type GetBucketLocationCommandOutput } from '@aws-sdk/client-s3';

import type { StorageClient } from './client.ts';
import { withSdk } from './sdk.ts';

/**
 * Sends GetBucketLocation (S3 API). This is a separate file because the SDK takes long to load, and because a bundler does not always find the named
 * exports of a CommonJS package in `import()`.
 */
export function requestLocation(client: StorageClient): Promise<GetBucketLocationCommandOutput> {
  const { bucket } = client.location;
  return withSdk(client, `GET ${bucket}?location`, 'LocationConstraint', (sdk) =>
    sdk.send(new GetBucketLocationCommand({ Bucket: bucket })),
  );
}
