import type { MessageCode } from '../errors/codes.ts';
import type { ConnectOptions } from '../http/connector.ts';
import type { WireRequest, WireResponse } from '../storage/wire.ts';

/** The jobs of worker threads. Everything in this file is copied between threads. */
export interface ThreadJobs {
  /** The digests of a batch of files. */
  readonly files: { readonly job: Batch; readonly result: BatchResult };
  /** The digest of a range of a file, in hex. */
  readonly range: { readonly job: RangeJob; readonly result: string };
  /** Receives a range of an object, and writes it into a file. */
  readonly receive: { readonly job: ReceiveJob; readonly result: ReceiveResult };
}

/** A message to a thread. */
export type ThreadRequest =
  | {
      [K in keyof ThreadJobs]: { readonly id: number; readonly kind: K; readonly job: ThreadJobs[K]['job'] };
    }[keyof ThreadJobs]
  | { readonly id: number; readonly kind: 'cancel' };

/** A message from a thread. */
export type ThreadAnswer =
  | { readonly id: number; readonly result: ThreadJobs[keyof ThreadJobs]['result'] }
  | { readonly id: number; readonly error: string };

/** Files in columns, which takes a third of the time of sending objects. */
export interface Batch {
  readonly paths: readonly string[];
  readonly sizes: readonly number[];
  readonly times: readonly number[];
  readonly devices: readonly number[];
  readonly inodes: readonly number[];
  readonly linked: readonly boolean[];
  readonly sha256Wanted: boolean;
  /** In bytes; undefined: it depends on the size of the file. */
  readonly partSize: number | undefined;
  /** Set for a prefetch batch: it ends between two files while the number is not 0, and skips files that cannot be read. Threads share it. */
  readonly preempt: Int32Array | undefined;
}

/** Digests in the order of the batch. A prefetch batch may have fewer, and an empty ETag for a file that cannot be read. */
export type BatchResult =
  | { readonly etags: readonly string[]; readonly sums: readonly (string | undefined)[] }
  | {
      readonly error: {
        readonly code: MessageCode;
        readonly message: string;
        readonly hint: string | undefined;
      };
    };

/** A range of a file to hash. */
export interface RangeJob {
  readonly path: string;
  /** Bytes. */
  readonly offset: number;
  readonly length: number;
  readonly algorithm: 'md5' | 'sha256' | 'crc32';
}

/** A range of an object to receive. The range of {@link RangeJob} is where it is written, and its digest is computed meanwhile. */
export interface ReceiveJob extends RangeJob {
  readonly request: Pick<WireRequest, 'origin' | 'path' | 'headers'>;
  readonly connection: Pick<ConnectOptions, 'proxy' | 'tls' | 'timeoutMs'>;
  /** Milliseconds without any byte after which the job fails. */
  readonly stallMs: number;
}

export type ReceiveResult =
  | {
      readonly outcome: 'received';
      readonly answer: Pick<WireResponse, 'status' | 'headers'>;
      /** In hex. */
      readonly digest: string;
    }
  /** The response is an error. Nothing is written. */
  | { readonly outcome: 'refused'; readonly answer: WireResponse }
  /** There is no connection, or the response has another form. Nothing is written. */
  | { readonly outcome: 'declined' }
  /** The connection ended within the content, or no byte arrived in time, or the job was cancelled. */
  | { readonly outcome: 'cut' | 'stalled' | 'cancelled' }
  | { readonly outcome: 'unwritable'; readonly message: string; readonly code: string | undefined };
