import type { MessageCode } from '../errors/codes.ts';
import type { Host } from './host.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A stream for text, e.g. standard error. */
export interface TextStream {
  /** Writes text as it is. */
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Whether it shows colors: a terminal does, unless the user turned them off. */
  readonly hasColors: boolean;
  /** Characters in a line of a terminal. */
  readonly columns: number;
}

/** `quiet`: warnings and errors only. `verbose`: the lines of groups and the debug log too. */
export type Verbosity = 'quiet' | 'normal' | 'verbose';

/** What the command gives a host. */
export interface HostOptions {
  readonly env: Environment;
  /** Standard error. Standard output belongs to the result of the command. */
  readonly stderr: TextStream;
  readonly verbosity: Verbosity;
  /** The raw value of an input: from an option, else from its variable; empty if it is not set. */
  readonly input: (name: string) => string;
  /** Gets each output of the command. */
  readonly output: (name: string, value: string | number) => void;
  /** Called after the message of an error was printed. */
  readonly onFail: (code: MessageCode) => void;
}

/** A system that the command can run on. */
export interface Provider {
  readonly name: string;
  /** Whether this system runs the command. */
  readonly detects: (env: Environment) => boolean;
  readonly open: (options: HostOptions) => Promise<Host>;
}
