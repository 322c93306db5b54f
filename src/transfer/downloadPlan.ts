import type { Get } from '../sync/downloads.ts';
import type { Overwrite } from '../sync/diff.ts';
import { type System, thisSystem } from '../files/system.ts';

export interface DownloadPlanOptions {
  /** The target folder; it may be missing. Nothing is written outside of it. */
  readonly folder: string;
  /**
   * What happens to an existing file. `always`: it is replaced. `changed`: it is replaced if its content differs. `never`: another content is an error.
   */
  readonly overwrite: Overwrite;
  /** Cancels the comparison with existing files. */
  readonly signal: AbortSignal;
  /** Default: this system. */
  readonly system?: System;
}

/** What a download reads and writes, known before the first byte is written. */
export interface DownloadPlan {
  /** Absolute real path of the target folder. */
  readonly folder: string;
  /** Objects to download, in order. */
  readonly gets: readonly Get[];
  /** Objects whose file exists with the same content. */
  readonly unchanged: readonly Get[];
  /** Bytes of `gets`. */
  readonly totalBytes: number;
}

/**
 * Decides which objects to download. It checks all names, everything that is in the way below the target folder, and the free space of the disk. It
 * writes nothing.
 * @throws ActionError `unwritable-files` listing every file that cannot be written; `file-exists` with `overwrite: never`; `disk-full`
 */
export function planDownload(gets: readonly Get[], options: DownloadPlanOptions): Promise<DownloadPlan> {
  const { system = thisSystem } = options;
  return Promise.reject(new Error(`Not implemented: ${gets.length} ${system.windows}`));
}
