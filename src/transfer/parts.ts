const MiB = 1024 ** 2;

/** Files up to this size are one request, and parts have it, unless another was asked for. */
const smallestPart = 16 * MiB;
const mostParts = 10_000;

/** A stretch of a file. */
export interface Stretch {
  readonly offset: number;
  readonly length: number;
}

/** A stretch that is sent in a request of its own. */
export interface Part extends Stretch {
  /** From 1 on. */
  readonly number: number;
}

/**
 * The size of a file's parts in bytes, from the file's size alone, so that the same content gets the same ETag on any machine: 16 MiB, and
 * more in whole MiB where that would make over 10,000 parts (S3's limit).
 * @param wanted a size that the user asked for; made larger where the limit demands it
 */
export function partSizeOf(size: number, wanted: number = smallestPart): number {
  return Math.max(wanted, Math.ceil(size / mostParts / MiB) * MiB);
}

/** The parts of a file; one for a file that is sent whole. */
export function partsOf(size: number, wanted?: number): Part[] {
  const partSize = partSizeOf(size, wanted);
  return Array.from({ length: Math.max(1, Math.ceil(size / partSize)) }, (_, index) => ({
    number: index + 1,
    offset: index * partSize,
    length: Math.min(partSize, size - index * partSize),
  }));
}

/** The pieces that a stretch is read in where not all of it is held in memory. */
export function slicesOf({ offset, length }: Stretch, most: number): Stretch[] {
  return Array.from({ length: Math.ceil(length / most) }, (_, index) => ({
    offset: offset + index * most,
    length: Math.min(most, length - index * most),
  }));
}
