import { isMd5Etag, normalizeEtag, unquoteEtag } from './etag.ts';
import { StorageError, storageError } from './s3Error.ts';
import { element } from './xml.ts';
import type { WireResponse } from './wire.ts';

/** What the response to a write must contain. */
export interface ExpectedContent {
  /** The ETag of the content, without quotes, given the received one; undefined if it is unknown. Then any ETag is accepted. */
  readonly etag: (received: string) => string | undefined;
  /** CRC-32 in base64. If the response has one too, it decides instead of the ETag. */
  readonly crc32?: string;
  /** Called for an ETag that is not an MD5, e.g. of S3 Express or of a gateway. It does not identify the content. Without this callback, it is an error. */
  readonly onOpaqueEtag?: () => void;
}

/**
 * Decides whether a write was stored, for all requests of one object or part: the storage must answer 200 with the ETag of the content. Any
 * other answer is an error, e.g. the page of a captive portal, a proxy's 204, or another ETag. Corrupted content is sent once more. If the
 * second answer differs too, the storage has stored something else.
 * @returns reads the ETag of a response, without quotes. It throws a StorageError: `NotS3` if the response is not S3's, `BadDigest` and then
 * `OtherContent` if other content is stored
 */
export function storedCheck(expected: ExpectedContent): (answer: WireResponse) => string {
  const { crc32 } = expected;
  let mismatches = 0;
  return (answer) => {
    const etag = etagIn(answer);
    if (answer.status !== 200 || etag === '' || answer.body.includes('<Error>')) throw notS3Error(answer);
    const received = crc32 === undefined ? undefined : answer.headers['x-amz-checksum-crc32'];
    const isDifferent = received === undefined ? isDifferentEtag(answer, etag, expected) : received !== crc32;
    if (isDifferent) {
      mismatches += 1;
      throw mismatchError(mismatches === 1);
    }
    return etag;
  };
}

function isDifferentEtag(
  answer: WireResponse,
  received: string,
  { etag: expected, onOpaqueEtag }: ExpectedContent,
): boolean {
  const etag = isEncrypted(answer) ? undefined : expected(received);
  if (etag === undefined || received === etag || normalizeEtag(received) === etag) return false;
  if (isMd5Etag(received) || !onOpaqueEtag) return true;
  onOpaqueEtag();
  return false;
}

/** The ETag in a response: in the header, or in the body for CompleteMultipartUpload. */
function etagIn({ headers, body }: WireResponse): string {
  if (body === '') return unquoteEtag(headers['etag']);
  const isCompleted = /<\/CompleteMultipartUploadResult>\s*$/.test(body.slice(-1_000));
  return unquoteEtag(isCompleted ? element(body, 'ETag') : headers['etag']);
}

/** The error for a response of 200 to 299 that is not S3's, e.g. the page of a captive portal. */
export function notS3Error({ status, headers, body }: Omit<WireResponse, 'received'>): StorageError {
  const error = storageError(status, headers, body);
  if (error.code) return error;
  const [type = ''] = String(headers['content-type'] ?? '').split(';', 1);
  return new StorageError({
    status,
    code: 'NotS3',
    message: `this is not the answer of an S3 server (${type || 'no content type'}${body.trim() === '' ? ', empty' : `: ${error.message}`})`,
    requestId: error.requestId,
  });
}

/**
 * The error if the stored content differs from the content that was sent.
 * @param isRetried whether the content should be sent again
 */
export function mismatchError(isRetried: boolean): StorageError {
  return new StorageError({
    status: 200,
    code: isRetried ? 'BadDigest' : 'OtherContent',
    message: 'the stored content differs from the content that was sent',
  });
}

/** With a key of AWS KMS or of the client, the ETag is not an MD5 (S3 API, "Object"). Any ETag is accepted then. */
export function isEncrypted({ headers }: Pick<WireResponse, 'headers'>): boolean {
  return (
    String(headers['x-amz-server-side-encryption'] ?? '').startsWith('aws:kms') ||
    headers['x-amz-server-side-encryption-customer-algorithm'] !== undefined
  );
}
