import { styleText } from 'node:util';

import type { Log, Text } from '../host.ts';
import { outputLines, withHelp } from '../outputLines.ts';
import type { TextStream, Verbosity } from '../provider.ts';
import { type TerminalBar, openBar } from './bar.ts';

type Style = Parameters<typeof styleText>[0];

export interface TerminalLog extends Log {
  error(text: Text): void;
}

/** A log for people, as plain lines. Without `verbose`, a group is its title only. */
export function terminalLog(stream: TextStream, verbosity: Verbosity): TerminalLog {
  const styled = (style: Style, text: string) =>
    stream.hasColors ? styleText(style, text, { validateStream: false }) : text;
  let bar: TerminalBar | undefined;
  const print = (text: Text, prefix = '') => {
    const lines = `${prefix}${outputLines(text).join('\n')}\n`;
    if (bar) bar.printAbove(lines);
    else stream.write(lines);
  };
  const isVerbose = verbosity === 'verbose';
  const info = (text: Text) => {
    if (verbosity !== 'quiet') print(text);
  };
  return {
    debug: (text) => {
      if (isVerbose) print(text, styled('dim', 'Debug: '));
    },
    info,
    notice: (text) => {
      if (verbosity !== 'quiet') print(text, styled('cyan', 'Notice: '));
    },
    warning: (code, text) => print(withHelp(code, text), styled('yellow', 'Warning: ')),
    error: (text) => print(text, styled('red', 'Error: ')),
    group: (title, lines) => info(isVerbose ? [title, ...lines.map((line) => `  ${line}`)] : title),
    openGroup: () => () => undefined,
    openProgress:
      stream.isTerminal && verbosity !== 'quiet'
        ? (totalBytes) => {
            const opened = openBar(stream, totalBytes);
            bar = opened;
            return {
              ...opened,
              close: () => {
                opened.close();
                bar = undefined;
              },
            };
          }
        : undefined,
  };
}
