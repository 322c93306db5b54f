import path from 'node:path';

import type { ActionError } from '../errors/error.ts';
import { normalizeEtag } from '../storage/etag.ts';
import { type ObjectReader, type ObjectResponse, objectChanged } from '../storage/objectReader.ts';
import type { Get } from '../sync/downloads.ts';
import { sanitize } from '../text/sanitize.ts';
import { type BufferPool, withBuffer } from './bufferPool.ts';
import { type DownloadPlan, existing, isLarge } from './downloadPlan.ts';
import {
  type GracePeriods,
  type GracefulStop,
  createGracefulStop,
  defaultGracePeriods,
} from './gracefulStop.ts';
import { createFolders } from './fileWriter.ts';
import { type Job, runJobs } from './jobs.ts';
import { LargeDownload } from './largeDownload.ts';
import { type RangePool, openRangePool } from './rangePool.ts';
import { defaultHashThreads } from './resourceLimits.ts';
import { saveSmall } from './smallDownload.ts';

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
  /** Objects of the plan that are neither downloaded nor unchanged. */
  readonly missing: readonly Get[];
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
export async function download(
  plan: DownloadPlan,
  reader: ObjectReader,
  options: DownloadOptions,
): Promise<DownloadResult> {
  const { gracePeriods = defaultGracePeriods, signal } = options;
  const shutdown = createGracefulStop(signal, gracePeriods.cancelled);
  const pool = openRangePool(defaultHashThreads());
  const run = new Run(plan, { ...options, reader, shutdown, pool, gracePeriods });
  try {
    await run.work();
  } finally {
    shutdown.finish();
    await pool.close();
  }
  return run.result();
}

interface RunOptions extends DownloadOptions {
  readonly reader: ObjectReader;
  readonly shutdown: GracefulStop;
  readonly pool: RangePool;
  readonly gracePeriods: GracePeriods;
}

class Run {
  readonly #plan: DownloadPlan;
  readonly #options: RunOptions;
  readonly #createFolder = createFolders();
  readonly #large = new Map<Get, LargeDownload>();
  readonly #downloaded: Get[] = [];
  readonly #unchanged: Get[] = [];
  readonly #verifiedBySize: Get[] = [];
  readonly #failures: { get: Get; error: ActionError }[] = [];
  #resumedBytes = 0;

  constructor(plan: DownloadPlan, options: RunOptions) {
    this.#plan = plan;
    this.#options = options;
  }

  /** Resolves when all objects are downloaded, or when no request is in progress after a stop. */
  async work(): Promise<void> {
    const { concurrency, shutdown } = this.#options;
    await runJobs(this.#jobs(), concurrency, shutdown.stopSignal);
  }

  result(): DownloadResult {
    const resumable = [...this.#large].filter(([, one]) => one.suspend()).map(([get]) => get);
    const done = new Set([...this.#downloaded, ...this.#unchanged]);
    return {
      downloaded: this.#downloaded,
      unchanged: [...this.#plan.unchanged, ...this.#unchanged],
      missing: this.#plan.gets.filter((get) => !done.has(get)),
      verifiedBySize: this.#verifiedBySize,
      resumable,
      resumedBytes: this.#resumedBytes,
      failures: this.#failures,
    };
  }

  *#jobs(): Generator<Job> {
    for (const get of this.#plan.gets) {
      if (isLarge(get, this.#plan.partSize)) yield* this.#partJobs(get);
      else yield () => this.#reportErrors(get, () => this.#downloadSmall(get));
    }
  }

  *#partJobs(get: Get): Generator<Job> {
    const { reader, pool, verify, shutdown, bufferPool } = this.#options;
    const large = new LargeDownload(get, {
      file: this.#fileOf(get),
      partSize: this.#plan.partSize,
      reader,
      pool,
      verify,
      signal: shutdown.abortSignal,
      known: this.#knownEtags(get),
      accept: (response) => this.#accept(get, response),
      withBuffer: (length, use) => withBuffer(bufferPool, length, use),
    });
    this.#large.set(get, large);
    for (const part of large.parts) {
      yield () =>
        this.#reportErrors(get, async () => {
          if (part.number === 1) this.#createFolder(this.#fileOf(get));
          const { part: how, whole } = await large.receive(part);
          if (how === 'kept') this.#resumedBytes += part.length;
          if (how === 'unchanged') this.#keep(get, part.length, part.number === 1);
          else this.#finish(get, part.length, whole);
        });
    }
  }

  async #downloadSmall(get: Get): Promise<void> {
    const { reader, shutdown, pool, verify, bufferPool } = this.#options;
    await withBuffer(bufferPool, get.size, async (buffer) => {
      const read = async () => {
        shutdown.stopSignal.throwIfAborted();
        const response = await reader.read({
          source: get.source,
          range: undefined,
          ifMatch: get.etag,
          ifNoneMatch: this.#knownEtags(get),
          buffer,
          signal: shutdown.abortSignal,
        });
        if (response.modified) this.#accept(get, response);
        return response;
      };
      const file = this.#fileOf(get);
      this.#createFolder(file);
      const how = await saveSmall(get, { file, content: buffer, read, pool, verify });
      if (how === 'unchanged') this.#keep(get, get.size, true);
      else this.#finish(get, get.size, how);
    });
  }

  #fileOf({ name }: Get): string {
    return path.join(this.#plan.folder, name);
  }

  #knownEtags(get: Get): readonly string[] {
    const etag = this.#plan.etags.get(get);
    return etag === undefined ? [] : [etag];
  }

  /** Throws if a response is not the object of the plan. */
  #accept(get: Get, { etag }: ObjectResponse): void {
    if (get.etag !== undefined && normalizeEtag(get.etag) !== etag)
      throw objectChanged(whatOf(get), 'it was replaced in the workspace during the download');
    if (this.#plan.overwrite === 'never' && this.#plan.etags.has(get)) throw existing([get.name]);
  }

  #finish(get: Get, bytes: number, whole: 'verified' | 'size-only' | undefined): void {
    if (whole === 'size-only') this.#verifiedBySize.push(get);
    if (whole) {
      this.#large.delete(get);
      this.#downloaded.push(get);
      this.#options.onDownloaded?.(get);
    }
    this.#options.onProgress({ bytes, files: whole ? 1 : 0 });
  }

  #keep(get: Get, bytes: number, isFirst: boolean): void {
    if (isFirst) this.#unchanged.push(get);
    this.#options.onProgress({ bytes, files: isFirst ? 1 : 0 });
  }

  async #reportErrors(get: Get, job: Job): Promise<void> {
    try {
      await job();
    } catch (error) {
      const { shutdown, reader, gracePeriods } = this.#options;
      const described = reader.describe(whatOf(get), get.source, error);
      if (leavesNothing.has(described.code)) this.#large.get(get)?.discard();
      if (!shutdown.stopSignal.aborted) this.#failures.push({ get, error: described });
      shutdown.stop(gracePeriods.failed);
    }
  }
}

/** After these errors, the parts that were received are useless, or they fill the disk. */
const leavesNothing: ReadonlySet<string> = new Set(['object-changed', 'content-mismatch', 'disk-full']);

function whatOf({ name }: Get): string {
  return `${sanitize(name)} could not be downloaded`;
}
