/** A clock that follows a server's time, because the machine's clock may be wrong. */
export interface Clock {
  /** Milliseconds since the epoch, by the server's time. */
  now(): number;
  /** Seconds that the server is ahead of this machine; negative if it is behind. */
  readonly skewSeconds: number;
  /**
   * Adjusts the clock by the `Date` header (RFC 9110, 6.6.1) of a response.
   * @param elapsed milliseconds that the request took
   */
  observe(date: string | null | undefined, elapsed: number): void;
}

/** One clock for each origin, because servers' clocks differ. Each starts with the machine's time. */
export type Clocks = (url: URL) => Clock;

export function createClocks(machine?: () => number): Clocks {
  const clocks = new Map<string, Clock>();
  return ({ origin }) => {
    const clock = clocks.get(origin) ?? createClock(machine);
    clocks.set(origin, clock);
    return clock;
  };
}

/** Smaller differences are ignored: a `Date` header has whole seconds, and the response takes time to arrive. */
const toleranceMs = 2_000;

/** @param machine the machine's time in milliseconds since the epoch */
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
