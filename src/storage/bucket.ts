import { GetBucketLocationCommand } from '@aws-sdk/client-s3';

import type { Transport } from '../http/transport.ts';
import type { Location, SessionSource } from '../workspace.ts';
import { createSdk, viaSdk } from './sdk.ts';

/** Any region will do to ask for the right one (S3 API, GetBucketLocation), and an empty answer means this one. */
const defaultRegion = 'us-east-1';

/** The region of the workspace's bucket by a signed request. */
export async function bucketLocation(
  location: Location,
  sessions: SessionSource,
  transport: Transport,
): Promise<string> {
  const sdk = createSdk(location, defaultRegion, await sessions.get(), transport);
  const answer = await viaSdk(() => sdk.send(new GetBucketLocationCommand({ Bucket: location.bucket })));
  return answer.LocationConstraint ?? defaultRegion;
}
