import { parentPort, workerData } from 'node:worker_threads';

import { ActionError } from '../errors/error.ts';
import { createScratch, digestFile } from './digest.ts';
import type { Batch, BatchResult, WorkerSettings } from './hashPool.ts';

/** A worker thread that computes digests. `scripts/assets.ts` bundles this file into `src/generated/`; no other module imports it. */
const { sha256Wanted, partSize, preempt } = workerData as WorkerSettings;
const scratch = createScratch();

function read({ paths, sizes, times, devices, inodes, linked, prefetch }: Batch): BatchResult {
  const etags: string[] = [];
  const sums: (string | undefined)[] = [];
  for (const [index, path] of paths.entries()) {
    if (prefetch && Atomics.load(preempt, 0) !== 0) break;
    const file = {
      path,
      size: sizes[index] ?? NaN,
      mtimeMs: times[index] ?? NaN,
      dev: devices[index] ?? NaN,
      ino: inodes[index] ?? NaN,
      linked: linked[index] ?? false,
    };
    try {
      const { etag, sha256 } = digestFile(file, scratch, sha256Wanted, partSize);
      etags.push(etag);
      sums.push(sha256);
    } catch (error) {
      if (!(error instanceof ActionError)) throw error;
      // Errors lose their class when they are sent between threads.
      if (!prefetch) return { error: { code: error.code, message: error.message, hint: error.hint } };
      etags.push('');
      sums.push(undefined);
    }
  }
  return { etags, sums };
}

parentPort?.on('message', (batch: Batch) => parentPort?.postMessage(read(batch)));
