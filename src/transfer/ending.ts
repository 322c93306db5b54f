/** Milliseconds that requests in progress may still take after the transfer stops. */
export interface Grace {
  readonly failed: number;
  readonly cancelled: number;
}

/** Requests get time to finish, because only the response says whether a file is stored. A cancelled job has less time. */
export const usualGrace: Grace = { failed: 5_000, cancelled: 1_000 };

/** Stops a transfer in two steps: first no new work starts, then requests in progress are aborted. */
export interface Ending {
  /** Aborted when no new work may start. */
  readonly stop: AbortSignal;
  /** Aborted when requests in progress have to end. */
  readonly breakOff: AbortSignal;
  /** Stops now, and aborts requests after the grace period. If there is already an earlier deadline, that one counts. */
  begin(graceMs: number): void;
  /** Ends the timer. Call it when no request is in progress. */
  over(): void;
}

export function createEnding(): Ending {
  const [stop, breakOff] = [new AbortController(), new AbortController()];
  let due = Infinity;
  let timer: NodeJS.Timeout | undefined;
  return {
    stop: stop.signal,
    breakOff: breakOff.signal,
    begin: (graceMs) => {
      stop.abort();
      const wanted = performance.now() + graceMs;
      if (wanted >= due) return;
      due = wanted;
      clearTimeout(timer);
      timer = setTimeout(() => breakOff.abort(), graceMs);
    },
    over: () => clearTimeout(timer),
  };
}
