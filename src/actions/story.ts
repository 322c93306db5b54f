import { ActionError } from '../errors.ts';
import { holdNewSpace } from '../heap.ts';
import type { Host } from '../hosts/host.ts';
import { fail } from '../report/log.ts';
import { onCancel } from './cancellation.ts';

/** Runs an action's story to its end: whatever goes wrong fails the step, and the end that the runner asks for reaches it as a signal. */
export async function runStory(host: Host, story: (signal: AbortSignal) => Promise<void>): Promise<void> {
  holdNewSpace();
  const cancellation = onCancel();
  try {
    await story(cancellation.signal);
  } catch (error) {
    fail(host, cancellation.signal.aborted && !(error instanceof ActionError) ? cancelled(error) : error);
  } finally {
    cancellation.release();
  }
}

function cancelled(cause: unknown): ActionError {
  return new ActionError('cancelled', 'The job was cancelled while this step was at work', {
    hint: `Run the job again.`,
    cause,
  });
}
