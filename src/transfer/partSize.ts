const MiB = 1024 ** 2;

/** The default part size. Smaller files are uploaded in one request. */
const smallestPart = 16 * MiB;
const mostParts = 10_000;

/** A range of a file, in bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** A range that is uploaded in one request. */
export interface Part extends ByteRange {
  /** From 1. */
  readonly number: number;
}

/**
 * The part size of a file in bytes: 16 MiB, or more whole MiB if the file would have over 10,000 parts (the limit of S3). It depends only on the
 * size of the file, so that the same content gets the same ETag on every machine.
 * @param wanted the size that the user set; it is increased if the limit requires it
 */
export function partSizeOf(size: number, wanted: number = smallestPart): number {
  return Math.max(wanted, Math.ceil(size / mostParts / MiB) * MiB);
}

/** The parts of a file. A file that is uploaded in one request has one part. */
export function partsOf(size: number, wanted?: number): Part[] {
  const partSize = partSizeOf(size, wanted);
  return Array.from({ length: Math.max(1, Math.ceil(size / partSize)) }, (_, index) => ({
    number: index + 1,
    offset: index * partSize,
    length: Math.min(partSize, size - index * partSize),
  }));
}

/** Splits a range into slices of at most `most` bytes. */
export function slicesOf({ offset, length }: ByteRange, most: number): ByteRange[] {
  return Array.from({ length: Math.ceil(length / most) }, (_, index) => ({
    offset: offset + index * most,
    length: Math.min(most, length - index * most),
  }));
}
