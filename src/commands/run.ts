import { ActionError, causes } from '../errors/error.ts';
import type { Host } from '../hosts/host.ts';
import { fail } from '../report/log.ts';
import { type Cancellation, onCancel } from './cancellation.ts';

/**
 * Runs a command to its end: whatever goes wrong fails the step. When the job is cancelled, the signal aborts, and the step
 * ends as failed in any case, soon, with words on what is stored and what is not.
 */
export async function runCommand(
  host: Host,
  command: (cancellation: Cancellation) => Promise<void>,
): Promise<void> {
  let isFailed = false;
  const failOnce = (error: unknown) => {
    if (!isFailed) fail(host, error);
    isFailed = true;
  };
  const cancellation = onCancel(() => {
    failOnce(cancelled(cancellation));
    exit();
  });
  const { signal } = cancellation;
  try {
    await command(cancellation);
    if (signal.aborted) failOnce(cancelled(cancellation));
  } catch (error) {
    failOnce(isOwn(error, signal) ? error : cancelled(cancellation, error));
  } finally {
    cancellation.release();
  }
  // Something may still be under way that cannot be ended, such as the system's resolver.
  if (signal.aborted) exit();
}

/** Whether an error says more than that the signal aborted. */
function isOwn(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return true;
  return error instanceof ActionError && !causes(error).some((cause) => cause === signal.reason);
}

function cancelled({ done }: Cancellation, cause?: unknown): ActionError {
  const lines = [...done.values()].flatMap((say) => say());
  return new ActionError('cancelled', 'The job was cancelled before this step was done', {
    hint: `Run the job again.`,
    details: lines.length > 0 ? lines : ['Nothing was stored or deleted.'],
    cause,
  });
}

/** Ends the process as failed. What was printed is on its way on Windows, and has a moment to get there. */
function exit(): void {
  setTimeout(() => process.exit(1), 50);
}
