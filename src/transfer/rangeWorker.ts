import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { crc32 } from 'node:zlib';

import type { RangeJob, RangeResult } from './rangeHasher.ts';

/** A worker thread that hashes ranges of files. `scripts/assets.ts` bundles this file into `src/generated/`; no other module imports it. */

/** Fits into the cache of the processor, so that the hash does not wait for memory. */
const buffer = Buffer.allocUnsafeSlow(256 * 1024);

function digest({ path, offset, length, algorithm }: RangeJob): string {
  const descriptor = openSync(path, 'r');
  try {
    const hash = algorithm === 'crc32' ? undefined : createHash(algorithm);
    let sum = 0;
    for (let done = 0; done < length;) {
      const read = readSync(descriptor, buffer, 0, Math.min(buffer.length, length - done), offset + done);
      if (read === 0) throw new Error(`the file ends after ${offset + done} bytes`);
      const content = buffer.subarray(0, read);
      if (hash) hash.update(content);
      else sum = crc32(content, sum);
      done += read;
    }
    return hash ? hash.digest('hex') : sum.toString(16).padStart(8, '0');
  } finally {
    closeSync(descriptor);
  }
}

function answer(job: RangeJob): RangeResult {
  try {
    return { digest: digest(job) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on('message', (job: RangeJob) => parentPort?.postMessage(answer(job)));
