import type { Dispatcher } from 'undici';

/** A request body that is not in memory as a whole. Each attempt reads it again. */
export interface SlicedBody {
  /** In bytes. */
  readonly length: number;
  slices(): AsyncIterable<Buffer>;
}

/** An HTTP request as it is sent. */
export interface WireRequest {
  readonly origin: string;
  /** Including the query. */
  readonly path: string;
  readonly method: Dispatcher.HttpMethod;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | SlicedBody | undefined;
  /** Bytes of the response body to keep; default: 64 KiB, enough for errors and for results of uploads. */
  readonly keepBytes?: number | undefined;
  /** Receives the body of an object: of a response of 200 or 206 with an ETag. A longer body is an error. */
  readonly into?: BodySink | undefined;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The beginning of the body, up to the bytes to keep; empty if the body is in {@link WireRequest.into}. */
  readonly body: string;
  /** Bytes of the body. */
  readonly received: number;
}

export interface SendOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds without any progress after which the request fails. */
  readonly stallMs: number;
  /** Default: the machine's time. */
  readonly timer?: StallTimer | undefined;
}

/** The time by which progress is watched. */
export interface StallTimer {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Calls back after some milliseconds. @returns a function that prevents this */
  readonly after: (ms: number, call: () => void) => () => void;
}

/** Receives a response body: a buffer, or something that takes each piece while it is still in the cache of the processor. */
export type BodySink = Buffer | ReceivingSink;

export interface ReceivingSink {
  /** Bytes that it takes. */
  readonly length: number;
  /** An error that it throws fails the request. */
  readonly write: (piece: Buffer, offset: number) => void;
  /**
   * Sends the request in another way, e.g. in another thread, and takes the body.
   * @returns undefined if the usual client has to send it
   */
  readonly receive?: (request: WireRequest, options: SendOptions) => Promise<WireResponse | undefined>;
}
