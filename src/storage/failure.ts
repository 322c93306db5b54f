import { excerpt } from '../printable.ts';
import { element } from './xml.ts';

/** What the storage answered instead of doing what it was asked (S3 API, "Error responses"). */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  /** HTTP status; 200 where a completed multipart upload failed after its answer had begun. */
  readonly status: number;
  /** S3's word for the error, e.g. `AccessDenied`; empty where the answer has none. */
  readonly code: string;
  /** The region that the answer names. */
  readonly region: string | undefined;
  readonly requestId: string | undefined;
  /** The answer's `Retry-After`, unread. */
  readonly retryAfter: string | undefined;

  constructor(answer: {
    status: number;
    code: string;
    message: string;
    region?: string | undefined;
    requestId?: string | undefined;
    retryAfter?: string | undefined;
  }) {
    super(excerpt(answer.message) || 'no reason given');
    this.status = answer.status;
    this.code = excerpt(answer.code, 80);
    this.region = answer.region;
    this.requestId = answer.requestId && excerpt(answer.requestId, 80);
    this.retryAfter = answer.retryAfter;
  }
}

/** Reads an error answer. A HEAD has no body: MinIO gives the code in a header then, and with others the status has to do. */
export function storageError(
  status: number,
  headers: Readonly<Record<string, unknown>>,
  body: string,
): StorageError {
  const code = element(body, 'Code') ?? text(headers['x-minio-error-code']) ?? '';
  return new StorageError({
    status,
    code,
    message:
      element(body, 'Message') ??
      text(headers['x-minio-error-desc'])?.replace(/^"|"$/g, '') ??
      (code ? '' : bodyText(body)),
    region: element(body, 'Region') ?? text(headers['x-amz-bucket-region']),
    requestId: element(body, 'RequestId') ?? text(headers['x-amz-request-id']),
    retryAfter: text(headers['retry-after']),
  });
}

/** What a body says that is no error of S3, such as that of a proxy: of an HTML page its title alone. */
function bodyText(body: string): string {
  const start = body.slice(0, 4_096);
  if (!/<(?:!doctype\s+html|html|head|body)[\s>]/i.test(start)) return body;
  const [, title = ''] = /<title>([^<]*)</i.exec(start) ?? [];
  return title.trim() ? `a web page, "${title.trim()}"` : 'a web page';
}

/** An error in a few words for people: code or status, and the server's message. */
export function describeStorageError({ code, status, message }: StorageError): string {
  return `${code || 'HTTP'} ${status}: ${message}`;
}

/**
 * Codes for a session that has ended or that the server has forgotten. MinIO answers an ended one with `InvalidAccessKeyId`, as if the key
 * had never been.
 */
const ended = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidAccessKeyId',
  'InvalidToken',
  'InvalidTokenId',
  'TokenRefreshRequired',
]);

export function isSessionEnded(error: unknown): boolean {
  return error instanceof StorageError && ended.has(error.code);
}

/** Codes that pass, whatever the status that comes with them. */
const passing = new Set([
  'RequestTimeout',
  'RequestTimeTooSkewed',
  'SlowDown',
  'SlowDownRead',
  'SlowDownWrite',
  'Throttling',
  'ThrottlingException',
  'RequestLimitExceeded',
  'TooManyRequests',
  'BandwidthLimitExceeded',
  'InternalError',
  'ServiceUnavailable',
  'OperationAborted',
  'ConditionalRequestConflict',
  'IncompleteBody',
  'BadDigest',
]);

/** Codes that come with a 5xx and yet stay. */
const lasting = new Set(['NotImplemented', 'XMinioStorageFull', 'MethodNotAllowed']);

/** Statuses of 5xx that say what the server cannot do at all (RFC 9110, 15.6; RFC 4918, 11.5). */
const unable = new Set([501, 505, 507]);

/** Whether the same request may succeed a little later: by the code where there is one, else by the status. */
export function isPassing({ code, status }: StorageError): boolean {
  if (code) return passing.has(code) || (status >= 500 && !lasting.has(code));
  return status === 408 || status === 429 || (status >= 500 && !unable.has(status));
}

function text(header: unknown): string | undefined {
  return typeof header === 'string' && header !== '' ? header : undefined;
}
