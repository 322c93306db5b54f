import { Worker } from 'node:worker_threads';

import { fileWorker } from '../generated/file-worker.ts';
import type { ThreadAnswer, ThreadJobs, ThreadRequest } from './threadJobs.ts';

/** A worker thread that reads and writes files. It can have several jobs at a time. */
export interface Thread {
  /** Jobs without a result. */
  readonly pending: number;
  /** False after it crashed: then all its jobs fail. */
  readonly isAlive: boolean;
  /**
   * Runs a job.
   * @param signal asks the thread to end the job early. The job still has a result
   * @throws Error of the job, or of a thread that crashed
   */
  run<K extends keyof ThreadJobs>(
    kind: K,
    job: ThreadJobs[K]['job'],
    signal?: AbortSignal,
  ): Promise<ThreadJobs[K]['result']>;
  stop(): Promise<void>;
}

interface Waiting {
  readonly done: (result: never) => void;
  readonly failed: (error: unknown) => void;
}

export function startThread(): Thread {
  const worker = new Worker(fileWorker, { eval: true });
  const waiting = new Map<number, Waiting>();
  let crash: { readonly error: unknown } | undefined;
  let last = 0;
  worker.on('message', ({ id, ...answer }: ThreadAnswer) => {
    const job = waiting.get(id);
    waiting.delete(id);
    if ('result' in answer) job?.done(answer.result as never);
    else job?.failed(new Error(answer.error));
  });
  worker.on('error', (error) => {
    crash = { error };
    for (const { failed } of waiting.values()) failed(error);
    waiting.clear();
  });
  return {
    get pending() {
      return waiting.size;
    },
    get isAlive() {
      return crash === undefined;
    },
    run: (kind, job, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<ThreadJobs[typeof kind]['result']>();
      if (crash) {
        reject(crash.error);
        return promise;
      }
      const id = (last += 1);
      waiting.set(id, { done: resolve, failed: reject });
      worker.postMessage({ id, kind, job });
      if (!signal) return promise;
      const cancel = () => worker.postMessage({ id, kind: 'cancel' } satisfies ThreadRequest);
      signal.addEventListener('abort', cancel, { once: true });
      if (signal.aborted) cancel();
      return promise.finally(() => signal.removeEventListener('abort', cancel));
    },
    stop: async () => {
      await worker.terminate();
    },
  };
}
