import { parentPort } from 'node:worker_threads';

import { ActionError, messageOf } from '../errors/error.ts';
import { createScratch, digestFile } from './digest.ts';
import { digestRange } from './rangeDigest.ts';
import { cancel, receive } from './receiveJobs.ts';
import type { Batch, BatchResult, ThreadAnswer, ThreadRequest } from './threadJobs.ts';

/** A worker thread that reads and writes files. `scripts/assets.ts` bundles this file into `src/generated/`; no other module imports it. */
const scratch = createScratch();

function digestBatch(batch: Batch): BatchResult {
  const { paths, sizes, times, devices, inodes, linked, sha256Wanted, partSize, preempt } = batch;
  const etags: string[] = [];
  const sums: (string | undefined)[] = [];
  for (const [index, path] of paths.entries()) {
    if (preempt && Atomics.load(preempt, 0) !== 0) break;
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
      if (!preempt) return { error: { code: error.code, message: error.message, hint: error.hint } };
      etags.push('');
      sums.push(undefined);
    }
  }
  return { etags, sums };
}

function digest({ id, job }: Extract<ThreadRequest, { kind: 'range' }>): ThreadAnswer {
  try {
    return { id, result: digestRange(job) };
  } catch (error) {
    return { id, error: messageOf(error) };
  }
}

const post = (answer: ThreadAnswer) => parentPort?.postMessage(answer);

parentPort?.on('message', (request: ThreadRequest) => {
  if (request.kind === 'cancel') cancel(request.id);
  else if (request.kind === 'receive') void receive(request.id, request.job).then(post);
  else if (request.kind === 'range') post(digest(request));
  else post({ id: request.id, result: digestBatch(request.job) });
});
