import { Worker } from 'node:worker_threads';

import type { MessageCode } from '../errors/codes.ts';
import { ActionError, outOfFiles } from '../errors/error.ts';
import type { WalkedFile } from '../files/walk.ts';
import { fingerprintThread } from '../generated/fingerprinter.ts';
import type { Fingerprint } from './digest.ts';

export interface ReaderSettings {
  readonly sha256Wanted: boolean;
  /** Bytes of a part of a large file; undefined: from the file's size. */
  readonly partSize: number | undefined;
}

/** What a thread is told when it starts. */
export interface ThreadSettings extends ReaderSettings {
  /** Shared by all threads: as long as it is not 0, they break off what they read ahead. */
  readonly haste: Int32Array;
}

/** Files that a thread is asked for at once, by columns: they go from thread to thread in a third of the time that objects take. */
export interface Batch {
  readonly paths: readonly string[];
  readonly sizes: readonly number[];
  readonly times: readonly number[];
  readonly devices: readonly number[];
  readonly inodes: readonly number[];
  readonly linked: readonly boolean[];
  /** Nobody waits for it: it may be broken off between two files, and one that cannot be read is passed over. */
  readonly ahead: boolean;
}

/** Fingerprints in the order of the batch, up to where it was broken off; empty where a file read ahead has none. */
export type BatchResult =
  | { readonly etags: readonly string[]; readonly sums: readonly (string | undefined)[] }
  | {
      readonly trouble: {
        readonly code: MessageCode;
        readonly message: string;
        readonly hint: string | undefined;
      };
    };

/** Threads that read files. */
export interface Readers {
  /** Has files read whenever a thread has nothing else to do. */
  ahead(files: readonly WalkedFile[]): void;
  /**
   * The fingerprints of files, in their order; those that were read ahead are known already.
   * @throws ActionError `file-unreadable` or `file-changed` for one that cannot be read
   */
  of(files: readonly WalkedFile[]): Promise<readonly Fingerprint[]>;
  close(): Promise<void>;
}

interface Task extends Pick<Batch, 'ahead'> {
  readonly files: readonly WalkedFile[];
  readonly done: (result: BatchResult) => void;
  readonly failed: (error: unknown) => void;
}

/** A message to a thread should be worth its while, and leave work for the others. */
const batchFiles = 64;
const batchBytes = 8 * 1024 ** 2;

/** Starts threads. When one of them breaks, or the signal aborts, all that is asked of them fails. */
export function openReaders(settings: ReaderSettings, threads: number, signal: AbortSignal): Readers {
  const haste = new Int32Array(new SharedArrayBuffer(4));
  const asked: Task[] = [];
  const early = createEarly();
  const next = () => asked.shift() ?? (Atomics.load(haste, 0) === 0 ? early.next() : undefined);
  const crew = openCrew({ ...settings, haste }, threads, signal, next);
  const ask = (files: readonly WalkedFile[]) =>
    new Promise<BatchResult>((done, failed) => {
      asked.push({ files, ahead: false, done, failed });
    });
  return {
    ahead: (files) => {
      early.add(files);
      crew.feed();
    },
    of: async (files) => {
      Atomics.add(haste, 0, 1);
      await early.stop(files);
      const prints = early.prints;
      const missing = files.filter(({ path }) => !prints.has(path));
      const answers = batchesOf(missing).map(ask);
      Atomics.sub(haste, 0, 1);
      crew.feed();
      const found = (await Promise.all(answers)).flatMap(printsOf);
      const late = new Map(missing.map(({ path }, index) => [path, found[index]]));
      return files.flatMap(({ path }) => prints.get(path) ?? late.get(path) ?? []);
    },
    close: crew.close,
  };
}

/** What is read before anybody asks for it. */
function createEarly() {
  const waiting: (readonly WalkedFile[])[] = [];
  const prints = new Map<string, Fingerprint>();
  const wanted = new Set<string>();
  const underWay = new Set<Promise<void>>();
  const keep = (files: readonly WalkedFile[], result: BatchResult | undefined) => {
    if (!result || 'trouble' in result) return;
    const found = printsOf(result);
    for (const [index, print] of found.entries()) {
      const file = files[index];
      if (file && print.etag !== '') prints.set(file.path, print);
    }
    if (found.length < files.length) waiting.unshift(files.slice(found.length));
  };
  const task = (files: readonly WalkedFile[]): Task => {
    const { promise, resolve } = Promise.withResolvers<BatchResult | undefined>();
    const kept = promise.then((result) => {
      underWay.delete(kept);
      keep(files, result);
    });
    underWay.add(kept);
    return { files, ahead: true, done: resolve, failed: () => resolve(undefined) };
  };
  return {
    prints: prints as ReadonlyMap<string, Fingerprint>,
    add: (files: readonly WalkedFile[]) => void waiting.push(files),
    next: (): Task | undefined => {
      for (let files = waiting.shift(); files; files = waiting.shift()) {
        const left = files.filter(({ path }) => !wanted.has(path));
        if (left.length > 0) return task(left);
      }
      return undefined;
    },
    /** Waits until nothing is read ahead any more, which threads in haste see to; `files` will not be, from now on. */
    stop: async (files: readonly WalkedFile[]) => {
      for (const { path } of files) wanted.add(path);
      await Promise.all(underWay);
    },
  };
}

function batchesOf(files: readonly WalkedFile[]): WalkedFile[][] {
  const batches: WalkedFile[][] = [];
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
  return batches;
}

function printsOf(result: BatchResult): Fingerprint[] {
  if ('etags' in result) {
    return result.etags.map((etag, index) => ({ etag, sha256: result.sums[index] }));
  }
  const { code, message, hint } = result.trouble;
  throw new ActionError(code, message, { hint });
}

/** Batches that a thread has at once: one to read, and one to go on with while the main thread is busy. */
const depth = 2;

/** @param next what is to be read next, if there is anything */
function openCrew(
  settings: ThreadSettings,
  threads: number,
  signal: AbortSignal,
  next: () => Task | undefined,
): { readonly feed: () => void; readonly close: () => Promise<void> } {
  const posted = new Map<Worker, Task[]>();
  let broken: { readonly error: unknown } | undefined;
  const feed = () => {
    for (let least = 0; least < depth; least += 1) {
      for (const [worker, tasks] of posted) {
        if (tasks.length > least) continue;
        const task = next();
        if (!task) return;
        tasks.push(task);
        worker.postMessage(messageOf(task));
      }
    }
  };
  const fail = (error: unknown) => {
    broken ??= { error: explained(error) };
    const lost = [...posted.values()].flatMap((tasks) => tasks.splice(0));
    for (let task = lost.shift() ?? next(); task; task = lost.shift() ?? next()) task.failed(broken.error);
  };
  for (let number = 0; number < threads; number += 1) {
    const worker = new Worker(fingerprintThread, { eval: true, workerData: settings });
    posted.set(worker, []);
    worker.on('error', fail).on('message', (result: BatchResult) => {
      posted.get(worker)?.shift()?.done(result);
      feed();
    });
  }
  const onAbort = () => fail(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  return {
    feed: () => (broken ? fail(broken.error) : feed()),
    close: async () => {
      signal.removeEventListener('abort', onAbort);
      await Promise.all([...posted.keys()].map((worker) => worker.terminate()));
    },
  };
}

/** In words, where a thread could not be started. */
function explained(error: unknown): unknown {
  const out = outOfFiles(error);
  if (!out) return error;
  const message = `Files cannot be read by several threads: ${out.reason}`;
  return new ActionError('too-many-open-files', message, { hint: out.hint, cause: error });
}

function messageOf({ files, ahead }: Task): Batch {
  return {
    paths: files.map(({ path }) => path),
    sizes: files.map(({ size }) => size),
    times: files.map(({ mtimeMs }) => mtimeMs),
    devices: files.map(({ dev }) => dev),
    inodes: files.map(({ ino }) => ino),
    linked: files.map((file) => file.linked),
    ahead,
  };
}
