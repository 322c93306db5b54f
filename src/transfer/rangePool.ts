import { type Thread, startThread } from './thread.ts';
import type { RangeJob, ReceiveJob, ReceiveResult } from './threadJobs.ts';

/** Worker threads for ranges of files. */
export interface RangePool {
  /**
   * The digest of a range of a file, in hex. The thread reads the file itself: what was just written is still in memory.
   * @throws Error if the file cannot be read
   */
  digest(job: RangeJob): Promise<string>;
  /** Receives a range of an object. After the result, the thread writes nothing more. */
  receive(job: ReceiveJob, signal: AbortSignal | undefined): Promise<ReceiveResult>;
  close(): Promise<void>;
}

/** Threads start when they are first needed. When one of them crashes, all its jobs fail. */
export function openRangePool(most: number): RangePool {
  // A digest blocks its thread, and connections of the same thread would stall.
  const [hashing, receiving] = [openThreads(most), openThreads(most)];
  return {
    digest: (job) => hashing.leastBusy().run('range', job),
    receive: (job, signal) => receiving.leastBusy().run('receive', job, signal),
    close: async () => {
      await Promise.all([hashing.stop(), receiving.stop()]);
    },
  };
}

function openThreads(most: number) {
  let threads: Thread[] = [];
  const leastBusy = () => {
    threads = threads.filter(({ isAlive }) => isAlive);
    let [found] = threads;
    for (const thread of threads) if (thread.pending < (found?.pending ?? 0)) found = thread;
    if (found && (found.pending === 0 || threads.length >= most)) return found;
    const started = startThread();
    threads.push(started);
    return started;
  };
  return { leastBusy, stop: () => Promise.all(threads.map((thread) => thread.stop())) };
}
