import type { Clock } from '../clock.ts';
import { type RetryTools, retry } from '../retry.ts';
import type { Persist } from '../storage/listing.ts';
import { judgeStorage, storagePolicy } from './verdict.ts';

/** How requests to the storage are tried again: by the code of their error, until the policy's budget is used up. */
export function persistence(
  clock: Clock,
  { signal, onRetry }: Pick<RetryTools, 'signal' | 'onRetry'>,
): Persist {
  return (request) =>
    retry(request, (error) => judgeStorage(error, clock), storagePolicy, { signal, onRetry });
}
