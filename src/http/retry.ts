import { setTimeout as sleep } from 'node:timers/promises';

/** What an error says about trying again. */
export interface Classified {
  readonly transient: boolean;
  /**
   * `answered`: the server answered, or a proxy did; `refused`: nobody is there, since the name has no address or the connection is
   * refused; `silent`: no answer came; `other`: the error is not about the server at all.
   */
  readonly kind: 'answered' | 'refused' | 'silent' | 'other';
  /** Milliseconds that the server asks to wait. */
  readonly afterMs?: number | undefined;
  /** HTTP status of the answer. */
  readonly status?: number | undefined;
}

export interface RetryPolicy {
  /** Longest wait before the second try, in milliseconds; doubles with every further one, up to `maxMs`. */
  readonly baseMs: number;
  readonly maxMs: number;
  /** Milliseconds of trouble without a success, after which no other try starts. */
  readonly budgetMs: number;
  /** The same where the server says when to come back; default: `budgetMs`. */
  readonly askedBudgetMs?: number;
  /**
   * Milliseconds from the first request on for a server that has never answered: it is more likely to be a wrong address than an outage.
   */
  readonly start?: { readonly refusedMs: number; readonly silentMs: number } | undefined;
}

/** For issuer, TerrAPI and storage alike. */
export const usualPolicy: RetryPolicy = {
  baseMs: 250,
  maxMs: 5_000,
  budgetMs: 90_000,
  // A run takes a second or more beside its requests, and is to end within 10 s and 30 s.
  start: { refusedMs: 7_000, silentMs: 28_000 },
};

export interface Attempt {
  /** From 1 on. */
  readonly number: number;
  /** Milliseconds that this try may take at most; infinite once the server has answered. */
  readonly timeoutMs: number;
}

/** A try that failed and is repeated. */
export interface Retrying {
  /** What is retried, e.g. `PUT docs/index.html`; empty where nobody named it. */
  readonly what: string;
  readonly error: unknown;
  readonly status: number | undefined;
  readonly waitMs: number;
}

export type OnRetry = (retrying: Retrying) => void;

/**
 * Runs an operation until it succeeds, fails for good, or the budget is used up; then the last error is thrown at once, without one more
 * wait.
 */
export type Retrier = <T>(
  operation: (attempt: Attempt) => Promise<T>,
  options?: {
    /** In place of the retrier's own. */
    readonly signal?: AbortSignal | undefined;
    readonly what?: (() => string) | undefined;
    /** Called before each wait, besides the retrier's own. */
    readonly onRetry?: ((error: unknown) => void) | undefined;
  },
) => Promise<T>;

export interface RetrierOptions {
  readonly classify: (error: unknown) => Classified;
  readonly policy?: RetryPolicy | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called before each wait. */
  readonly onRetry?: OnRetry | undefined;
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  readonly random?: () => number;
  /** Milliseconds; never goes back. */
  readonly now?: () => number;
}

/** What each server's client is handed; how it classifies errors is its own. */
export type RetryOptions = Omit<RetrierOptions, 'classify'>;

/** The wait before another try: full jitter, so that many workers that failed together do not come back together. */
export function backoff(
  attempt: number,
  { baseMs, maxMs }: Pick<RetryPolicy, 'baseMs' | 'maxMs'>,
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
 * Makes what retries the requests to one server. They share its outage: it begins with the first failure, and ends with the next success of
 * any of them. So the budget decides when to give up, and not the unluckiest of many requests. A request that alone goes on failing has the
 * same budget for itself.
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
          const afterMs = classified.afterMs ?? 0;
          if (leftMs <= 0 || afterMs > leftMs) throw error;
          const waitMs = Math.min(afterMs + backoff(number, policy, random), leftMs);
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

/** What is known of a server: whether it has ever answered, and since when it has done nothing but fail. */
function createOutage({ budgetMs, askedBudgetMs = budgetMs, start }: RetryPolicy, now: () => number) {
  let askedAt: number | undefined;
  let hasAnswered = false;
  let since: number | undefined;
  let failing = 0;
  const startLeftMs = (limit: number) => (askedAt ?? now()) + limit - now();
  return {
    ask: () => {
      askedAt ??= now();
    },
    hear: () => {
      hasAnswered = true;
    },
    succeed: () => {
      hasAnswered = true;
      since = undefined;
    },
    /** A request fails for the first time; returns when. */
    fail: () => {
      failing += 1;
      const failedAt = now();
      since ??= failedAt;
      return failedAt;
    },
    /** A request that has failed ends, in one way or another: without any, nobody knows whether the outage goes on. */
    leave: () => {
      failing -= 1;
      if (failing === 0) since = undefined;
    },
    timeoutMs: () => (hasAnswered || !start ? Infinity : Math.max(1, startLeftMs(start.silentMs))),
    leftMs: (failedAt: number, { kind, afterMs }: Classified) => {
      since ??= now();
      const budget = afterMs === undefined ? budgetMs : askedBudgetMs;
      const left = Math.min(failedAt, since) + budget - now();
      if (hasAnswered || !start) return left;
      return Math.min(left, startLeftMs(kind === 'refused' ? start.refusedMs : start.silentMs));
    },
  };
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal ? { signal } : {});
}
