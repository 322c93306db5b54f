import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
} from '@aws-sdk/client-s3';

import type { StorageClient } from './client.ts';
import { StorageError, isSessionEnded } from './failure.ts';
import { withSdk } from './sdk.ts';

export interface UploadedPart {
  /** From 1 on. */
  readonly number: number;
  readonly etag: string;
  /** CRC-32 of the part, base64. */
  readonly crc32: string;
}

/** Headers to store an object with, in the SDK's words. */
function storedHeaders(headers: Readonly<Record<string, string>>) {
  const prefix = 'x-amz-meta-';
  const own = Object.entries(headers).filter(([name]) => name.startsWith(prefix));
  return {
    ContentType: headers['content-type'],
    CacheControl: headers['cache-control'],
    ContentDisposition: headers['content-disposition'],
    ContentEncoding: headers['content-encoding'],
    ContentLanguage: headers['content-language'],
    Metadata: Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value])),
  };
}

/** Begins a multipart upload whose parts carry CRC-32 checksums; returns its upload id. */
export async function createMultipart(
  client: StorageClient,
  key: string,
  headers: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<string> {
  const answer = await withSdk(client, (sdk) =>
    sdk.send(
      new CreateMultipartUploadCommand({
        Bucket: client.location.bucket,
        Key: key,
        ...storedHeaders(headers),
        ChecksumAlgorithm: 'CRC32',
      }),
      signal ? { abortSignal: signal } : {},
    ),
  );
  if (!answer.UploadId)
    throw new StorageError({ status: 200, code: 'NoUploadId', message: 'The answer names no upload id' });
  return answer.UploadId;
}

/** Puts the parts together, in their order. */
export async function completeMultipart(
  client: StorageClient,
  key: string,
  uploadId: string,
  parts: readonly UploadedPart[],
  { signal, ifAbsent }: { readonly signal?: AbortSignal; readonly ifAbsent: boolean },
): Promise<void> {
  await withSdk(client, (sdk) =>
    sdk.send(
      new CompleteMultipartUploadCommand({
        Bucket: client.location.bucket,
        Key: key,
        UploadId: uploadId,
        ...(ifAbsent && { IfNoneMatch: '*' }),
        MultipartUpload: {
          Parts: parts.map(({ number, etag, crc32 }) => ({
            PartNumber: number,
            ETag: etag,
            ChecksumCRC32: crc32,
          })),
        },
      }),
      signal ? { abortSignal: signal } : {},
    ),
  );
}

/** What became of the request to forget a multipart upload. */
export type Abortion = 'aborted' | 'not-permitted';

/**
 * Forgets a multipart upload and its parts. The session's policy may not allow it (it does not on this platform): then the server
 * clears it away by itself later.
 */
export async function abortMultipart(
  client: StorageClient,
  key: string,
  uploadId: string,
): Promise<Abortion> {
  try {
    await withSdk(client, (sdk) =>
      sdk.send(
        new AbortMultipartUploadCommand({ Bucket: client.location.bucket, Key: key, UploadId: uploadId }),
      ),
    );
    return 'aborted';
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.code === 'NoSuchUpload' || error.status === 404) return 'aborted';
    if (error.status === 403 && !isSessionEnded(error)) return 'not-permitted';
    throw error;
  }
}
