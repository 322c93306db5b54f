import { actionErrorIn, systemCode } from '../errors/error.ts';
import { isNetworkError, isPermanent, proxyStatus } from './networkErrors.ts';
import { type Classified, retryAfter } from './retry.ts';

/** An answer that is not the one wanted, as far as it decides about another try. */
export interface FailedAnswer {
  readonly status: number;
  /** The server's own word for the error, e.g. `AccessDenied`; it counts more than the status. */
  readonly code?: string | undefined;
  /** The header, unread. */
  readonly retryAfter?: string | null | undefined;
  /** Milliseconds to wait, where the server says so in another way. */
  readonly afterMs?: number | undefined;
}

/** Codes that pass, whatever the status that comes with them (S3 API, "Error responses"). */
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

/** Codes that come with a 5xx and yet stay. */
const permanentCodes = new Set(['NotImplemented', 'XMinioStorageFull', 'MethodNotAllowed']);

/** Statuses of 5xx that say what the server cannot do at all (RFC 9110, 15.6; RFC 4918, 11.5). */
const permanentStatuses = new Set([501, 505, 507]);

/** Nobody can be asked: the name has no address, nothing listens there, or no connection can be opened here. */
const refusedCodes = new Set([
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

/** Whether the same request may succeed a little later: by the code where there is one, else by the status. */
export function isTransient({ code, status }: FailedAnswer): boolean {
  const isTrouble = status >= 500 && !permanentStatuses.has(status);
  if (code) return transientCodes.has(code) || (isTrouble && !permanentCodes.has(code));
  return status === 408 || status === 429 || isTrouble;
}

/**
 * The one judge of errors: of a server's answers, as `answerIn` reads them out of an error, and of connections.
 * @param now milliseconds since the epoch by the server's clock
 */
export function classifier(
  answerIn: (error: unknown) => FailedAnswer | undefined,
  now: () => number,
): (error: unknown) => Classified {
  return (error) => {
    const answer = answerIn(error);
    if (answer) {
      const { status, afterMs = retryAfter(answer.retryAfter, now()) } = answer;
      return { transient: isTransient(answer), kind: 'answered', afterMs, status };
    }
    // Explained already, and tried again where that could help: such as a session that cannot be renewed.
    if (actionErrorIn(error) || !isNetworkError(error)) return { transient: false, kind: 'other' };
    const transient = !isPermanent(error);
    if (proxyStatus(error) !== undefined) return { transient, kind: 'answered' };
    return { transient, kind: refusedCodes.has(systemCode(error) ?? '') ? 'refused' : 'silent' };
  };
}
