import { Worker } from 'node:worker_threads';

import { ActionError, type ErrorCode } from '../errors.ts';
import type { LocalFile } from '../files/selection.ts';
import { fingerprintThread } from '../threads/fingerprinter.ts';
import { type Fingerprint, fingerprint } from './fingerprint.ts';
import type { Memory } from './memory.ts';

/** Reads files to know their contents. */
export interface Fingerprints {
  /**
   * The fingerprints of files, in their order.
   * @throws ActionError `files` as {@link fingerprint} does, or the signal's reason
   */
  of(files: readonly LocalFile[]): Promise<readonly Fingerprint[]>;
  close(): Promise<void>;
}

export interface FingerprintTools {
  readonly memory: Memory;
  readonly sha256Wanted: boolean;
  /** Bytes of a part of a large file; undefined: from the file's size. */
  readonly partSize: number | undefined;
  /** Threads to read with where there is much to read. */
  readonly threads: number;
  readonly signal: AbortSignal;
}

/** What a thread is told when it starts. */
export type ThreadSettings = Pick<FingerprintTools, 'sha256Wanted' | 'partSize'>;

/** Files that a thread is asked for at once. */
export interface Batch {
  readonly files: readonly LocalFile[];
}

export type BatchResult =
  | { readonly prints: readonly Fingerprint[] }
  | {
      readonly trouble: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly hint: string | undefined;
      };
    };

const MiB = 1024 ** 2;

/** Less than this is read before a thread has started. */
const fewFiles = 250;
const fewBytes = 16 * MiB;

/** A message to a thread should be worth its while, and leave work for the others. */
const batchFiles = 64;
const batchBytes = 8 * MiB;

/** Reads a little by itself, and much on threads, which are started when they are first needed. */
export function openFingerprints(tools: FingerprintTools): Fingerprints {
  let [files, bytes] = [0, 0];
  let pool: Pool | undefined;
  return {
    of: async (wanted) => {
      files += wanted.length;
      for (const { size } of wanted) bytes += size;
      if (!pool && files <= fewFiles && bytes <= fewBytes) return readHere(wanted, tools);
      pool ??= openPool(tools);
      return (await Promise.all(batchesOf(wanted).map(pool.read))).flat();
    },
    close: async () => pool?.close(),
  };
}

async function readHere(files: readonly LocalFile[], tools: FingerprintTools): Promise<Fingerprint[]> {
  const { memory, sha256Wanted, partSize, signal } = tools;
  const prints: Fingerprint[] = [];
  for (const file of files) {
    signal.throwIfAborted();
    prints.push(await fingerprint(file, memory, sha256Wanted, partSize));
  }
  return prints;
}

function batchesOf(files: readonly LocalFile[]): Batch[] {
  const batches: LocalFile[][] = [];
  let left = 0;
  for (const file of files) {
    const last = batches.at(-1);
    if (last && last.length < batchFiles && file.size <= left) last.push(file);
    else {
      batches.push([file]);
      left = batchBytes;
    }
    left -= file.size;
  }
  return batches.map((files) => ({ files }));
}

interface Pool {
  readonly read: (batch: Batch) => Promise<readonly Fingerprint[]>;
  readonly close: () => Promise<void>;
}

interface Task {
  readonly batch: Batch;
  readonly done: (result: BatchResult) => void;
  readonly failed: (error: unknown) => void;
}

/** Each thread has one batch at a time; who is free takes the next. */
function openPool({ sha256Wanted, partSize, threads, signal }: FingerprintTools): Pool {
  const waiting: Task[] = [];
  const busy = new Map<Worker, Task>();
  let broken: { readonly error: unknown } | undefined;
  const fail = (error: unknown) => {
    broken ??= { error };
    for (const task of [...busy.values(), ...waiting.splice(0)]) task.failed(broken.error);
    busy.clear();
  };
  const feed = (worker: Worker) => {
    const task = waiting.shift();
    if (!task) return;
    busy.set(worker, task);
    worker.postMessage(task.batch);
  };
  const workers = Array.from({ length: threads }, () => {
    const settings: ThreadSettings = { sha256Wanted, partSize };
    const worker = new Worker(fingerprintThread, { eval: true, workerData: settings });
    worker.on('message', (result: BatchResult) => {
      const task = busy.get(worker);
      busy.delete(worker);
      task?.done(result);
      feed(worker);
    });
    return worker.on('error', fail);
  });
  const onAbort = () => fail(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  return {
    read: async (batch) => {
      if (broken) throw broken.error;
      const result = await new Promise<BatchResult>((done, failed) => {
        waiting.push({ batch, done, failed });
        const free = workers.find((worker) => !busy.has(worker));
        if (free) feed(free);
      });
      if ('prints' in result) return result.prints;
      const { code, message, hint } = result.trouble;
      throw new ActionError(code, message, { hint });
    },
    close: async () => {
      signal.removeEventListener('abort', onAbort);
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
