import { hash } from 'node:crypto';

import { messageOf } from '../errors/error.ts';
import { type Plan, type Put, objectHeaders } from '../sync/plan.ts';
import type { StorageClient } from '../storage/client.ts';
import { type RequestBody, md5Of, readRequestBody } from './requestBody.ts';
import {
  type GracefulStop,
  type GracePeriods,
  createGracefulStop,
  defaultGracePeriods,
} from './gracefulStop.ts';
import { type BufferPool, withBuffer } from './bufferPool.ts';
import { idempotentPut } from './idempotentPut.ts';
import { type Job, runJobs } from './jobs.ts';
import { type MultipartTransfer, prepareMultipart } from './multipartTransfer.ts';
import { partSizeOf } from './partSize.ts';
import { putObject } from './putObject.ts';
import { readFile, withFile } from './fileReader.ts';
import { storedType, storedTypeOfStart } from './storedType.ts';

export interface TransferOptions {
  /** Number of concurrent requests. */
  readonly concurrency: number;
  readonly bufferPool: BufferPool;
  /** In bytes; undefined: it depends on the size of the file. */
  readonly partSize: number | undefined;
  /** Never replace an existing object. */
  readonly ifAbsent: boolean;
  /** Cancels the transfer. */
  readonly signal: AbortSignal;
  readonly gracePeriods?: GracePeriods;
  /** Called with newly stored bytes and files. */
  readonly onProgress: (progress: { readonly bytes: number; readonly files: number }) => void;
  /** Whether `onStored` gets the SHA-256 of each file that one request uploads from memory. */
  readonly sha256Wanted?: boolean;
  /** Called for every stored file, with its type in the storage. */
  readonly onStored?: (put: Put, etag: string, contentType: string, sha256?: string) => void;
}

/** A multipart upload that could not be aborted. Its parts stay in the storage. */
export interface OrphanedUpload {
  readonly put: Put;
  readonly reason: string;
}

export interface TransferResult {
  readonly stored: readonly Put[];
  /** The errors that stopped the transfer. Empty if all files are stored, or if the transfer was cancelled. */
  readonly failures: readonly { readonly put: Put; readonly error: unknown }[];
  /** Files whose last request got no response. They may be stored. */
  readonly unanswered: readonly Put[];
  readonly orphanedUploads: readonly OrphanedUpload[];
}

/**
 * Uploads the files of a plan. Workers share one queue of files and parts, and one buffer pool. The first permanent error stops the transfer: no
 * new request starts, requests in progress get a grace period, and incomplete multipart uploads are aborted. It never throws; the result contains
 * the errors.
 */
export async function transfer(
  plan: Plan,
  client: StorageClient,
  options: TransferOptions,
): Promise<TransferResult> {
  const stored: Put[] = [];
  const failures: { put: Put; error: unknown }[] = [];
  const unanswered: Put[] = [];
  const { gracePeriods = defaultGracePeriods } = options;
  const shutdown = createGracefulStop(options.signal, gracePeriods.cancelled);
  const run = new Run(client, options, shutdown, {
    stored: (put, etag, contentType, sha256) => {
      stored.push(put);
      options.onStored?.(put, etag, contentType, sha256);
    },
    failed: (put, error) => {
      if (!shutdown.stopSignal.aborted) failures.push({ put, error });
      shutdown.stop(gracePeriods.failed);
    },
    unanswered: (put) => void unanswered.push(put),
  });
  for (const group of plan.groups) await run.work(group);
  shutdown.finish();
  if (shutdown.stopSignal.aborted) await run.abort();
  return { stored, failures, unanswered, orphanedUploads: run.orphanedUploads };
}

interface Listener {
  readonly stored: (put: Put, etag: string, contentType: string, sha256?: string) => void;
  readonly failed: (put: Put, error: unknown) => void;
  readonly unanswered: (put: Put) => void;
}

class Run {
  readonly orphanedUploads: OrphanedUpload[] = [];
  readonly #client: StorageClient;
  readonly #options: TransferOptions;
  readonly #shutdown: GracefulStop;
  readonly #listener: Listener;
  readonly #large = new Map<Put, MultipartTransfer>();

  constructor(client: StorageClient, options: TransferOptions, shutdown: GracefulStop, listener: Listener) {
    this.#client = client;
    this.#options = options;
    this.#shutdown = shutdown;
    this.#listener = listener;
  }

  /** Uploads a group of files. Resolves when all of them are stored, or when no request is in progress after a stop. */
  async work(puts: readonly Put[]): Promise<void> {
    await runJobs(this.#jobs(puts), this.#options.concurrency, this.#shutdown.stopSignal);
  }

  async abort(): Promise<void> {
    await Promise.all(
      [...this.#large].map(async ([put, transfer]) => {
        const result = await transfer.abort().catch((error: unknown) => messageOf(error));
        if (result !== 'nothing' && result !== 'aborted') this.#addOrphan(put, result);
      }),
    );
  }

  #addOrphan(put: Put, result: string): void {
    const reason = result === 'not-permitted' ? 'the session may not abort multipart uploads' : result;
    this.orphanedUploads.push({ put, reason });
  }

  *#jobs(puts: readonly Put[]): Generator<Job> {
    for (const put of puts) {
      if (put.file.size <= partSizeOf(put.file.size, this.#options.partSize))
        yield () => this.#reportErrors(put, () => this.#sendWhole(put));
      else yield* this.#partJobs(put);
    }
  }

  #ifAbsent(put: Put): boolean {
    return this.#options.ifAbsent && !put.generated && !put.replaces;
  }

  *#partJobs(put: Put): Generator<Job> {
    const { partSize } = this.#options;
    const ifAbsent = this.#ifAbsent(put);
    const onUnanswered = () => this.#listener.unanswered(put);
    const onOrphan = (reason: string) => this.#addOrphan(put, reason);
    const shutdown = this.#shutdown;
    const transferOptions = { client: this.#client, shutdown, ifAbsent, partSize, onUnanswered, onOrphan };
    const transfer = prepareMultipart(put, transferOptions);
    this.#large.set(put, transfer);
    for (const part of transfer.parts) {
      yield () =>
        this.#reportErrors(put, () =>
          withBuffer(this.#options.bufferPool, part.length, async (buffer) => {
            const stored = await transfer.send(part, buffer);
            if (stored) {
              this.#large.delete(put);
              this.#listener.stored(put, stored.etag, stored.contentType);
            }
            this.#options.onProgress({ bytes: part.length, files: stored ? 1 : 0 });
          }),
        );
    }
  }

  async #sendWhole(put: Put): Promise<void> {
    const { file } = put;
    await withBuffer(this.#options.bufferPool, file.size, (buffer) =>
      buffer.length < file.size
        ? withFile(file, async (reader) => {
            const content = await readRequestBody(reader, { offset: 0, length: file.size }, buffer);
            const type = await storedTypeOfStart(put, reader);
            await reader.verify();
            await this.#store(put, type, content);
          })
        : readFile(file, buffer).then(() => this.#store(put, storedType(put, buffer), buffer)),
    );
  }

  async #store(put: Put, contentType: string, content: RequestBody): Promise<void> {
    const { stopSignal, abortSignal } = this.#shutdown;
    stopSignal.throwIfAborted();
    const conditions = { signal: abortSignal, ifAbsent: this.#ifAbsent(put) };
    const object = { key: put.key, contentType, headers: objectHeaders(put) };
    const usual = () => md5Of(content).toString('hex');
    let etag: string | undefined;
    try {
      await idempotentPut(this.#client, put, usual, conditions.ifAbsent, async () => {
        etag = await putObject(this.#client, object, content, conditions);
      });
    } catch (error) {
      if (abortSignal.aborted) this.#listener.unanswered(put);
      throw error;
    }
    const sha256 =
      this.#options.sha256Wanted && Buffer.isBuffer(content) ? hash('sha256', content) : undefined;
    this.#listener.stored(put, etag ?? usual(), contentType, sha256);
    this.#options.onProgress({ bytes: put.file.size, files: 1 });
  }

  async #reportErrors(put: Put, job: Job): Promise<void> {
    try {
      await job();
    } catch (error) {
      this.#listener.failed(put, error);
    }
  }
}
