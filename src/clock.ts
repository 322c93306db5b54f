/** A clock that can be set right by what servers say the time is, since a runner's clock may be off. */
export interface Clock {
  /** Milliseconds since the epoch, by the servers' time. */
  now(): number;
  /** Seconds that the servers are ahead of this machine; negative when they are behind. */
  readonly skewSeconds: number;
  /** Takes the `Date` header (RFC 9110, 6.6.1) of an answer to a request that took `elapsed` ms. */
  observe(date: string | null | undefined, elapsed: number): void;
}

/** A `Date` header has whole seconds and travels for a while: smaller differences say nothing. */
const toleranceMs = 2_000;

/**
 * @param machine the machine's own time in milliseconds since the epoch
 */
export function createClock(machine: () => number = Date.now): Clock {
  let skewMs = 0;
  return {
    now: () => machine() + skewMs,
    get skewSeconds() {
      return Math.round(skewMs / 1000);
    },
    observe(date, elapsed) {
      const server = date ? Date.parse(date) : NaN;
      if (Number.isNaN(server)) return;
      const difference = server + 500 - (machine() - elapsed / 2);
      if (Math.abs(difference - skewMs) > toleranceMs + elapsed / 2) skewMs = difference;
      if (Math.abs(skewMs) <= toleranceMs) skewMs = 0;
    },
  };
}
