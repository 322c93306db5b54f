import { ActionError, causes } from '../errors/error.ts';
import type { Host } from '../hosts/host.ts';
import { fail } from '../report/log.ts';
import { type Cancellation, onCancel } from './cancellation.ts';
import { wording } from '../text/wording.ts';

/**
 * Runs a command. Every error fails the step. If the job is cancelled, the step fails within seconds and says what is stored and what is not.
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
    failOnce(isCausedBy(error, signal) ? cancelled(cancellation, error) : error);
  } finally {
    cancellation.release();
  }
  // Some work cannot be aborted, e.g. that of the system's resolver.
  if (signal.aborted) exit();
}

/** Whether an error only says that the signal aborted. */
function isCausedBy(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  return !(error instanceof ActionError) || causes(error).some((cause) => cause === signal.reason);
}

function cancelled({ done }: Cancellation, cause?: unknown): ActionError {
  const lines = [...done.values()].flatMap((linesOf) => linesOf());
  return new ActionError(
    'cancelled',
    `The ${wording().job} was cancelled before ${wording().step} was done`,
    {
      hint: `Run the ${wording().job} again.`,
      details: lines.length > 0 ? lines : ['Nothing was stored or deleted.'],
      cause,
    },
  );
}

/** Ends the process as failed. On Windows, printed text needs a moment to arrive. */
function exit(): void {
  setTimeout(() => process.exit(process.exitCode ?? 1), 50);
}
