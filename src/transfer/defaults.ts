import { availableParallelism, freemem } from 'node:os';

const MiB = 1024 ** 2;

/** Requests under way at once on this machine: small files wait for the network and the storage's disks, not for this CPU. */
export function defaultConcurrency(): number {
  return Math.min(64, Math.max(16, 16 * availableParallelism()));
}

/**
 * Bytes of files held in memory at once on this machine: five parts on their way, and a quarter of what is free at most. More brings nothing,
 * and costs time: memory that was not used before has to be cleared first, and on a virtual machine fetched from the host.
 */
export function defaultMemory(): number {
  return Math.min(80 * MiB, Math.max(32 * MiB, Math.floor(freemem() / 4)));
}

/** Threads to read files with on this machine, where there is much to read and nothing to send yet. */
export function readingThreads(): number {
  return Math.min(4, availableParallelism());
}
