import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

import { buckets, clientApp, region, workspaces } from '../../platform/catalogue.ts';
import type { Platform } from '../../platform/platform.ts';

/**
 * Uploads objects with any keys to the main workspace's bucket, like another client with a session.
 * @param metadata metadata of the objects, with names without `x-amz-meta-`
 */
export async function putObjects(
  platform: Platform,
  objects: Readonly<Record<string, string>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const credentials = await openSession(platform);
  const client = new S3Client({ endpoint: platform.storageUrl, region, forcePathStyle: true, credentials });
  for (const [Key, Body] of Object.entries(objects))
    await client.send(
      new PutObjectCommand({ Bucket: buckets.outputs, Key, Body: Buffer.from(Body), Metadata: metadata }),
    );
  client.destroy();
}

/** Metadata of generated objects. */
export const generatedMetadata = { 'generated-by': 'upload-to-workspace' } as const;

async function openSession({ issuer, apiUrl }: Platform) {
  const granted = await fetch(`${issuer}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientApp.id,
      client_secret: clientApp.secret,
      scope: 'openid gep',
    }),
  });
  const { access_token: token } = (await granted.json()) as { access_token: string };
  const opened = await fetch(`${apiUrl}/v2/storage/token?storagePointId=${workspaces.main}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { credentials } = (await opened.json()) as {
    credentials: { accessKey: string; secretKey: string; token: string };
  };
  return {
    accessKeyId: credentials.accessKey,
    secretAccessKey: credentials.secretKey,
    sessionToken: credentials.token,
  };
}
