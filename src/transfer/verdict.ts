import type { Clock } from '../clock.ts';
import { mayPass } from '../failures.ts';
import { type RetryPolicy, type Verdict, retryAfter } from '../retry.ts';
import { StorageError, isPassing } from '../storage/failure.ts';

/** For requests to the storage: in doubt it is given a minute and a half to come back. */
export const storagePolicy: RetryPolicy = { tries: 8, baseMs: 250, maxMs: 15_000, budgetMs: 90_000 };

/** Whether a request to the storage is worth another try, by the code of its error. */
export function judgeStorage(error: unknown, clock: Clock): Verdict {
  if (error instanceof StorageError) {
    if (!isPassing(error)) return 'fail';
    const afterMs = retryAfter(error.retryAfter, clock.now());
    return afterMs === undefined ? 'retry' : { afterMs };
  }
  return mayPass(error) ? 'retry' : 'fail';
}
