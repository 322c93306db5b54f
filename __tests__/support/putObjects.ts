import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

import { buckets, region } from '../../platform/catalogue.ts';
import type { Platform } from '../../platform/platform.ts';
import { requestSession } from './storageSession.ts';

/**
 * Uploads objects with any keys to the main workspace's bucket, like another client with a session.
 * @param metadata metadata of the objects, with names without `x-amz-meta-`
 */
export async function putObjects(
  platform: Platform,
  objects: Readonly<Record<string, string>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { accessKey, secretKey, token } = (await requestSession(platform)).credentials;
  const client = new S3Client({
    endpoint: platform.storageUrl,
    region,
    forcePathStyle: true,
    credentials: {
      accessKeyId: accessKey,
      secretAccessKey: secretKey,
      ...(token !== null && { sessionToken: token }),
    },
  });
  for (const [Key, Body] of Object.entries(objects))
    await client.send(
      new PutObjectCommand({ Bucket: buckets.outputs, Key, Body: Buffer.from(Body), Metadata: metadata }),
    );
  client.destroy();
}

/** Metadata of generated objects. */
export const generatedMetadata = { 'generated-by': 'upload-to-workspace' } as const;
