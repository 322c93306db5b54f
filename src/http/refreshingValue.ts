/** A value that expires and is refreshed, e.g. an access token. Concurrent callers share one request. */
export interface Refreshing<T> {
  /**
   * The current value. If it is no longer fresh, a new one is requested in the background, and the current one is returned until it
   * expires. Only then does the caller wait for the new one.
   */
  get(): Promise<T>;
  /** A new value, or the current one if the refused one has been replaced already. */
  replace(isRefused: (held: T) => boolean): Promise<T>;
}

/** Milliseconds between a failed background request and the next one. */
const pauseMs = 5_000;

/**
 * @param isFresh whether it is too early to request a new value
 * @param isUsable whether the value has not expired
 */
export function refreshing<T extends object>(
  open: () => Promise<T>,
  isFresh: (held: T) => boolean,
  isUsable: (held: T) => boolean = isFresh,
  now: () => number = () => performance.now(),
): Refreshing<T> {
  let held: T | undefined;
  let opening: Promise<T> | undefined;
  let pausedUntil = -Infinity;
  const refresh = () => {
    opening ??= open()
      .then((opened) => (held = opened))
      .finally(() => (opening = undefined));
    return opening;
  };
  const refreshAhead = () => {
    if (opening || now() < pausedUntil) return;
    // If refreshing still fails when the value has expired, the caller gets the error then.
    refresh().catch(() => (pausedUntil = now() + pauseMs));
  };
  return {
    get: async () => {
      if (!held || !isUsable(held)) return refresh();
      if (!isFresh(held)) refreshAhead();
      return held;
    },
    replace: async (isRefused) => (held && !isRefused(held) ? held : refresh()),
  };
}

/** When to refresh a value that is valid between two times, and when to stop using it, in milliseconds since the epoch. */
export function refreshTimes(
  from: number,
  until: number,
): { readonly freshUntil: number; readonly usableUntil: number } {
  const life = until - from;
  // The server's time is known to a second only, and a request takes time to arrive.
  const margin = Math.min(1_000, life / 20);
  return { freshUntil: until - Math.min(maxAheadMs, life / 5), usableUntil: until - margin };
}

/** A value is refreshed when a fifth of its lifetime is left, but not earlier than this. */
const maxAheadMs = 300_000;
