import { type StorageCall, type StorageClient, sendAndRead } from './client.ts';
import { multipartEtag } from './etag.ts';
import { StorageError, isSessionExpired, storageError } from './s3Error.ts';
import { notS3Error, storedCheck } from './storedCheck.ts';
import { urlDecode } from './listingPage.ts';
import { element, elements, escape } from './xml.ts';
import type { WireResponse } from './wire.ts';

// These requests do not use the SDK, because loading it would delay the first byte by 80 ms.

export interface UploadedPart {
  /** Starts at 1. */
  readonly number: number;
  readonly etag: string;
  /** CRC-32 of the part, base64. */
  readonly crc32: string;
  /** Whether the storage returned neither the CRC-32 nor an MD5. Then the complete object must be checked. */
  readonly isUnconfirmed?: boolean;
}

/**
 * Creates a multipart upload whose parts have CRC-32 checksums (S3 API, CreateMultipartUpload).
 * @param headers headers of the object, with names in lower case
 * @returns the upload ID
 */
export async function createMultipart(
  client: StorageClient,
  key: string,
  headers: Readonly<Record<string, string>>,
  { signal, onRetry }: Pick<StorageCall, 'signal' | 'onRetry'> = {},
): Promise<string> {
  const request = {
    method: 'POST',
    path: client.path(key),
    query: { uploads: '' },
    headers: { ...headers, 'x-amz-checksum-algorithm': 'CRC32' },
    signal,
    onRetry,
  } as const;
  return sendAndRead(client, request, (answer) => {
    const uploadId = element(answer.body, 'UploadId');
    if (answer.status !== 200 || !uploadId) throw notS3Error(answer);
    return uploadId;
  });
}

/**
 * Completes a multipart upload from its parts, sorted by number (S3 API, CompleteMultipartUpload).
 * @returns the object's ETag
 * @throws StorageError also if the storage answers with 200 and then an error, or breaks off its answer
 */
export async function completeMultipart(
  client: StorageClient,
  key: string,
  uploadId: string,
  parts: readonly UploadedPart[],
  { signal, ifAbsent }: { readonly signal?: AbortSignal; readonly ifAbsent: boolean },
): Promise<string> {
  const etags = parts.map(({ etag }) => etag);
  const areDigests = etags.every((etag) => /^[0-9a-f]{32}$/i.test(etag));
  // Some servers form the ETag in another way. One that has the form of a multipart ETag must be the right one.
  const check = storedCheck({
    etag: (received) =>
      areDigests && /^[0-9a-f]{32}-\d+$/i.test(received) ? multipartEtag(etags) : undefined,
  });
  const request = {
    method: 'POST',
    path: client.path(key),
    query: { uploadId },
    headers: { 'content-type': 'application/xml', ...(ifAbsent && { 'if-none-match': '*' }) },
    body: Buffer.from(partList(parts)),
    signal,
  } as const;
  return sendAndRead(client, request, (answer) => {
    checkNotTruncated(answer);
    return check(answer);
  });
}

/** Refuses an incomplete answer: the storage may send 200 and white space first, and break off later. */
function checkNotTruncated({ status, headers, body }: WireResponse): void {
  const text = body.trim();
  const isBegun = body !== '' && /^(?:<\?xml\s|<CompleteMultipartUploadResult[\s>]|$)/.test(text);
  if (!isBegun || /<\/\w+>$/.test(text)) return;
  throw new StorageError({
    status,
    code: 'InternalError',
    message: 'the answer does not confirm that the upload is complete',
    requestId: storageError(status, headers, '').requestId,
  });
}

function partList(parts: readonly UploadedPart[]): string {
  const lines = parts.map(
    ({ number, etag, crc32 }) =>
      `<Part><PartNumber>${number}</PartNumber><ETag>${escape(etag)}</ETag><ChecksumCRC32>${crc32}</ChecksumCRC32></Part>`,
  );
  return `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${lines.join('')}</CompleteMultipartUpload>`;
}

/** Result of aborting a multipart upload. */
export type AbortResult = 'aborted' | 'not-permitted';

/**
 * Aborts a multipart upload and deletes its parts (S3 API, AbortMultipartUpload). The session's policy may forbid it, as on the Terradue
 * platform. Then the server deletes the parts later.
 */
export async function abortMultipart(
  client: StorageClient,
  key: string,
  uploadId: string,
  signal: AbortSignal,
): Promise<AbortResult> {
  let last: unknown;
  const onRetry = (error: unknown) => (last = error);
  const query = { uploadId };
  const request = {
    method: 'DELETE',
    path: client.path(key),
    query,
    cleanup: true,
    signal,
    onRetry,
  } as const;
  try {
    await sendAndRead(client, request, (answer) => {
      if (answer.status !== 204) throw notS3Error(answer);
    });
    return 'aborted';
  } catch (failure) {
    // The last error says more than the timeout.
    const error = failure instanceof StorageError ? failure : (last ?? failure);
    if (!(error instanceof StorageError)) throw error;
    if (error.code === 'NoSuchUpload' || error.status === 404) return 'aborted';
    if (error.status === 403 && !isSessionExpired(error)) return 'not-permitted';
    throw error;
  }
}

/** Whether a failed CreateMultipartUpload may have created an upload: its answer may have been lost. */
export function mayHaveStarted(error: unknown): boolean {
  return !(error instanceof StorageError) || [500, 502, 504].includes(error.status);
}

/**
 * Finds and aborts orphaned uploads of a key, whose upload ID was lost with an answer (S3 API, ListMultipartUploads).
 * @param kept upload ID that is in use
 * @param since milliseconds since the epoch, by the storage's clock. Earlier uploads belong to others
 */
export async function abortOrphanedUploads(
  client: StorageClient,
  key: string,
  kept: string | undefined,
  since: number,
  signal: AbortSignal,
): Promise<AbortResult> {
  const query = { uploads: '', prefix: key, 'encoding-type': 'url' };
  try {
    const { body } = await client.send({ method: 'GET', path: client.path(''), query, signal });
    const decode = element(body, 'EncodingType') === 'url' ? urlDecode : (text: string) => text;
    for (const upload of elements(body, 'Upload')) {
      const id = element(upload, 'UploadId');
      const isOurs = Date.parse(element(upload, 'Initiated') ?? '') >= since - dateMs;
      if (!id || id === kept || !isOurs || decode(element(upload, 'Key') ?? '') !== key) continue;
      if ((await abortMultipart(client, key, id, signal)) === 'not-permitted') return 'not-permitted';
    }
    return 'aborted';
  } catch (error) {
    if (error instanceof StorageError && error.status === 403) return 'not-permitted';
    throw error;
  }
}

/** Tolerance: times in listings and `Date` headers may have whole seconds. */
const dateMs = 2_000;
