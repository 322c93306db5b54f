import { type StorageCall, type StorageClient, sendAndRead } from './client.ts';
import { multipartEtag } from './etag.ts';
import type { WireAnswer } from './http.ts';
import { StorageError, isSessionEnded, storageError } from './s3Error.ts';
import { notS3, storedCheck } from './stored.ts';
import { urlDecode } from './listingPage.ts';
import { element, elements, escape } from './xml.ts';

// These requests are made here and not by the SDK, which takes 80 ms to load before the first byte of a file can be sent.

export interface UploadedPart {
  /** From 1 on. */
  readonly number: number;
  readonly etag: string;
  /** CRC-32 of the part, base64. */
  readonly crc32: string;
}

/**
 * Begins a multipart upload whose parts carry CRC-32 checksums (S3 API, CreateMultipartUpload).
 * @param headers to store the object with, in lower case
 * @returns its upload id
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
    if (answer.status !== 200 || !uploadId) throw notS3(answer);
    return uploadId;
  });
}

/**
 * Puts the parts together, in their order (S3 API, CompleteMultipartUpload).
 * @returns the object's ETag
 * @throws StorageError also where the storage began to answer with 200 and failed then, or does not say that it is done
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
  // Not every server makes the ETag of an object from those of its parts; where it does, it has to be that one.
  const check = storedCheck({
    etag: (said) => (areDigests && /^[0-9a-f]{32}-\d+$/i.test(said) ? multipartEtag(etags) : undefined),
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
    refuseCut(answer);
    return check(answer);
  });
}

/** The storage may begin to answer with 200 and white space, and break off then. */
function refuseCut({ status, headers, body }: WireAnswer): void {
  const text = body.trim();
  const isBegun = body !== '' && /^(?:<\?xml\s|<CompleteMultipartUploadResult[\s>]|$)/.test(text);
  if (!isBegun || /<\/\w+>$/.test(text)) return;
  throw new StorageError({
    status,
    code: 'InternalError',
    message: 'The answer does not say that the parts were put together',
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

/** What became of the request to forget a multipart upload. */
export type Abortion = 'aborted' | 'not-permitted';

/**
 * Forgets a multipart upload and its parts (S3 API, AbortMultipartUpload). The session's policy may not allow it (it does not on this
 * platform): then the server clears it away by itself later.
 */
export async function abortMultipart(
  client: StorageClient,
  key: string,
  uploadId: string,
  signal: AbortSignal,
): Promise<Abortion> {
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
      if (answer.status !== 204) throw notS3(answer);
    });
    return 'aborted';
  } catch (failure) {
    // That time was up says less than what it was used up by.
    const error = failure instanceof StorageError ? failure : (last ?? failure);
    if (!(error instanceof StorageError)) throw error;
    if (error.code === 'NoSuchUpload' || error.status === 404) return 'aborted';
    if (error.status === 403 && !isSessionEnded(error)) return 'not-permitted';
    throw error;
  }
}

/** Whether a request whose failure was this may have begun an upload all the same: its answer was lost on the way. */
export function mayHaveBegun(error: unknown): boolean {
  return !(error instanceof StorageError) || [500, 502, 504].includes(error.status);
}

/**
 * Aborts uploads of a key that a lost answer left behind (S3 API, ListMultipartUploads).
 * @param kept the one that is used
 * @param since milliseconds since the epoch, by the storage's clock: older ones are somebody else's
 */
export async function abortUnknown(
  client: StorageClient,
  key: string,
  kept: string | undefined,
  since: number,
  signal: AbortSignal,
): Promise<Abortion> {
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

/** Times of listings and of `Date` headers may have whole seconds. */
const dateMs = 2_000;
