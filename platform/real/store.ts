import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { region } from '../catalogue.ts';
import type { Store, StoredObject } from '../platform.ts';
import type { RootCredentials } from './minio.ts';

const deletesAtATime = 16;

/** An S3 client with the administrator's rights. */
export function createRootClient(url: string, root: RootCredentials): S3Client {
  return new S3Client({
    endpoint: url,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId: root.accessKey, secretAccessKey: root.secretKey },
  });
}

/** Creates the buckets. */
export async function createBuckets(client: S3Client, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((Bucket) => client.send(new CreateBucketCommand({ Bucket }))));
}

/** The administrator's view of the storage. */
export function createStore(client: S3Client): Store {
  return {
    list: (bucket, prefix) => list(client, bucket, prefix),
    async get(bucket, key) {
      const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      const bytes = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
      return { body: Buffer.from(bytes), contentType: answer.ContentType };
    },
    pendingUploads: (bucket) => pendingUploads(client, bucket),
    async clear(bucket) {
      await removeObjects(client, bucket);
      for (const { key, uploadId } of await pendingUploads(client, bucket)) {
        await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId }));
      }
    },
  };
}

async function list(client: S3Client, bucket: string, prefix: string): Promise<StoredObject[]> {
  const objects: StoredObject[] = [];
  // URL-encoded, because keys can contain characters that XML cannot.
  const wish = { Bucket: bucket, Prefix: prefix, EncodingType: 'url' } as const;
  for await (const page of paginateListObjectsV2({ client }, wish)) {
    const decode = decoder(page.EncodingType);
    for (const { Key, Size, ETag, LastModified } of page.Contents ?? []) {
      objects.push({
        key: decode(Key),
        size: Size ?? 0,
        etag: (ETag ?? '').replaceAll('"', ''),
        lastModified: LastModified ?? new Date(0),
      });
    }
  }
  return objects;
}

/** MinIO lists all uploads of a bucket in one response. */
async function pendingUploads(
  client: S3Client,
  bucket: string,
): Promise<{ key: string; uploadId: string }[]> {
  const answer = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, EncodingType: 'url' }));
  const decode = decoder(answer.EncodingType);
  return (answer.Uploads ?? []).map(({ Key, UploadId }) => ({ key: decode(Key), uploadId: UploadId ?? '' }));
}

/** Repeats until the bucket is empty: MinIO does not list keys below an object, so they appear when it is deleted. */
async function removeObjects(client: S3Client, bucket: string): Promise<void> {
  for (;;) {
    const objects = await list(client, bucket, '');
    if (objects.length === 0) return;
    const queue = objects.values();
    const remove = async (): Promise<void> => {
      for (const { key } of queue) await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    };
    await Promise.all(Array.from({ length: deletesAtATime }, remove));
  }
}

/** Versity S3 Gateway ignores the request for encoded keys, and says so by an answer without an encoding. */
function decoder(encoding: string | undefined): (text: string | undefined) => string {
  if (encoding !== 'url') return (text = '') => text;
  return (text = '') => decodeURIComponent(text.replaceAll('+', ' '));
}
