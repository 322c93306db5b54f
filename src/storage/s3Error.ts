import { classifier } from '../http/transientErrors.ts';
import type { Clock } from '../http/clock.ts';
import { excerpt } from '../text/sanitize.ts';
import { type Classification, type Retrier, type RetryOptions, createRetrier } from '../http/retry.ts';
import { element } from './xml.ts';

/** An error response of the storage (S3 API, "Error responses"). */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  /** HTTP status; 200 if the completion of a multipart upload failed after its answer had begun. */
  readonly status: number;
  /** S3 error code, e.g. `AccessDenied`; empty if the answer has none. */
  readonly code: string;
  /** The region that the answer names. */
  readonly region: string | undefined;
  readonly requestId: string | undefined;
  /** Value of the `Retry-After` header. */
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

/** Parses an error response. The response to a HEAD has no body: MinIO sends the code in a header, other servers send the status only. */
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

/** The text of a body that is not an S3 error, e.g. a proxy's; for an HTML page, only its title. */
function bodyText(body: string): string {
  const start = body.slice(0, 4_096);
  if (!/<(?:!doctype\s+html|html|head|body)[\s>]/i.test(start)) return body;
  const [, title = ''] = /<title>([^<]*)</i.exec(start) ?? [];
  return title.trim() ? `a web page, "${title.trim()}"` : 'a web page';
}

/** Code or status, and the server's message. */
export function formatStorageError({ code, status, message }: StorageError): string {
  return `${code || 'HTTP'} ${status}: ${message}`;
}

/**
 * Error codes for a session that has expired or that the server does not know. MinIO answers `InvalidAccessKeyId` for an expired session.
 */
const expiredCodes = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidAccessKeyId',
  'InvalidToken',
  'InvalidTokenId',
  'TokenRefreshRequired',
]);

export function isSessionExpired(error: unknown): boolean {
  return error instanceof StorageError && expiredCodes.has(error.code);
}

/** Classifies errors of requests to the storage, including those of the SDK. */
export function storageClassifier(clock: Clock): (error: unknown) => Classification {
  return classifier(
    (error) => (error instanceof StorageError ? error : undefined),
    () => clock.now(),
  );
}

export function createStorageRetrier(clock: Clock, options: RetryOptions = {}): Retrier {
  return createRetrier({ classify: storageClassifier(clock), ...options });
}

function text(header: unknown): string | undefined {
  return typeof header === 'string' && header !== '' ? header : undefined;
}
