import type { Put } from '../sync/plan.ts';
import { type StorageClient, sendAndRead } from '../storage/client.ts';
import type { UploadedPart } from '../storage/multipart.ts';
import { storedCheck } from '../storage/stored.ts';
import { type Content, crc32Of, md5Of } from './content.ts';

export interface PutConditions {
  readonly signal: AbortSignal;
  /** Only where there is no such object yet (RFC 9110, 13.1.2: `If-None-Match: *`). */
  readonly ifAbsent: boolean;
}

/**
 * Stores a whole object in one request. The server checks the body against `Content-MD5` (RFC 1864), which MinIO, Ceph and AWS all know;
 * what it says it stored is checked against the same digest.
 * @returns the object's ETag
 * @throws StorageError, also for an answer that does not say that this content is stored
 */
export async function putObject(
  client: StorageClient,
  put: Pick<Put, 'key' | 'contentType' | 'headers'>,
  body: Content,
  { signal, ifAbsent }: PutConditions,
): Promise<string> {
  const md5 = md5Of(body);
  const call = {
    method: 'PUT',
    path: client.path(put.key),
    headers: {
      ...put.headers,
      'content-type': put.contentType,
      'content-md5': md5.toString('base64'),
      ...(ifAbsent && { 'if-none-match': '*' }),
    },
    body,
    signal,
  } as const;
  return sendAndRead(client, call, storedCheck({ etag: () => md5.toString('hex') }));
}

/**
 * Stores one part of a multipart upload, with its CRC-32: the server checks it, and says it again. One that does not know of it says
 * nothing: then the part's ETag is looked at.
 * @throws as {@link putObject}
 */
export async function putPart(
  client: StorageClient,
  key: string,
  uploadId: string,
  number: number,
  body: Content,
  signal: AbortSignal,
): Promise<UploadedPart> {
  const crc32 = crc32Of(body);
  const call = {
    method: 'PUT',
    path: client.path(key),
    query: { partNumber: String(number), uploadId },
    headers: { 'x-amz-checksum-crc32': crc32 },
    body,
    signal,
  } as const;
  const etag = await sendAndRead(
    client,
    call,
    storedCheck({ etag: () => md5Of(body).toString('hex'), crc32 }),
  );
  return { number, etag, crc32 };
}
