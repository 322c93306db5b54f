import { count, formatBytes, formatCount, formatDuration } from '../text/format.ts';

export interface Progress {
  /** Adds newly stored bytes and files. */
  add(stored: Amount): void;
  /** A log line with files, bytes, rate and remaining time, or the total time if all is stored. */
  line(): string;
  /** Bytes stored so far. */
  bytes(): number;
}

interface Amount {
  readonly files: number;
  readonly bytes: number;
}

/** @param elapsed returns the milliseconds since the transfer started */
export function createProgress(total: Amount, elapsed: () => number): Progress {
  const done = { files: 0, bytes: 0 };
  return {
    bytes: () => done.bytes,
    add: ({ files, bytes }) => {
      done.files += files;
      done.bytes += bytes;
    },
    line: () => {
      const seconds = elapsed() / 1000;
      const rate = seconds > 0 ? done.bytes / seconds : 0;
      if (done.files === total.files && done.bytes === total.bytes)
        return `${count(total.files, 'file')}, ${formatBytes(total.bytes)} in ${shortDuration(seconds)} (${formatBytes(rate)}/s)`;
      const left =
        rate > 0 && done.bytes < total.bytes
          ? `, ${formatDuration((total.bytes - done.bytes) / rate)} left`
          : '';
      const share = total.bytes > 0 ? ` (${Math.floor((100 * done.bytes) / total.bytes)} %)` : '';
      return `${formatCount(done.files)} of ${count(total.files, 'file')}, ${formatBytes(done.bytes)} of ${formatBytes(total.bytes)}${share}, ${formatBytes(rate)}/s${left}`;
    },
  };
}

/** A request that starts when this little is left is answered at about the end of the transfer. */
const little: Amount = { files: 16, bytes: 64 * 1024 ** 2 };

/**
 * Calls `onEnding` once, when little is left of a transfer. For a small transfer, this is at the start.
 * @returns a function to call with newly stored bytes and files
 */
export function watchForEnd(total: Amount, onEnding: () => void = () => undefined): (stored: Amount) => void {
  const left = { ...total };
  let isEnding = false;
  const watch = ({ files, bytes }: Amount) => {
    left.files -= files;
    left.bytes -= bytes;
    if (isEnding || left.files > little.files || left.bytes > little.bytes) return;
    isEnding = true;
    onEnding();
  };
  watch({ files: 0, bytes: 0 });
  return watch;
}

/** A duration with tenths of a second below 10 s. */
function shortDuration(seconds: number): string {
  return seconds < 9.95 ? `${seconds.toFixed(1)} s` : formatDuration(seconds);
}
