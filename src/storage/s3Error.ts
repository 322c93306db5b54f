import { classifier } from '../http/classify.ts';
import type { Clock } from '../http/clock.ts';
import { excerpt } from '../text/sanitize.ts';
import { type Classified, type Retrier, type RetryOptions, createRetrier } from '../http/retry.ts';
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

/** Judges what requests to the storage fail with, those that the SDK sends among them. */
export function storageClassifier(clock: Clock): (error: unknown) => Classified {
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
