import { availableParallelism, freemem } from 'node:os';

const MiB = 1024 ** 2;

/** Requests under way at once on this machine: small files wait for the network and the storage's disks, not for this CPU. */
export function defaultConcurrency(): number {
  return Math.min(64, Math.max(16, 16 * availableParallelism()));
}

/** Bytes of files held in memory at once on this machine: enough to keep large parts moving, and a quarter of what is free at most. */
export function defaultMemory(): number {
  return Math.min(128 * MiB, Math.max(32 * MiB, Math.floor(freemem() / 4)));
}

/** Threads to read files with on this machine, where there is much to read and nothing to send yet. */
export function readingThreads(): number {
  return Math.min(4, availableParallelism());
}
