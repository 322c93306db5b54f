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

/** The abort reason of a signal as an error. */
export function abortError(reason: unknown): Error {
  return isError(reason) ? reason : new Error('Cancelled', { cause: reason });
}

/** Rejects when a signal aborts, and never resolves. Use it in a race with work that ignores the signal. */
export function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(abortError(signal.reason));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
