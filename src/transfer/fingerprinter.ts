import { parentPort, workerData } from 'node:worker_threads';

import { ActionError } from '../errors.ts';
import { fingerprint } from './fingerprint.ts';
import type { Batch, BatchResult, ThreadSettings } from './fingerprints.ts';
import { createMemory } from './memory.ts';
import { partSizeOf } from './parts.ts';

/** A thread that reads files. It is no module of the program: `scripts/assets.ts` makes `src/threads/fingerprinter.ts` of it. */
const { sha256Wanted, partSize } = workerData as ThreadSettings;
const memory = createMemory(partSizeOf(0, partSize));

async function read({ files }: Batch): Promise<BatchResult> {
  const prints = [];
  try {
    for (const file of files) prints.push(await fingerprint(file, memory, sha256Wanted, partSize));
    return { prints };
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    // An error loses its class on its way between threads.
    return { trouble: { code: error.code, message: error.message, hint: error.hint } };
  }
}

parentPort?.on('message', (batch: Batch) => {
  void read(batch).then((result) => parentPort?.postMessage(result));
});
