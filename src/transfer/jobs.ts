/** A request, or a few that belong together. It handles its own errors. */
export type Job = () => Promise<void>;

/** Runs jobs with workers that share one queue. Resolves when all jobs are done, or when no job is running after the signal has aborted. */
export async function runJobs(
  jobs: Generator<Job>,
  concurrency: number,
  stopSignal: AbortSignal,
): Promise<void> {
  const worker = async () => {
    for (const job of jobs) {
      if (stopSignal.aborted) return;
      await job();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
