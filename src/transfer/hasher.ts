import type { WalkedFile } from '../files/walk.ts';
import { type Digest, createScratch, digestFile } from './digest.ts';
import { type DigestSettings, type HashPool, openHashPool } from './hashPool.ts';
import { startThread } from './thread.ts';

/** Computes digests of files: a few in the main thread, many in the hash pool. */
export interface Hasher {
  /** Announces a file whose digest may be needed. If there are many, idle threads compute their digests in advance. */
  readonly prefetch: (file: WalkedFile) => void;
  /**
   * The digests of files, in the same order.
   * @throws ActionError, like {@link digestFile}, or the reason of the signal
   */
  readonly digests: (files: readonly WalkedFile[]) => Promise<readonly Digest[]>;
  readonly close: () => Promise<void>;
}

export interface HasherOptions extends DigestSettings {
  /** Number of worker threads if there is much to read. */
  readonly threads: number;
  readonly signal: AbortSignal;
}

const MiB = 1024 ** 2;

/** Up to this much the main thread is faster than the start of a worker thread. */
const fewFiles = 250;
const fewBytes = 16 * MiB;

/** Prefetch batches are large, because the main thread is busy with the walk and cannot refill idle threads quickly. */
const batchFiles = 1_024;
const batchBytes = 32 * MiB;

/** Larger files are not prefetched, because a requested file would have to wait for them. */
const largestPrefetched = 4 * MiB;

/** Worker threads start when they are first needed. */
export function openHasher(options: HasherOptions, start = startThread): Hasher {
  const { threads, signal } = options;
  const open = () => openHashPool(options, Array.from({ length: threads }, start), signal);
  const [requested, announced] = [createTally(), createTally()];
  let batch: WalkedFile[] = [];
  let pool: HashPool | undefined;
  return {
    prefetch: (file) => {
      if (file.size > largestPrefetched) return;
      batch.push(file);
      if (!announced.exceeds([file], batchFiles, batchBytes)) return;
      pool ??= open();
      pool.prefetch(batch);
      batch = [];
      announced.reset();
    },
    digests: async (files) => {
      const isMuch = requested.exceeds(files, fewFiles, fewBytes);
      // The SHA-256 of a few files costs nothing that can be measured.
      if (!pool && !isMuch) return hashHere(files, { ...options, sha256Wanted: true });
      pool ??= open();
      return pool.digests(files);
    },
    close: async () => pool?.close(),
  };
}

/** Adds up files and bytes until they exceed a limit. */
function createTally() {
  let [count, bytes] = [0, 0];
  return {
    exceeds: (files: readonly WalkedFile[], mostFiles: number, mostBytes: number): boolean => {
      count += files.length;
      for (const { size } of files) bytes += size;
      return count > mostFiles || bytes > mostBytes;
    },
    reset: () => {
      [count, bytes] = [0, 0];
    },
  };
}

function hashHere(files: readonly WalkedFile[], options: HasherOptions): Digest[] {
  const { sha256Wanted, partSize, signal } = options;
  signal.throwIfAborted();
  const scratch = createScratch();
  return files.map((file) => digestFile(file, scratch, sha256Wanted, partSize));
}
