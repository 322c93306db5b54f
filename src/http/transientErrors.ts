import { actionErrorIn, systemCode } from '../errors/error.ts';
import { isNetworkError, isPermanent, isUnreadable, proxyStatus } from './networkErrors.ts';
import { type Classification, retryAfter } from './retry.ts';

/** A failed HTTP response, as far as the retry policy looks at it. */
export interface FailedResponse {
  readonly status: number;
  /** The server's error code, e.g. `AccessDenied`. It takes precedence over the status. */
  readonly code?: string | undefined;
  /** Value of the `Retry-After` header. */
  readonly retryAfter?: string | null | undefined;
  /** Milliseconds to wait, if the server says so in another way. */
  readonly retryAfterMs?: number | undefined;
}

/** Error codes that are transient with any status (S3 API, "Error responses"). */
const transientCodes = new Set([
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

/** Error codes that are permanent, although their status is 5xx. */
const permanentCodes = new Set(['NotImplemented', 'XMinioStorageFull', 'MethodNotAllowed']);

/** Permanent 5xx statuses: not implemented, HTTP version not supported, insufficient storage (RFC 9110, 15.6; RFC 4918, 11.5). */
const permanentStatuses = new Set([501, 505, 507]);

/** No connection is possible: the name has no address, nothing listens there, or this machine cannot open a socket. */
const unreachableCodes = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
]);

/** Whether the same request may succeed later. The code decides if there is one, else the status. */
export function isTransient({ code, status }: FailedResponse): boolean {
  const isServerError = status >= 500 && !permanentStatuses.has(status);
  if (code) return transientCodes.has(code) || (isServerError && !permanentCodes.has(code));
  return status === 408 || status === 429 || isServerError;
}

/**
 * Makes the function that classifies errors for the retry policy: failed responses and failed connections.
 * @param answerIn finds the failed response in an error
 * @param now milliseconds since the epoch by the server's clock
 */
export function classifier(
  answerIn: (error: unknown) => FailedResponse | undefined,
  now: () => number,
): (error: unknown) => Classification {
  return (error) => {
    const answer = answerIn(error);
    if (answer) {
      const { status, retryAfterMs = retryAfter(answer.retryAfter, now()) } = answer;
      return { transient: isTransient(answer), kind: 'answered', retryAfterMs, status };
    }
    // An ActionError is permanent: the code that threw it has retried already.
    if (actionErrorIn(error) || !isNetworkError(error)) return { transient: false, kind: 'other' };
    const transient = !isPermanent(error);
    if (proxyStatus(error) !== undefined) return { transient, kind: 'answered' };
    const isRefused = unreachableCodes.has(systemCode(error) ?? '') || isUnreadable(error);
    return { transient, kind: isRefused ? 'refused' : 'silent' };
  };
}
