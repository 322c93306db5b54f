/** Something that ends and has to be got again, such as a token; however many ask at once, one request is made. */
export interface Renewable<T> {
  /**
   * What is held while it is fresh. Later a new one is asked for, and what is held is handed out until its end meanwhile; only then is the
   * new one waited for.
   */
  get(): Promise<T>;
  /** A new one, unless what is held is another one already than the one refused. */
  replace(isRefused: (held: T) => boolean): Promise<T>;
}

/** Milliseconds before another request, after one that failed while nobody had to wait for it. */
const pauseMs = 5_000;

/**
 * @param isFresh whether there is no need yet to ask for a new one
 * @param isUsable whether it has not ended yet
 */
export function renewable<T extends object>(
  open: () => Promise<T>,
  isFresh: (held: T) => boolean,
  isUsable: (held: T) => boolean = isFresh,
  now: () => number = () => performance.now(),
): Renewable<T> {
  let held: T | undefined;
  let opening: Promise<T> | undefined;
  let pausedUntil = -Infinity;
  const renew = () => {
    opening ??= open()
      .then((opened) => (held = opened))
      .finally(() => (opening = undefined));
    return opening;
  };
  const renewAhead = () => {
    if (opening || now() < pausedUntil) return;
    // If it goes on to fail, that is told when what is held has ended.
    renew().catch(() => (pausedUntil = now() + pauseMs));
  };
  return {
    get: async () => {
      if (!held || !isUsable(held)) return renew();
      if (!isFresh(held)) renewAhead();
      return held;
    },
    replace: async (isRefused) => (held && !isRefused(held) ? held : renew()),
  };
}

/** When something that lives from one moment to another is to be renewed, and until when it is used, in milliseconds since the epoch. */
export function lifetime(
  from: number,
  until: number,
): { readonly freshUntil: number; readonly usableUntil: number } {
  const life = until - from;
  // A `Date` header has whole seconds, and a request takes its time to arrive.
  const margin = Math.min(1_000, life / 20);
  return { freshUntil: until - Math.min(longestAheadMs, life / 5), usableUntil: until - margin };
}

/** As long as a fifth of its life is left it is fresh, or this much where that is less. */
const longestAheadMs = 300_000;
