import type { ActionError } from '../errors/error.ts';
import type { ObjectReader } from '../storage/objectReader.ts';
import type { Get } from '../sync/downloads.ts';
import type { BufferPool } from './bufferPool.ts';
import type { DownloadPlan } from './downloadPlan.ts';
import type { GracePeriods } from './gracefulStop.ts';

export interface DownloadOptions {
  /** Number of concurrent requests. */
  readonly concurrency: number;
  readonly bufferPool: BufferPool;
  /** Compare the content with its SHA-256 or ETag. False: compare only sizes and ETags of the responses. */
  readonly verify: boolean;
  /** Cancels the download. */
  readonly signal: AbortSignal;
  readonly gracePeriods?: GracePeriods;
  /** Called with newly received bytes and complete files. */
  readonly onProgress: (progress: { readonly bytes: number; readonly files: number }) => void;
  /** Called for every file that is complete under its name. */
  readonly onDownloaded?: (get: Get) => void;
}

export interface DownloadResult {
  readonly downloaded: readonly Get[];
  /** Objects whose file exists with the same content, with those of the plan. */
  readonly unchanged: readonly Get[];
  /** Downloaded files whose content could not be compared with a digest, e.g. of encrypted objects. Only their size is verified. */
  readonly verifiedBySize: readonly Get[];
  /** Files of which complete parts stay on the disk. The next download continues with them. */
  readonly resumable: readonly Get[];
  /** Bytes that an earlier download had received. They are part of the progress. */
  readonly resumedBytes: number;
  /** The errors that stopped the download. Empty if all files are there, or if the download was cancelled. */
  readonly failures: readonly { readonly get: Get; readonly error: ActionError }[];
}

/**
 * Downloads the objects of a plan. Workers share one queue of files and ranges of large files, and one buffer pool. Files are written beside their
 * names, verified, and renamed. The first permanent error stops the download: no new request starts, and requests in progress get a grace period.
 * It never throws; the result contains the errors.
 */
export function download(
  plan: DownloadPlan,
  reader: ObjectReader,
  options: DownloadOptions,
): Promise<DownloadResult> {
  return Promise.reject(new Error(`Not implemented: ${plan.folder} ${typeof reader} ${options.concurrency}`));
}
