/** The end that the runner asks for: SIGINT first, SIGTERM 7.5 seconds later. */
export interface Cancellation {
  readonly signal: AbortSignal;
  release(): void;
}

/** Turns SIGINT and SIGTERM into an abort signal, so that what was begun can be cleared away before the process ends. */
export function onCancel(): Cancellation {
  const controller = new AbortController();
  const abort = () => controller.abort();
  process.on('SIGINT', abort).on('SIGTERM', abort);
  return {
    signal: controller.signal,
    release: () => process.off('SIGINT', abort).off('SIGTERM', abort),
  };
}
