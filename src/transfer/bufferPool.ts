/** A buffer on loan. */
export interface Loan {
  /** As long as was asked for; what is in it is whatever the last borrower left. */
  readonly buffer: Buffer;
  giveBack(): void;
}

/** An amount of memory that buffers are lent from; who asks for more than is left waits, first come first served. */
export interface Memory {
  /** Bytes that there are in all. */
  readonly total: number;
  borrow(length: number): Promise<Loan>;
}

/** A longer stretch is read and sent in slices of this length. */
const slice = 16 * 1024 ** 2;

/**
 * How long a buffer has to be for a stretch of so many bytes: as long as that, but for a stretch that would take more than half of all
 * memory. That one is sent slice by slice.
 */
export function bufferLength(length: number, total: number): number {
  return length <= total / 2 ? length : Math.min(slice, total / 2);
}

/** Smaller ones Node cuts out of a slab of its own, which costs less than to keep them. */
const smallestKept = 4 * 1024;

/**
 * Lends buffers out of `total` bytes and uses them again, since fresh memory costs a page fault for every 4 KiB and work for the collector. One
 * that is larger than the total is lent when nothing else is.
 */
export function createMemory(total: number): Memory {
  let left = total;
  const idle = createIdleBuffers();
  const waiting: { readonly size: number; readonly start: () => void }[] = [];

  const startWaiting = () => {
    for (let first = waiting[0]; first && first.size <= left; first = waiting[0]) {
      waiting.shift();
      left -= first.size;
      first.start();
    }
  };
  const free = (charge: number) => {
    left += charge;
    startWaiting();
  };
  return {
    total,
    borrow: async (length) => {
      const size = length > total ? length : sizeClass(length);
      const charge = Math.min(size, total);
      await new Promise<void>((start) => {
        waiting.push({ size: charge, start });
        startWaiting();
      });
      try {
        const whole = size < smallestKept ? Buffer.allocUnsafe(size) : idle.take(size, left);
        return {
          buffer: whole.subarray(0, length),
          giveBack: () => {
            idle.keep(whole, size);
            free(charge);
          },
        };
      } catch (error) {
        // The machine has less than was thought: who waits must not wait for ever.
        free(charge);
        throw error;
      }
    },
  };
}

/** Buffers that nobody uses at the moment. */
function createIdleBuffers() {
  const bySize = new Map<number, Buffer[]>();
  let bytes = 0;
  return {
    /**
     * A buffer that was kept, or a new one.
     * @param left bytes that are lent to nobody: the buffers kept are forgotten where they take more
     */
    take: (size: number, left: number): Buffer => {
      const kept = bySize.get(size)?.pop();
      if (kept) {
        bytes -= size;
        return kept;
      }
      if (bytes > left) {
        bySize.clear();
        bytes = 0;
      }
      return Buffer.allocUnsafeSlow(size);
    },
    keep: (buffer: Buffer, size: number): void => {
      if (size < smallestKept) return;
      const kept = bySize.get(size);
      if (kept) kept.push(buffer);
      else bySize.set(size, [buffer]);
      bytes += size;
    },
  };
}

/** Lengths in powers of two, so that a buffer fits the next borrower too. */
function sizeClass(length: number): number {
  return length < smallestKept ? length : 2 ** Math.ceil(Math.log2(length));
}
