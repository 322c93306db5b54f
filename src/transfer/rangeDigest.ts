import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';

import type { RangeJob } from './threadJobs.ts';

/** Adds up a digest, piece by piece. */
interface RangeDigest {
  add(content: Buffer): void;
  /** In hex. */
  result(): string;
}

export function createRangeDigest(algorithm: RangeJob['algorithm']): RangeDigest {
  if (algorithm !== 'crc32') {
    const hash = createHash(algorithm);
    return { add: (content) => void hash.update(content), result: () => hash.digest('hex') };
  }
  let sum = 0;
  return {
    add: (content) => {
      sum = crc32(content, sum);
    },
    result: () => sum.toString(16).padStart(8, '0'),
  };
}

/** Fits into the cache of the processor, so that the hash does not wait for memory. */
const bufferBytes = 256 * 1024;
let buffer: Buffer | undefined;

/**
 * The digest of a range of a file, in hex. It is synchronous, for worker threads.
 * @throws Error if the file cannot be read
 */
export function digestRange({ path, offset, length, algorithm }: RangeJob): string {
  buffer ??= Buffer.allocUnsafeSlow(bufferBytes);
  const digest = createRangeDigest(algorithm);
  const descriptor = openSync(path, 'r');
  try {
    for (let done = 0; done < length;) {
      const read = readSync(descriptor, buffer, 0, Math.min(buffer.length, length - done), offset + done);
      if (read === 0) throw new Error(`the file ends after ${offset + done} bytes`);
      digest.add(buffer.subarray(0, read));
      done += read;
    }
    return digest.result();
  } finally {
    closeSync(descriptor);
  }
}
