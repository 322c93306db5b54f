import { Dispatcher } from 'undici';

import { isError } from '../errors/error.ts';

/**
 * Callbacks that run when a signal aborts. They share one event listener, because adding and removing a listener for each request costs
 * more than signing the request.
 */
export class AbortListeners {
  readonly #calls = new Set<(reason: unknown) => void>();

  constructor(signal: AbortSignal) {
    const end = () => {
      for (const call of [...this.#calls]) call(signal.reason);
    };
    signal.addEventListener('abort', end, { once: true });
  }

  add(call: (reason: unknown) => void): void {
    this.#calls.add(call);
  }

  delete(call: (reason: unknown) => void): void {
    this.#calls.delete(call);
  }
}

/** Sends requests through another dispatcher until a signal aborts. Then it aborts every pending request and starts no new one. */
export class CancellableDispatcher extends Dispatcher {
  readonly #sender: Dispatcher;
  readonly #signal: AbortSignal;
  readonly #endings: AbortListeners;

  constructor(sender: Dispatcher, signal: AbortSignal) {
    super();
    this.#sender = sender;
    this.#signal = signal;
    this.#endings = new AbortListeners(signal);
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandlers): boolean {
    if (this.#signal.aborted) {
      handler.onError?.(abortError(this.#signal.reason));
      return true;
    }
    return this.#sender.dispatch(options, new CancellableHandler(handler, this.#endings));
  }
}

class CancellableHandler implements Dispatcher.DispatchHandlers {
  readonly #inner: Dispatcher.DispatchHandlers;
  readonly #endings: AbortListeners;
  readonly #cancel: (reason: unknown) => void;
  #abort: ((error?: Error) => void) | undefined;
  #reason: Error | undefined;

  constructor(inner: Dispatcher.DispatchHandlers, endings: AbortListeners) {
    this.#inner = inner;
    this.#endings = endings;
    this.#cancel = (reason) => {
      this.#endings.delete(this.#cancel);
      this.#reason = abortError(reason);
      // Without a connection there is nothing to abort yet: the request fails now, and is aborted when it gets its connection.
      if (this.#abort) this.#abort(this.#reason);
      else this.#inner.onError?.(this.#reason);
    };
    endings.add(this.#cancel);
  }

  onConnect(abort: (error?: Error) => void): void {
    if (this.#reason) {
      abort(this.#reason);
      return;
    }
    this.#abort = abort;
    this.#inner.onConnect?.(abort);
  }

  onHeaders(status: number, headers: Buffer[], resume: () => void, statusText: string): boolean {
    return this.#inner.onHeaders?.(status, headers, resume, statusText) ?? true;
  }

  onData(chunk: Buffer): boolean {
    return this.#inner.onData?.(chunk) ?? true;
  }

  onComplete(trailers: string[] | null): void {
    this.#endings.delete(this.#cancel);
    this.#inner.onComplete?.(trailers);
  }

  onError(error: Error): void {
    this.#endings.delete(this.#cancel);
    // A request without a connection has failed already when it was cancelled.
    if (this.#abort || !this.#reason) this.#inner.onError?.(error);
  }
}

/** The abort reason of a signal as an error. */
export function abortError(reason: unknown): Error {
  return isError(reason) ? reason : new Error('Cancelled', { cause: reason });
}

/** Rejects when a signal aborts, and never resolves: for a race with work that does not look at the signal. */
export function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(abortError(signal.reason));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
