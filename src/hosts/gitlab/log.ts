import type { Log, Text } from '../host.ts';
import { outputLines, withGroups, withHelp } from '../outputLines.ts';
import type { Verbosity } from '../provider.ts';

export interface LogOptions {
  /** Prints a line. All lines go to one stream, so that sections contain what belongs to them. */
  readonly print: (line: string) => void;
  readonly verbosity: Verbosity;
  /** Whether warnings and errors have a color. GitLab shows ANSI colors, and has no annotations. */
  readonly colors: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const [yellow, red] = [33, 31];

/** The log of a GitLab job, with collapsible sections (GitLab, "CI/CD job logs", "Custom collapsible sections"). */
export function gitlabLog(options: LogOptions): { readonly log: Log; readonly error: (text: Text) => void } {
  const { verbosity } = options;
  const openSection = sections(options);
  const print = (text: Text, prefix = '', color?: number) => {
    for (const [index, line] of outputLines(text).entries())
      options.print(painted(options, index === 0 ? `${prefix}${line}` : line, color));
  };
  const isQuiet = verbosity === 'quiet';
  return {
    log: withGroups({
      debug: (text) => {
        if (verbosity === 'verbose') print(text, 'Debug: ');
      },
      info: (text) => {
        if (!isQuiet) print(text);
      },
      notice: (text) => {
        if (!isQuiet) print(text, 'Notice: ');
      },
      warning: (code, text) => print(withHelp(code, text), 'Warning: ', yellow),
      openGroup: isQuiet ? () => () => undefined : openSection,
    }),
    error: (text) => print(text, 'Error: ', red),
  };
}

function painted({ colors }: LogOptions, line: string, color: number | undefined): string {
  return colors && color !== undefined ? `\u001b[${color}m${line}\u001b[0m` : line;
}

/** GitLab pairs a section's start and end by its name. `\r` and the escape sequence hide the marker. */
function sections({ print, now }: LogOptions): Log['openGroup'] {
  let count = 0;
  const marker = (kind: 'start' | 'end', name: string, title: string) => {
    const seconds = Math.floor(now() / 1000);
    print(`\u001b[0Ksection_${kind}:${seconds}:${name}\r\u001b[0K${title}`);
  };
  return (title) => {
    count += 1;
    const name = `upload_to_workspace_${process.pid}_${count}`;
    marker('start', `${name}[collapsed=true]`, outputLines(title).join(' '));
    return () => marker('end', name, '');
  };
}
