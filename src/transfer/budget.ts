/** An amount of memory that many may take from; who asks for more than is left waits, first come first served. */
export interface Budget {
  /** Waits for `bytes`; more than there is at all counts as all of it. Resolves to what gives them back. */
  take(bytes: number): Promise<() => void>;
}

export function createBudget(total: number): Budget {
  let left = total;
  const waiting: { bytes: number; start: () => void }[] = [];
  const next = () => {
    for (let first = waiting[0]; first && first.bytes <= left; first = waiting[0]) {
      waiting.shift();
      left -= first.bytes;
      first.start();
    }
  };
  return {
    take: async (wanted) => {
      const bytes = Math.min(wanted, total);
      await new Promise<void>((start) => {
        waiting.push({ bytes, start });
        next();
      });
      return () => {
        left += bytes;
        next();
      };
    },
  };
}
