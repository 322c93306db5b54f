import { ActionError, openFileLimit } from '../errors/error.ts';
import type { WalkedFile } from '../files/walk.ts';
import type { Digest } from './digest.ts';
import type { Thread } from './thread.ts';
import type { Batch, BatchResult } from './threadJobs.ts';

export interface DigestSettings {
  readonly sha256Wanted: boolean;
  /** In bytes; undefined: it depends on the size of the file. */
  readonly partSize: number | undefined;
}

/** Worker threads that compute digests of files. */
export interface HashPool {
  /** Computes digests when a thread is idle. */
  prefetch(files: readonly WalkedFile[]): void;
  /**
   * The digests of files, in the same order. Prefetched digests are reused.
   * @throws ActionError `file-unreadable` or `file-changed` for a file that cannot be read
   */
  digests(files: readonly WalkedFile[]): Promise<readonly Digest[]>;
  close(): Promise<void>;
}

interface Task {
  /** A prefetch batch can be interrupted between two files. */
  readonly prefetch: boolean;
  readonly files: readonly WalkedFile[];
  readonly done: (result: BatchResult) => void;
  readonly failed: (error: unknown) => void;
}

/** Large enough to be worth a message, and small enough to leave work for the other threads. */
const batchFiles = 64;
const batchBytes = 8 * 1024 ** 2;

/** When one of the threads crashes or the signal aborts, all requests fail. */
export function openHashPool(
  settings: DigestSettings,
  threads: readonly Thread[],
  signal: AbortSignal,
): HashPool {
  const preempt = new Int32Array(new SharedArrayBuffer(4));
  const requested: Task[] = [];
  const prefetch = createPrefetch();
  const next = () => requested.shift() ?? (Atomics.load(preempt, 0) === 0 ? prefetch.next() : undefined);
  const workers = distribute(threads, signal, next, (task) => batchOf(task, settings, preempt));
  const request = (files: readonly WalkedFile[]) =>
    new Promise<BatchResult>((done, failed) => {
      requested.push({ files, prefetch: false, done, failed });
    });
  return {
    prefetch: (files) => {
      prefetch.add(files);
      workers.feed();
    },
    digests: async (files) => {
      Atomics.add(preempt, 0, 1);
      await prefetch.stop(files);
      const prefetched = prefetch.digests;
      const missing = files.filter(({ path }) => !prefetched.has(path));
      const results = batchesOf(missing).map(request);
      Atomics.sub(preempt, 0, 1);
      workers.feed();
      const found = (await Promise.all(results)).flatMap(digestsOf);
      const computed = new Map(missing.map(({ path }, index) => [path, found[index]]));
      return files.flatMap(({ path }) => prefetched.get(path) ?? computed.get(path) ?? []);
    },
    close: workers.close,
  };
}

/** The queue of prefetch batches, and their results. */
function createPrefetch() {
  const queue: (readonly WalkedFile[])[] = [];
  const digests = new Map<string, Digest>();
  const requested = new Set<string>();
  const inProgress = new Set<Promise<void>>();
  const keep = (files: readonly WalkedFile[], result: BatchResult | undefined) => {
    if (!result || 'error' in result) return;
    const found = digestsOf(result);
    for (const [index, digest] of found.entries()) {
      const file = files[index];
      if (file && digest.etag !== '') digests.set(file.path, digest);
    }
    if (found.length < files.length) queue.unshift(files.slice(found.length));
  };
  const task = (files: readonly WalkedFile[]): Task => {
    const { promise, resolve } = Promise.withResolvers<BatchResult | undefined>();
    const kept = promise.then((result) => {
      inProgress.delete(kept);
      keep(files, result);
    });
    inProgress.add(kept);
    return { files, prefetch: true, done: resolve, failed: () => resolve(undefined) };
  };
  return {
    digests: digests as ReadonlyMap<string, Digest>,
    add: (files: readonly WalkedFile[]) => void queue.push(files),
    next: (): Task | undefined => {
      for (let files = queue.shift(); files; files = queue.shift()) {
        const left = files.filter(({ path }) => !requested.has(path));
        if (left.length > 0) return task(left);
      }
      return undefined;
    },
    /** Waits for prefetch batches in progress, which the threads interrupt, and removes `files` from the queue. */
    stop: async (files: readonly WalkedFile[]) => {
      for (const { path } of files) requested.add(path);
      await Promise.all(inProgress);
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

function digestsOf(result: BatchResult): Digest[] {
  if ('etags' in result) {
    return result.etags.map((etag, index) => ({ etag, sha256: result.sums[index] }));
  }
  const { code, message, hint } = result.error;
  throw new ActionError(code, message, { hint });
}

/** Batches that a thread has at a time. With two it can continue while the main thread is busy. */
const depth = 2;

/** @param next takes the next task from the queue */
function distribute(
  threads: readonly Thread[],
  signal: AbortSignal,
  next: () => Task | undefined,
  batchOf: (task: Task) => Batch,
): { readonly feed: () => void; readonly close: () => Promise<void> } {
  const posted = new Set<Task>();
  let failure: { readonly error: unknown } | undefined;
  const feed = () => {
    for (let least = 0; least < depth; least += 1) {
      for (const thread of threads) {
        if (thread.pending > least) continue;
        const task = next();
        if (!task) return;
        posted.add(task);
        thread.run('files', batchOf(task)).then((result) => {
          posted.delete(task);
          task.done(result);
          feed();
        }, fail);
      }
    }
  };
  const fail = (error: unknown) => {
    failure ??= { error: explained(error) };
    const lost = [...posted];
    posted.clear();
    for (let task = lost.shift() ?? next(); task; task = lost.shift() ?? next()) task.failed(failure.error);
  };
  const onAbort = () => fail(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  return {
    feed: () => (failure ? fail(failure.error) : feed()),
    close: async () => {
      signal.removeEventListener('abort', onAbort);
      await Promise.all(threads.map((thread) => thread.stop()));
    },
  };
}

/** Adds a hint if a thread could not start for lack of file descriptors. */
function explained(error: unknown): unknown {
  const out = openFileLimit(error);
  if (!out) return error;
  const message = `Worker threads that read files cannot start: ${out.reason}`;
  return new ActionError('too-many-open-files', message, { hint: out.hint, cause: error });
}

function batchOf(
  { files, prefetch }: Task,
  { sha256Wanted, partSize }: DigestSettings,
  preempt: Int32Array,
): Batch {
  return {
    paths: files.map(({ path }) => path),
    sizes: files.map(({ size }) => size),
    times: files.map(({ mtimeMs }) => mtimeMs),
    devices: files.map(({ dev }) => dev),
    inodes: files.map(({ ino }) => ino),
    linked: files.map((file) => file.linked),
    sha256Wanted,
    partSize,
    preempt: prefetch ? preempt : undefined,
  };
}
