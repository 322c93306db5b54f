import { setTimeout as sleep } from 'node:timers/promises';

/** An error as the retry policy sees it. */
export interface Classification {
  readonly transient: boolean;
  /**
   * `answered`: the server or a proxy answered; `refused`: no connection is possible, e.g. the name has no address, or the answer is not
   * HTTP; `silent`: no answer came; `other`: the error is not about the server.
   */
  readonly kind: 'answered' | 'refused' | 'silent' | 'other';
  /** Milliseconds that the server asks to wait. */
  readonly retryAfterMs?: number | undefined;
  /** HTTP status of the answer. */
  readonly status?: number | undefined;
}

export interface RetryPolicy {
  /** Longest wait before the second attempt, in milliseconds. It doubles with each further attempt, up to `maxMs`. */
  readonly baseMs: number;
  readonly maxMs: number;
  /** Milliseconds without a success after which no further attempt starts. */
  readonly budgetMs: number;
  /** The same, if the server sends `Retry-After`; default: `budgetMs`. */
  readonly retryAfterBudgetMs?: number;
  /**
   * Milliseconds from the first request on, for a server that has never answered: a wrong address is more likely than an outage.
   */
  readonly start?: { readonly refusedMs: number; readonly silentMs: number } | undefined;
}

/** The retry policy for issuer, TerrAPI and storage. */
export const usualPolicy: RetryPolicy = {
  baseMs: 250,
  maxMs: 5_000,
  budgetMs: 90_000,
  // With the time for everything else, a run ends within 10 s and 30 s.
  start: { refusedMs: 7_000, silentMs: 28_000 },
};

export interface Attempt {
  /** From 1 on. */
  readonly number: number;
  /** Milliseconds that this attempt may take; infinite once the server has answered. */
  readonly timeoutMs: number;
}

/** A failed attempt that is retried. */
export interface RetryEvent {
  /** The request, e.g. `PUT docs/index.html`; empty if it has no name. */
  readonly what: string;
  readonly error: unknown;
  readonly status: number | undefined;
  readonly waitMs: number;
}

export type OnRetry = (retrying: RetryEvent) => void;

/**
 * Runs an operation until it succeeds, fails permanently, or the time budget is used up. Then it throws the last error without waiting.
 */
export type Retrier = <T>(
  operation: (attempt: Attempt) => Promise<T>,
  options?: {
    /** Replaces the retrier's signal. */
    readonly signal?: AbortSignal | undefined;
    readonly what?: (() => string) | undefined;
    /** Called before each wait, in addition to the retrier's callback. */
    readonly onRetry?: ((error: unknown) => void) | undefined;
  },
) => Promise<T>;

export interface RetrierOptions {
  readonly classify: (error: unknown) => Classification;
  readonly policy?: RetryPolicy | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called before each wait. */
  readonly onRetry?: OnRetry | undefined;
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  readonly random?: () => number;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

/** Options that the clients of all servers share. Each client has its own classifier. */
export type RetryOptions = Omit<RetrierOptions, 'classify'>;

/** The wait before the next attempt. Full jitter keeps workers that failed together from retrying together. */
export function backoff(
  attempt: number,
  { baseMs, maxMs }: Pick<RetryPolicy, 'baseMs' | 'maxMs'>,
  random: () => number = Math.random,
): number {
  return random() * Math.min(maxMs, baseMs * 2 ** (attempt - 1));
}

/** Parses `Retry-After` (RFC 9110, 10.2.3), seconds or a date, into milliseconds from `now`; undefined if it is missing or invalid. */
export function retryAfter(header: string | null | undefined, now: number): number | undefined {
  if (!header) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/**
 * Makes a retrier for the requests to one server. The requests share one outage, which begins with the first failure and ends with the
 * next success of any request. So many parallel requests give up together, when the budget is used up. A request that fails while others
 * succeed has the same budget.
 */
export function createRetrier({
  classify,
  policy = usualPolicy,
  signal: ownSignal,
  onRetry,
  wait = pause,
  random = Math.random,
  now = () => performance.now(),
}: RetrierOptions): Retrier {
  const server = createOutage(policy, now);
  return async (operation, { signal = ownSignal, what, onRetry: alsoOnRetry } = {}) => {
    server.ask();
    let failedAt: number | undefined;
    try {
      for (let number = 1; ; number += 1) {
        signal?.throwIfAborted();
        try {
          const result = await operation({ number, timeoutMs: server.timeoutMs() });
          server.succeed();
          return result;
        } catch (error) {
          if (signal?.aborted) throw error;
          const classified = classify(error);
          if (classified.kind === 'answered') server.hear();
          if (!classified.transient) {
            if (classified.kind === 'answered') server.succeed();
            throw error;
          }
          failedAt ??= server.fail();
          const leftMs = server.leftMs(failedAt, classified);
          const retryAfterMs = classified.retryAfterMs ?? 0;
          if (leftMs <= 0 || retryAfterMs > leftMs) throw error;
          const waitMs = Math.min(retryAfterMs + backoff(number, policy, random), leftMs);
          alsoOnRetry?.(error);
          onRetry?.({ what: what?.() ?? '', error, status: classified.status, waitMs });
          await wait(waitMs, signal);
        }
      }
    } finally {
      if (failedAt !== undefined) server.leave();
    }
  };
}

/** Least time for an attempt, so that the last one can still get an answer. */
const minAttemptMs = 1_000;

/** The state of a server: whether it has ever answered, and since when all requests fail. */
function createOutage({ budgetMs, retryAfterBudgetMs = budgetMs, start }: RetryPolicy, now: () => number) {
  let firstRequestAt: number | undefined;
  let hasAnswered = false;
  let since: number | undefined;
  let failing = 0;
  const startLeftMs = (limit: number) => (firstRequestAt ?? now()) + limit - now();
  return {
    ask: () => {
      firstRequestAt ??= now();
    },
    hear: () => {
      hasAnswered = true;
    },
    succeed: () => {
      hasAnswered = true;
      since = undefined;
    },
    /** Records the first failure of a request. @returns its time */
    fail: () => {
      failing += 1;
      const failedAt = now();
      since ??= failedAt;
      return failedAt;
    },
    /** Records the end of a request that has failed. Without such requests, the outage counts as over. */
    leave: () => {
      failing -= 1;
      if (failing === 0) since = undefined;
    },
    timeoutMs: () => (hasAnswered || !start ? Infinity : Math.max(minAttemptMs, startLeftMs(start.silentMs))),
    leftMs: (failedAt: number, { kind, retryAfterMs }: Classification) => {
      since ??= now();
      const budget = retryAfterMs === undefined ? budgetMs : retryAfterBudgetMs;
      const left = Math.min(failedAt, since) + budget - now();
      if (hasAnswered || !start) return left;
      return Math.min(left, startLeftMs(kind === 'refused' ? start.refusedMs : start.silentMs));
    },
  };
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal ? { signal } : {});
}
