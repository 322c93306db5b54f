import { messageOf } from '../errors/error.ts';
import type { Plan, Put } from '../sync/plan.ts';
import type { StorageClient } from '../storage/client.ts';
import { type Content, md5Of, readContent } from './content.ts';
import { type Ending, type Grace, createEnding, usualGrace } from './ending.ts';
import { type Memory, bufferLength } from './bufferPool.ts';
import { storeOnce } from './idempotentPut.ts';
import { type MultipartTransfer, prepareMultipart } from './multipart.ts';
import { partSizeOf } from './parts.ts';
import { putObject } from './put.ts';
import { readWhole, withSource } from './source.ts';

export interface TransferOptions {
  /** Number of concurrent requests. */
  readonly concurrency: number;
  readonly memory: Memory;
  /** In bytes; undefined: it depends on the size of the file. */
  readonly partSize: number | undefined;
  /** Never replace an existing object. */
  readonly ifAbsent: boolean;
  /** Cancels the transfer. */
  readonly signal: AbortSignal;
  readonly grace?: Grace;
  /** Called with newly stored bytes and files. */
  readonly onProgress: (progress: { readonly bytes: number; readonly files: number }) => void;
  /** Called for every stored file. */
  readonly onStored?: (put: Put, etag: string) => void;
}

/** A multipart upload that could not be aborted. Its parts stay in the storage. */

export interface Leftover {
  readonly put: Put;
  readonly reason: string;
}

export interface Outcome {
  readonly stored: readonly Put[];
  /** The errors that stopped the transfer. Empty if all files are stored, or if the transfer was cancelled. */
  readonly failures: readonly { readonly put: Put; readonly error: unknown }[];
  /** Files whose last request got no response. They may be stored. */
  readonly unanswered: readonly Put[];
  readonly leftovers: readonly Leftover[];
}

type Job = () => Promise<void>;

/**
 * Uploads the files of a plan. Workers share one queue of files and parts, and one buffer pool. The first permanent error stops the transfer: no
 * new request starts, requests in progress get a grace period, and incomplete multipart uploads are aborted. It never throws; the result contains
 * the errors.
 */
export async function transfer(
  plan: Plan,
  client: StorageClient,
  options: TransferOptions,
): Promise<Outcome> {
  const stored: Put[] = [];
  const failures: { put: Put; error: unknown }[] = [];
  const unanswered: Put[] = [];
  const { grace = usualGrace } = options;
  const ending = createEnding();
  const cancel = () => ending.begin(grace.cancelled);
  if (options.signal.aborted) cancel();
  options.signal.addEventListener('abort', cancel);
  const run = new Run(client, options, ending, {
    stored: (put, etag) => {
      stored.push(put);
      options.onStored?.(put, etag);
    },
    failed: (put, error) => {
      if (!ending.stop.aborted) failures.push({ put, error });
      ending.begin(grace.failed);
    },
    unanswered: (put) => void unanswered.push(put),
  });
  for (const group of plan.groups) await run.work(group);
  options.signal.removeEventListener('abort', cancel);
  ending.over();
  if (ending.stop.aborted) await run.abandon();
  return { stored, failures, unanswered, leftovers: run.leftovers };
}

interface Listener {
  readonly stored: (put: Put, etag: string) => void;
  readonly failed: (put: Put, error: unknown) => void;
  readonly unanswered: (put: Put) => void;
}

class Run {
  readonly leftovers: Leftover[] = [];
  readonly #client: StorageClient;
  readonly #options: TransferOptions;
  readonly #ending: Ending;
  readonly #listener: Listener;
  readonly #large = new Map<Put, MultipartTransfer>();

  constructor(client: StorageClient, options: TransferOptions, ending: Ending, listener: Listener) {
    this.#client = client;
    this.#options = options;
    this.#ending = ending;
    this.#listener = listener;
  }

  /** Uploads a group of files. Resolves when all of them are stored, or when no request is in progress after a stop. */
  async work(puts: readonly Put[]): Promise<void> {
    const jobs = this.#jobs(puts);
    const worker = async () => {
      for (const job of jobs) {
        if (this.#ending.stop.aborted) return;
        await job();
      }
    };
    await Promise.all(Array.from({ length: this.#options.concurrency }, worker));
  }

  async abandon(): Promise<void> {
    await Promise.all(
      [...this.#large].map(async ([put, transfer]) => {
        const result = await transfer.abandon().catch((error: unknown) => messageOf(error));
        if (result !== 'nothing' && result !== 'aborted') this.#leave(put, result);
      }),
    );
  }

  #leave(put: Put, result: string): void {
    const reason = result === 'not-permitted' ? 'the session may not abort multipart uploads' : result;
    this.leftovers.push({ put, reason });
  }

  *#jobs(puts: readonly Put[]): Generator<Job> {
    for (const put of puts) {
      if (put.file.size <= partSizeOf(put.file.size, this.#options.partSize))
        yield () => this.#guarded(put, () => this.#sendWhole(put));
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
    const onLeftover = (reason: string) => this.#leave(put, reason);
    const ending = this.#ending;
    const tools = { client: this.#client, ending, ifAbsent, partSize, onUnanswered, onLeftover };
    const transfer = prepareMultipart(put, tools);
    this.#large.set(put, transfer);
    for (const part of transfer.parts) {
      yield () =>
        this.#guarded(put, () =>
          this.#withBuffer(part.length, async (buffer) => {
            const etag = await transfer.send(part, buffer);
            if (etag !== undefined) {
              this.#large.delete(put);
              this.#listener.stored(put, etag);
            }
            this.#options.onProgress({ bytes: part.length, files: etag === undefined ? 0 : 1 });
          }),
        );
    }
  }

  async #sendWhole(put: Put): Promise<void> {
    const { file } = put;
    await this.#withBuffer(file.size, (buffer) =>
      buffer.length < file.size
        ? withSource(file, async (source) => {
            const content = await readContent(source, { offset: 0, length: file.size }, buffer);
            await source.verify();
            await this.#store(put, content);
          })
        : readWhole(file, buffer).then(() => this.#store(put, buffer)),
    );
  }

  async #store(put: Put, content: Content): Promise<void> {
    const { stop, breakOff } = this.#ending;
    stop.throwIfAborted();
    const conditions = { signal: breakOff, ifAbsent: this.#ifAbsent(put) };
    const usual = () => md5Of(content).toString('hex');
    let etag: string | undefined;
    try {
      await storeOnce(this.#client, put, usual, conditions.ifAbsent, async () => {
        etag = await putObject(this.#client, put, content, conditions);
      });
    } catch (error) {
      if (breakOff.aborted) this.#listener.unanswered(put);
      throw error;
    }
    this.#listener.stored(put, etag ?? usual());
    this.#options.onProgress({ bytes: put.file.size, files: 1 });
  }

  async #withBuffer(length: number, use: (buffer: Buffer) => Promise<void>): Promise<void> {
    const { memory } = this.#options;
    const loan = await memory.borrow(bufferLength(length, memory.total));
    try {
      await use(loan.buffer);
    } finally {
      loan.giveBack();
    }
  }

  async #guarded(put: Put, job: Job): Promise<void> {
    try {
      await job();
    } catch (error) {
      this.#listener.failed(put, error);
    }
  }
}
