import { causes, messageOf } from '../errors/error.ts';
import type { Log } from '../hosts/host.ts';
import { formatDuration } from '../text/format.ts';
import type { OnRetry } from '../http/retry.ts';
import { StorageError, describeStorageError } from '../storage/s3Error.ts';

/** What a run says about the requests that it retries. */
export interface RetryLog {
  readonly onRetry: OnRetry;
  /** Retries so far. */
  readonly total: () => number;
}

/** The same trouble is told again after this time, however many requests it hits meanwhile. */
const everyMs = 10_000;

/** Tells each kind of trouble at once, and then every few seconds for as long as it goes on. */
export function createRetryLog(
  log: Pick<Log, 'info'>,
  now: () => number = () => performance.now(),
): RetryLog {
  const told = new Map<string, number>();
  let total = 0;
  return {
    total: () => total,
    onRetry: ({ what, error, status, waitMs }) => {
      total += 1;
      const reason = reasonOf(error, status);
      const last = told.get(reason);
      if (last !== undefined && now() - last < everyMs) return;
      told.set(reason, now());
      const wait = waitMs < 1_000 ? '' : ` in ${formatDuration(waitMs / 1000)}`;
      const before = last === undefined ? '' : `; retries so far: ${total}`;
      log.info(`Retrying ${what}${wait} (${reason})${before}`);
    },
  };
}

function reasonOf(error: unknown, status: number | undefined): string {
  if (error instanceof StorageError) return describeStorageError(error);
  if (status !== undefined) return `HTTP ${status}`;
  return messageOf(causes(error).at(-1) ?? error);
}
