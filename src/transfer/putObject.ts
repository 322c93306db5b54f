import type { Put } from '../sync/plan.ts';
import { type StorageClient, sendAndRead } from '../storage/client.ts';
import { verifyObject } from '../storage/head.ts';
import type { UploadedPart } from '../storage/multipart.ts';
import { storedCheck } from '../storage/storedCheck.ts';
import { type RequestBody, crc32Of, md5Of } from './requestBody.ts';

export interface PutConditions {
  readonly signal: AbortSignal;
  /** Send `If-None-Match: *` (RFC 9110, 13.1.2), so that the request never replaces an object. */
  readonly ifAbsent: boolean;
}

/**
 * Uploads an object in one request (S3 PutObject). The server compares the body with `Content-MD5` (RFC 1864), which MinIO, Ceph and AWS support.
 * The ETag of the response is compared with the same digest. If it is not an MD5, a HEAD request checks the object instead.
 * @returns the ETag of the object
 * @throws StorageError, also if the response does not confirm that this content is stored
 */
export async function putObject(
  client: StorageClient,
  put: Pick<Put, 'key' | 'contentType' | 'headers'>,
  body: RequestBody,
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
  let isOpaque = false as boolean;
  const check = storedCheck({ etag: () => md5.toString('hex'), onOpaqueEtag: () => (isOpaque = true) });
  const etag = await sendAndRead(client, call, check);
  if (isOpaque) await verifyObject(client, put.key, body.length, etag);
  return etag;
}

/**
 * Uploads one part (S3 UploadPart) with its CRC-32. A server that supports the checksum verifies it and returns it. Otherwise the ETag of the part
 * is compared.
 * @throws StorageError, like {@link putObject}
 */
export async function putPart(
  client: StorageClient,
  key: string,
  uploadId: string,
  number: number,
  body: RequestBody,
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
  let isOpaque = false as boolean;
  const check = storedCheck({
    etag: () => md5Of(body).toString('hex'),
    crc32,
    onOpaqueEtag: () => (isOpaque = true),
  });
  const etag = await sendAndRead(client, call, check);
  return { number, etag, crc32, ...(isOpaque && { isUnconfirmed: true }) };
}
