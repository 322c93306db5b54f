import { availableParallelism, freemem } from 'node:os';

const MiB = 1024 ** 2;

/** Concurrent requests. There are more than CPUs, because small files wait for the network and the disks of the storage. */
export function defaultConcurrency(): number {
  return Math.min(64, Math.max(16, 16 * availableParallelism()));
}

/**
 * Bytes of the buffer pool: five parts, but at most a quarter of the free memory. A larger pool is slower, because the system has to clear memory
 * before its first use, and a virtual machine has to get it from its host.
 */
export function defaultBufferBytes(): number {
  return Math.min(80 * MiB, Math.max(32 * MiB, Math.floor(freemem() / 4)));
}

/**
 * Whether the SHA-256 of all files of an upload costs nothing that can be measured: 10 ms of CPU, or 40 ms without SHA instructions. It takes
 * half of the time of the MD5 that each request needs. For more files, the digests also make the index page and the links file larger.
 */
export function isSha256Free(files: number, bytes: number): boolean {
  return files <= 1_000 && bytes <= 16 * MiB;
}

/** Worker threads that compute digests. */
export function defaultHashThreads(): number {
  return Math.min(4, availableParallelism());
}
