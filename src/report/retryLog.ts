import { causes, messageOf, systemCode } from '../errors/error.ts';
import type { Log } from '../hosts/host.ts';
import { formatDuration } from '../text/format.ts';
import type { OnRetry } from '../http/retry.ts';
import { StorageError, formatStorageError } from '../storage/s3Error.ts';

/** Logs the requests that a run retries. */
export interface RetryLog {
  readonly onRetry: OnRetry;
  /** Retries so far. */
  readonly total: () => number;
}

/** Many requests fail for the same reason during an outage. A reason is logged again only after this time. */
const repeatMs = 10_000;

/** @param now monotonic milliseconds */
export function createRetryLog(
  log: Pick<Log, 'info'>,
  now: () => number = () => performance.now(),
): RetryLog {
  const loggedAt = new Map<string, number>();
  let total = 0;
  return {
    total: () => total,
    onRetry: ({ what, error, status, waitMs }) => {
      total += 1;
      const reason = reasonOf(error, status);
      const last = loggedAt.get(reason);
      if (last !== undefined && now() - last < repeatMs) return;
      loggedAt.set(reason, now());
      const wait = waitMs < 1_000 ? '' : ` in ${formatDuration(waitMs / 1000)}`;
      const sum = last === undefined ? '' : `; ${total} retries so far`;
      log.info(`Retrying ${what}${wait} (${reason})${sum}`);
    },
  };
}

/** Codes of Node.js, undici and the OpenID library. Their own messages are written for programmers. */
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection closed',
  EPIPE: 'connection closed',
  UND_ERR_SOCKET: 'connection closed',
  UND_ERR_CONNECT_TIMEOUT: 'no connection within the time limit',
  UND_ERR_HEADERS_TIMEOUT: 'no answer within the time limit',
  UND_ERR_BODY_TIMEOUT: 'the answer stalled',
  OAUTH_TIMEOUT: 'no answer within the time limit',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name not resolved',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the host',
};

function reasonOf(error: unknown, status: number | undefined): string {
  if (error instanceof StorageError) return formatStorageError(error);
  if (status !== undefined) return `HTTP ${status}`;
  const chain = causes(error);
  if (chain.some(({ name }) => name === 'TimeoutError')) return 'no answer within the time limit';
  return reasons[systemCode(error) ?? ''] ?? messageOf(chain.at(-1) ?? error);
}
