/** A buffer that has to be released after use. */
export interface BufferLease {
  /** Has the requested length. Its content is undefined. */
  readonly buffer: Buffer;
  release(): void;
}

/** A limited amount of memory for buffers. A request for more than is free waits, in order of arrival. */
export interface BufferPool {
  /** In bytes. */
  readonly total: number;
  acquire(length: number): Promise<BufferLease>;
}

/** Longer ranges of a file are read and sent in slices of this length. */
const slice = 16 * 1024 ** 2;

/**
 * The length of the buffer for a range of a file, in bytes. A range that needs more than half of the pool gets a smaller buffer, and is sent slice
 * by slice.
 */
function bufferLength(length: number, total: number): number {
  return length <= total / 2 ? length : Math.min(slice, total / 2);
}

/** Calls `use` with a buffer for a range of a file, see {@link bufferLength}. */
export async function withBuffer(
  pool: BufferPool,
  length: number,
  use: (buffer: Buffer) => Promise<void>,
): Promise<void> {
  const lease = await pool.acquire(bufferLength(length, pool.total));
  try {
    await use(lease.buffer);
  } finally {
    lease.release();
  }
}

/** Smaller buffers are not kept: Node.js allocates them from its own pool, which is cheaper. */
const smallestKept = 4 * 1024;

/**
 * Creates a pool of `total` bytes. It reuses buffers, because new memory costs a page fault for every 4 KiB and work for the garbage collector. A
 * buffer that is larger than the pool is available when no other buffer is in use.
 */
export function createBufferPool(total: number): BufferPool {
  let left = total;
  const reusable = createReusableBuffers();
  const waiting: { readonly size: number; readonly start: () => void }[] = [];

  const serveWaiting = () => {
    for (let first = waiting[0]; first && first.size <= left; first = waiting[0]) {
      waiting.shift();
      left -= first.size;
      first.start();
    }
  };
  const free = (charge: number) => {
    left += charge;
    serveWaiting();
  };
  return {
    total,
    acquire: async (length) => {
      const size = length > total ? length : sizeClass(length);
      const charge = Math.min(size, total);
      await new Promise<void>((start) => {
        waiting.push({ size: charge, start });
        serveWaiting();
      });
      try {
        const whole = size < smallestKept ? Buffer.allocUnsafe(size) : reusable.take(size, left);
        return {
          buffer: whole.subarray(0, length),
          release: () => {
            reusable.keep(whole, size);
            free(charge);
          },
        };
      } catch (error) {
        // The machine has too little memory. Requests that wait must still get their turn.
        free(charge);
        throw error;
      }
    },
  };
}

/** Buffers that are kept for reuse. */
function createReusableBuffers() {
  const bySize = new Map<number, Buffer[]>();
  let bytes = 0;
  return {
    /**
     * Returns a kept buffer, or a new one.
     * @param left free bytes of the pool; kept buffers are dropped if they take more
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

/** Rounds up to a power of two, so that the next request can reuse the buffer. */
function sizeClass(length: number): number {
  return length < smallestKept ? length : 2 ** Math.ceil(Math.log2(length));
}
