import { receiveRange } from './rangeReceiver.ts';
import { type Thread, startThread } from './thread.ts';
import type { RangeJob, ReceiveJob, ReceiveResult } from './threadJobs.ts';
import { createWires } from './threadWire.ts';

/** Threads for ranges of files. */
export interface RangePool {
  /**
   * The digest of a range of a file, in hex. The thread reads the file itself: what was just written is still in memory.
   * @throws Error if the file cannot be read
   */
  digest(job: RangeJob): Promise<string>;
  /** Receives a range of an object. After the result, nothing more is written. */
  receive(job: ReceiveJob, signal: AbortSignal | undefined): Promise<ReceiveResult>;
  close(): Promise<void>;
}

/**
 * Worker threads start when they are first needed. When one of them crashes, all its jobs fail. The main thread receives ranges, too: it is idle
 * otherwise, and a worker thread takes 60 to 100 ms of CPU time to start.
 * @param most threads that receive, with the main thread. As many others compute digests
 */
export function openRangePool(most: number, start = startThread): RangePool {
  // A digest blocks its thread, and connections of the same thread would stall.
  const [hashing, receiving] = [openThreads(most, start), openThreads(most - 1, start)];
  const main = createReceiver();
  return {
    digest: (job) => hashing.leastBusy().run('range', job),
    receive: (job, signal) =>
      main.pending() <= receiving.leastPending()
        ? main.receive(job, signal)
        : receiving.leastBusy().run('receive', job, signal),
    close: async () => {
      main.close();
      await Promise.all([hashing.stop(), receiving.stop()]);
    },
  };
}

function createReceiver() {
  const wires = createWires();
  const never = new AbortController().signal;
  let pending = 0;
  return {
    pending: () => pending,
    receive: async (job: ReceiveJob, signal: AbortSignal = never) => {
      pending += 1;
      try {
        return await receiveRange(job, wires, signal);
      } finally {
        pending -= 1;
      }
    },
    close: wires.close,
  };
}

function openThreads(most: number, start: () => Thread) {
  let threads: Thread[] = [];
  const alive = () => (threads = threads.filter(({ isAlive }) => isAlive));
  /** Jobs of the least busy thread. A thread that is not started yet has none. */
  const leastPending = () => (alive().length < most ? 0 : Math.min(...threads.map(({ pending }) => pending)));
  const leastBusy = () => {
    const least = leastPending();
    const found = threads.find(({ pending }) => pending === least);
    if (found) return found;
    const started = start();
    threads.push(started);
    return started;
  };
  return { leastPending, leastBusy, stop: () => Promise.all(threads.map((thread) => thread.stop())) };
}
