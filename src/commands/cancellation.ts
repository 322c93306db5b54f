/** How the runner cancels a step: SIGINT first, SIGTERM after 7.5 s, and 2.5 s later it kills the process. */
export interface Cancellation {
  /** Aborts at the first signal. */
  readonly signal: AbortSignal;
  /** What the step has done so far, as lines to log. Each part of a run that changes the storage or the disk has an entry. */
  readonly done: Map<'stored' | 'deleted' | 'downloaded', () => readonly string[]>;
  /** Removes the signal handlers. */
  release(): void;
}

/** Milliseconds until the process ends in any case. Cleaning up has less time (`cleanupMs`). */
const lastMs = 4_000;

/**
 * Turns SIGINT and SIGTERM into an abort signal, so that unfinished work can be cleaned up before the process ends.
 * @param onLate called at a second signal, or if the run has not ended in time. The process must end then
 */
export function onCancel(onLate: () => void): Cancellation {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const cancel = () => {
    if (controller.signal.aborted) {
      onLate();
      return;
    }
    timer = setTimeout(onLate, lastMs);
    controller.abort();
  };
  process.on('SIGINT', cancel).on('SIGTERM', cancel);
  return {
    signal: controller.signal,
    done: new Map(),
    release: () => {
      clearTimeout(timer);
      process.off('SIGINT', cancel).off('SIGTERM', cancel);
    },
  };
}
