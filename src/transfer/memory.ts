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
  let idleBytes = 0;
  const idle = new Map<number, Buffer[]>();
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
  const allocate = (size: number) => {
    const kept = idle.get(size)?.pop();
    if (kept) {
      idleBytes -= size;
      return kept;
    }
    if (idleBytes > left) {
      idle.clear();
      idleBytes = 0;
    }
    return Buffer.allocUnsafeSlow(size);
  };
  const keep = (buffer: Buffer, size: number) => {
    if (size < smallestKept) return;
    const kept = idle.get(size);
    if (kept) kept.push(buffer);
    else idle.set(size, [buffer]);
    idleBytes += size;
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
        const whole = size < smallestKept ? Buffer.allocUnsafe(size) : allocate(size);
        return {
          buffer: whole.subarray(0, length),
          giveBack: () => {
            keep(whole, size);
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

/** Lengths in powers of two, so that a buffer fits the next borrower too. */
function sizeClass(length: number): number {
  return length < smallestKept ? length : 2 ** Math.ceil(Math.log2(length));
}
