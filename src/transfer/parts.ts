const MiB = 1024 ** 2;

/** Files up to this size are one request, and parts have it, unless another was asked for. */
const smallestPart = 16 * MiB;
const mostParts = 10_000;

/** A stretch of a file. */
export interface Part {
  /** From 1 on. */
  readonly number: number;
  readonly offset: number;
  readonly length: number;
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
