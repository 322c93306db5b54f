import type { Log } from '../hosts/host.ts';
import type { Progress } from '../transfer/progress.ts';

const progressEveryMs = 3_000;

/** Shows a bar where the log has one, else a line every few seconds. @returns stops it */
export function showProgress(log: Log, progress: Progress, totalBytes: number): () => void {
  const view = log.openProgress?.(totalBytes);
  const show = view ? () => view.update(progress.bytes(), progress.line()) : () => log.info(progress.line());
  const timer = setInterval(show, view?.everyMs ?? progressEveryMs);
  return () => {
    clearInterval(timer);
    view?.close();
  };
}
