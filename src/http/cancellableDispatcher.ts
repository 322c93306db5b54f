import { Dispatcher } from 'undici';

import { AbortListeners, abortError } from './abortSignals.ts';

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
