import { Worker } from 'node:worker_threads';

import { rangeWorker } from '../generated/range-worker.ts';

/** A range of a file to hash. */
export interface RangeJob {
  readonly path: string;
  /** Bytes. */
  readonly offset: number;
  readonly length: number;
  readonly algorithm: 'md5' | 'sha256' | 'crc32';
}

export type RangeResult = { readonly digest: string } | { readonly error: string };

/** Worker threads that hash ranges of files. They read the files themselves: what was just written is still in memory. */
export interface RangeHasher {
  /**
   * The digest of a range, in hex.
   * @throws Error if the file cannot be read
   */
  digest(job: RangeJob): Promise<string>;
  close(): Promise<void>;
}

interface Waiting {
  readonly done: (digest: string) => void;
  readonly failed: (error: unknown) => void;
}

/** Threads start when they are first needed. When one of them crashes, all its jobs fail. */
export function openRangeHasher(threads: number): RangeHasher {
  const waiting = new Map<Worker, Waiting[]>();
  const start = () => {
    const worker = new Worker(rangeWorker, { eval: true });
    const own: Waiting[] = [];
    waiting.set(worker, own);
    worker.on('message', (result: RangeResult) => {
      const first = own.shift();
      if ('digest' in result) first?.done(result.digest);
      else first?.failed(new Error(result.error));
    });
    worker.on('error', (error) => {
      waiting.delete(worker);
      for (const one of own.splice(0)) one.failed(error);
    });
    return worker;
  };
  const leastBusy = () => {
    let [found, least] = [undefined as Worker | undefined, Infinity];
    for (const [worker, { length }] of waiting) if (length < least) [found, least] = [worker, length];
    return found === undefined || (least > 0 && waiting.size < threads) ? start() : found;
  };
  return {
    digest: (job) =>
      new Promise((done, failed) => {
        const worker = leastBusy();
        waiting.get(worker)?.push({ done, failed });
        worker.postMessage(job);
      }),
    close: async () => {
      await Promise.all([...waiting.keys()].map((worker) => worker.terminate()));
    },
  };
}
