import { messageOf } from '../errors/error.ts';
import type { ReceiveJob, ThreadAnswer } from './threadJobs.ts';
import type { Wires } from './threadWire.ts';

const cancellations = new Map<number, AbortController>();
let wires: Wires | undefined;

/** Runs a job of a worker thread. If the job throws, the answer is its error, so that the other jobs of the thread continue. */
export async function receive(id: number, job: ReceiveJob): Promise<ThreadAnswer> {
  const cancellation = new AbortController();
  cancellations.set(id, cancellation);
  try {
    // Threads that only hash do not load TLS and HTTP.
    const { receiveRange } = await import('./rangeReceiver.ts');
    wires ??= (await import('./threadWire.ts')).createWires();
    return { id, result: await receiveRange(job, wires, cancellation.signal) };
  } catch (error) {
    return { id, error: messageOf(error) };
  } finally {
    cancellations.delete(id);
  }
}

/** Ends a job early. Its outcome is then `cancelled`. */
export function cancel(id: number): void {
  cancellations.get(id)?.abort();
}
