/** Milliseconds until requests that are under way when a transfer stops are broken off. */
export interface Grace {
  readonly failed: number;
  readonly cancelled: number;
}

/** Only an answer says whether a file is stored. A job that was cancelled has to end soon. */
export const usualGrace: Grace = { failed: 5_000, cancelled: 1_000 };

/** How a transfer ends before all is stored. */
export interface Ending {
  /** Nothing else begins. */
  readonly stop: AbortSignal;
  /** What is under way is broken off. */
  readonly breakOff: AbortSignal;
  /** Stops, and breaks off after so many milliseconds, or sooner where that was said before. */
  begin(graceMs: number): void;
  /** Nothing is under way any more. */
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
