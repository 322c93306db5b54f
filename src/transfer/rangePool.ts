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
  const hashing = openThreads(most, start);
  const receiving = openThreads<Receiver>(most, start, [mainThread()]);
  return {
    digest: (job) => hashing.leastBusy().run('range', job),
    receive: (job, signal) => receiving.leastBusy().run('receive', job, signal),
    close: async () => {
      await Promise.all([hashing.stop(), receiving.stop()]);
    },
  };
}

/** What receives ranges: a worker thread, or the main thread. */
interface Receiver extends Pick<Thread, 'pending' | 'isAlive' | 'stop'> {
  readonly run: (kind: 'receive', job: ReceiveJob, signal: AbortSignal | undefined) => Promise<ReceiveResult>;
}

function mainThread(): Receiver {
  const wires = createWires();
  const never = new AbortController().signal;
  let pending = 0;
  return {
    get pending() {
      return pending;
    },
    isAlive: true,
    run: async (_, job, signal = never) => {
      pending += 1;
      try {
        return await receiveRange(job, wires, signal);
      } finally {
        pending -= 1;
      }
    },
    stop: () => {
      wires.close();
      return Promise.resolve();
    },
  };
}

/** @param first threads that run already */
function openThreads<T extends Pick<Thread, 'pending' | 'isAlive' | 'stop'>>(
  most: number,
  start: () => T,
  first: readonly T[] = [],
) {
  let threads = [...first];
  const leastBusy = () => {
    threads = threads.filter(({ isAlive }) => isAlive);
    let [found] = threads;
    for (const thread of threads) if (thread.pending < (found?.pending ?? 0)) found = thread;
    if (found && (found.pending === 0 || threads.length >= most)) return found;
    const started = start();
    threads.push(started);
    return started;
  };
  return { leastBusy, stop: () => Promise.all(threads.map((thread) => thread.stop())) };
}
