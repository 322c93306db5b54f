/** Milliseconds that requests in progress may still take after the transfer stops. */
export interface GracePeriods {
  readonly failed: number;
  readonly cancelled: number;
}

/** Requests get time to finish, because only the response says whether a file is stored. A cancelled job has less time. */
export const defaultGracePeriods: GracePeriods = { failed: 5_000, cancelled: 1_000 };

/** Stops a transfer in two steps: first no new work starts, then requests in progress are aborted. */
export interface GracefulStop {
  /** Aborted when no new work may start. */
  readonly stopSignal: AbortSignal;
  /** Aborted when requests in progress have to end. */
  readonly abortSignal: AbortSignal;
  /** Stops now, and aborts requests after the grace period. If there is already an earlier deadline, that one counts. */
  stop(graceMs: number): void;
  /** Ends the timer, and no longer listens to the cancellation. Call it when no request is in progress. */
  finish(): void;
}

/**
 * @param cancelled stops the transfer
 * @param cancelledMs the grace period then
 */
export function createGracefulStop(cancelled: AbortSignal, cancelledMs: number): GracefulStop {
  const [stopping, aborting] = [new AbortController(), new AbortController()];
  let deadline = Infinity;
  let timer: NodeJS.Timeout | undefined;
  const stop = (graceMs: number) => {
    stopping.abort();
    const wanted = performance.now() + graceMs;
    if (wanted >= deadline) return;
    deadline = wanted;
    clearTimeout(timer);
    timer = setTimeout(() => aborting.abort(), graceMs);
  };
  const cancel = () => stop(cancelledMs);
  if (cancelled.aborted) cancel();
  cancelled.addEventListener('abort', cancel);
  return {
    stopSignal: stopping.signal,
    abortSignal: aborting.signal,
    stop,
    finish: () => {
      cancelled.removeEventListener('abort', cancel);
      clearTimeout(timer);
    },
  };
}
