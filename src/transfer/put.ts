import type { Put } from '../plan.ts';
import type { StorageClient } from '../storage/client.ts';
import { plainEtag } from '../storage/etag.ts';
import type { WireAnswer } from '../storage/exchange.ts';
import { StorageError } from '../storage/failure.ts';
import type { UploadedPart } from '../storage/multipart.ts';
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
 * @throws StorageError; its code is `BadDigest` when something else was stored than was sent
 */
export async function putObject(
  client: StorageClient,
  put: Pick<Put, 'key' | 'contentType' | 'headers'>,
  body: Content,
  { signal, ifAbsent }: PutConditions,
): Promise<string> {
  const md5 = md5Of(body);
  const answer = await client.send({
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
    accept: (stored) => {
      if (isOther(stored, () => md5.toString('hex'))) throw corrupted();
    },
  });
  return etagOf(answer);
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
  const expected = crc32Of(body);
  const answer = await client.send({
    method: 'PUT',
    path: client.path(key),
    query: { partNumber: String(number), uploadId },
    headers: { 'x-amz-checksum-crc32': expected },
    body,
    signal,
    accept: (stored) => {
      const said = stored.headers['x-amz-checksum-crc32'];
      if (said === undefined ? isOther(stored, () => md5Of(body).toString('hex')) : said !== expected)
        throw corrupted();
    },
  });
  return { number, etag: etagOf(answer), crc32: expected };
}

function etagOf({ headers }: WireAnswer): string {
  return plainEtag(headers['etag']);
}

/** Whether the answer's ETag is an MD5 (in hex), and another one. */
function isOther(answer: WireAnswer, md5: () => string): boolean {
  const etag = etagOf(answer);
  return /^[0-9a-f]{32}$/.test(etag) && !isEncrypted(answer) && etag !== md5();
}

/** With a key of the server's own the ETag is no MD5 (S3 API, "Object"). */
function isEncrypted({ headers }: WireAnswer): boolean {
  return (
    headers['x-amz-server-side-encryption'] === 'aws:kms' ||
    headers['x-amz-server-side-encryption-customer-algorithm'] !== undefined
  );
}

function corrupted(): StorageError {
  return new StorageError({
    status: 200,
    code: 'BadDigest',
    message: 'The storage holds something else than was sent',
  });
}
