import { unquoteEtag, normalizeEtag } from './etag.ts';
import type { WireResponse } from './http.ts';
import { StorageError, storageError } from './s3Error.ts';
import { element } from './xml.ts';

/** What the response to a write must say. */
export interface ExpectedContent {
  /** The ETag of what was sent, without quotes; called with the one in the answer, where it decides. Undefined where nobody can know: then any counts. */
  readonly etag: (said: string) => string | undefined;
  /** CRC-32 in base64. It decides in place of the ETag where the answer has one. */
  readonly crc32?: string;
}

/**
 * The one place that decides what "stored" means, for all requests of one object or part that write: the storage answers with 200 and the
 * ETag of what was sent. All else is a failure: a portal's page, a proxy's 204, another ETag. What was spoilt on the way is worth
 * another try, but only one: a server that says so twice stores something else.
 * @returns reads the ETag out of an answer, without quotes. It throws a StorageError: `NotS3` where this is no such answer, `BadDigest` and
 * then `OtherContent` where something else is stored
 */
export function storedCheck({ etag: expected, crc32 }: ExpectedContent): (answer: WireResponse) => string {
  let others = 0;
  return (answer) => {
    const etag = etagIn(answer);
    if (answer.status !== 200 || etag === '' || answer.body.includes('<Error>')) throw notS3Error(answer);
    const said = crc32 === undefined ? undefined : answer.headers['x-amz-checksum-crc32'];
    const isOther = said === undefined ? isDifferentEtag(answer, etag, expected) : said !== crc32;
    if (isOther) throw mismatchError((others += 1));
    return etag;
  };
}

function isDifferentEtag(answer: WireResponse, etag: string, expected: ExpectedContent['etag']): boolean {
  const own = isEncrypted(answer) ? undefined : expected(etag);
  return own !== undefined && normalizeEtag(etag) !== own;
}

/** The ETag in a response: in the header, or in the body for CompleteMultipartUpload. */
function etagIn({ headers, body }: WireResponse): string {
  const isCompleted = /<\/CompleteMultipartUploadResult>\s*$/.test(body.slice(-1_000));
  return unquoteEtag(isCompleted ? element(body, 'ETag') : headers['etag']);
}

/** The error for a response of 200 to 299 that is not S3's, e.g. the page of a captive portal. */
export function notS3Error({ status, headers, body }: WireResponse): StorageError {
  const said = storageError(status, headers, body);
  if (said.code) return said;
  const [type = ''] = String(headers['content-type'] ?? '').split(';', 1);
  return new StorageError({
    status,
    code: 'NotS3',
    message: `this is not the answer of an S3 server (${type || 'no content type'}${body.trim() === '' ? ', empty' : `: ${said.message}`})`,
    requestId: said.requestId,
  });
}

function mismatchError(times: number): StorageError {
  return new StorageError({
    status: 200,
    code: times === 1 ? 'BadDigest' : 'OtherContent',
    message: 'the storage says that it holds something else than was sent',
  });
}

/** With a key of AWS KMS or of the client, the ETag is no MD5 (S3 API, "Object"): then any ETag counts. */
function isEncrypted({ headers }: WireResponse): boolean {
  return (
    String(headers['x-amz-server-side-encryption'] ?? '').startsWith('aws:kms') ||
    headers['x-amz-server-side-encryption-customer-algorithm'] !== undefined
  );
}
