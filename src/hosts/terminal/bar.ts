import cliProgress from 'cli-progress';

import type { ProgressView } from '../host.ts';
import type { TextStream } from '../provider.ts';

/** A progress bar on the last line of a terminal. */
export interface TerminalBar extends ProgressView {
  /** Prints lines above the bar. */
  printAbove(lines: string): void;
}

const everyMs = 100;
const clearLine = '\r\u001b[2K';

/** Shows a progress bar. @param totalBytes bytes of the whole transfer */
export function openBar(stream: TextStream, totalBytes: number): TerminalBar {
  const terminal = {
    isTTY: true,
    get columns() {
      return stream.columns;
    },
    write: (text: string) => stream.write(text),
  };
  const bar = new cliProgress.SingleBar({
    format: '{bar} {line}',
    // cli-progress only writes to it, and asks for its width.
    stream: terminal as unknown as NodeJS.WritableStream,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 20,
    fps: 1000 / everyMs,
    forceRedraw: true,
    clearOnComplete: true,
    // Neither the cursor nor the wrapping of lines has to be restored if the process is killed.
    hideCursor: null,
    linewrap: true,
    gracefulExit: false,
  });
  bar.start(Math.max(totalBytes, 1), 0, { line: '' });
  return {
    everyMs,
    update: (bytes, line) => bar.update(bytes, { line }),
    close: () => bar.stop(),
    printAbove: (lines) => stream.write(`${clearLine}${lines}`),
  };
}
