import { closeSync, openSync, writevSync } from 'node:fs';

import { createRangeDigest } from './rangeDigest.ts';
import type { RangeJob } from './threadJobs.ts';

/** Pieces are written together, because each system call and each small piece of a file's cache takes time. */
const writtenTogether = 1024 ** 2;

/** Writes a range of a file while it arrives, and computes its digest while the bytes are in the cache of the processor. */
export interface RangeWriter {
  /** @returns whether the range is complete */
  add(content: Buffer): boolean;
  /** Whether it got no byte too many. */
  isExact(): boolean;
  /** @returns the digest in hex */
  finish(): string;
  close(): void;
}

/**
 * Opens a file to write a range of it.
 * @param keepsBytes whether the memory of the pieces stays as it is. Otherwise each piece is written at once
 * @throws the error of the system, here and in the methods
 */
export function openRangeWriter(
  { path, offset, length, algorithm }: RangeJob,
  keepsBytes: boolean,
): RangeWriter {
  const digest = createRangeDigest(algorithm);
  const together = keepsBytes ? writtenTogether : 0;
  const [descriptor, pieces] = [openSync(path, 'r+'), new Array<Buffer>()];
  let [taken, written, surplus, isOpen] = [0, 0, 0, true];
  const flush = () => {
    while (pieces.length > 0) {
      let count = writevSync(descriptor, pieces, offset + written);
      written += count;
      while (pieces[0] && count >= pieces[0].length) count -= pieces.shift()?.length ?? 0;
      if (pieces[0]) pieces[0] = pieces[0].subarray(count);
    }
  };
  return {
    add: (content) => {
      const piece = content.subarray(0, length - taken);
      surplus += content.length - piece.length;
      if (piece.length > 0) {
        digest.add(piece);
        pieces.push(piece);
        taken += piece.length;
      }
      if (taken - written >= together || taken === length) flush();
      return taken === length;
    },
    isExact: () => taken === length && surplus === 0,
    finish: () => digest.result(),
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      closeSync(descriptor);
    },
  };
}
