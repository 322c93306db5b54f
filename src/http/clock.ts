/** A clock that can be set right by what a server says the time is, since a runner's clock may be off. */
export interface Clock {
  /** Milliseconds since the epoch, by the server's time. */
  now(): number;
  /** Seconds that the server is ahead of this machine; negative when it is behind. */
  readonly skewSeconds: number;
  /** Takes the `Date` header (RFC 9110, 6.6.1) of an answer to a request that took `elapsed` ms. */
  observe(date: string | null | undefined, elapsed: number): void;
}

/** A clock for each server, since each may be off in its own way; all begin with this machine's time. */
export type Clocks = (url: URL) => Clock;

export function createClocks(machine?: () => number): Clocks {
  const clocks = new Map<string, Clock>();
  return ({ origin }) => {
    const clock = clocks.get(origin) ?? createClock(machine);
    clocks.set(origin, clock);
    return clock;
  };
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
