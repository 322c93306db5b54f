/** The run's end, as the runner asks for it: SIGINT first, SIGTERM 7.5 s later, and 2.5 s after that the step is killed. */
export interface Cancellation {
  /** Aborts at the first signal. */
  readonly signal: AbortSignal;
  /** What the step has done so far, in lines for people. Each part of a run that changes something at the storage has its entry. */
  readonly done: Map<'stored' | 'deleted', () => readonly string[]>;
  /** Leaves signals to Node again. */
  release(): void;
}

/** Milliseconds after which the process ends in any case; what clears away after itself has less (`cleanupMs`). */
const lastMs = 4_000;

/**
 * Turns SIGINT and SIGTERM into an abort signal, so that what was begun can be cleared away before the process ends.
 * @param onLate called when the run has not ended by itself in time, or at a second signal: then the process has to end
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
