import { setTimeout as sleep } from 'node:timers/promises';

/** What to do about an error: never again, again, or again after so many milliseconds. */
export type Verdict = 'fail' | 'retry' | { readonly afterMs: number };

export interface RetryPolicy {
  /** Tries in all, the first one included. */
  readonly tries: number;
  /** Longest wait before the second try, in milliseconds; doubles with every further one. */
  readonly baseMs: number;
  readonly maxMs: number;
  /** Milliseconds from the first failure after which no other try starts; how long that first try took does not count. */
  readonly budgetMs: number;
}

export interface RetryTools {
  readonly signal?: AbortSignal | undefined;
  /** Called before each wait. */
  readonly onRetry?: ((error: unknown, waitMs: number) => void) | undefined;
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  readonly random?: () => number;
}

/** The wait before another try: full jitter, so that many workers that failed together do not come back together. */
export function backoff(
  attempt: number,
  { baseMs, maxMs }: RetryPolicy,
  random: () => number = Math.random,
): number {
  return random() * Math.min(maxMs, baseMs * 2 ** (attempt - 1));
}

/** Reads `Retry-After` (RFC 9110, 10.2.3): seconds or a date; milliseconds from `now`, undefined when it says nothing. */
export function retryAfter(header: string | null | undefined, now: number): number | undefined {
  if (!header) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/**
 * Runs `operation` until it succeeds, fails for good by `judge`, or the tries or the budget are used up; then the last error is thrown
 * at once, without one more wait.
 */
export async function retry<T>(
  operation: (attempt: number) => Promise<T>,
  judge: (error: unknown) => Verdict,
  policy: RetryPolicy,
  { signal, onRetry, wait = pause, random }: RetryTools = {},
): Promise<T> {
  let failedAt: number | undefined;
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await operation(attempt);
    } catch (error) {
      failedAt ??= performance.now();
      const verdict = signal?.aborted ? 'fail' : judge(error);
      if (verdict === 'fail' || attempt >= policy.tries) throw error;
      const own = backoff(attempt, policy, random);
      const ms = verdict === 'retry' ? own : verdict.afterMs + own;
      if (performance.now() - failedAt + ms > policy.budgetMs) throw error;
      onRetry?.(error, ms);
      await wait(ms, signal);
    }
  }
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal ? { signal } : {});
}
