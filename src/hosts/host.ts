/** A line of text for people, or several lines. A line break within one of them is shown as an escape, never as a new line. */
export type Text = string | readonly string[];

/** The job's log. */
export interface Log {
  /** Shown only to those who debug the job. */
  debug(text: Text): void;
  info(text: Text): void;
  /** Worth a look. */
  notice(text: Text, title?: string): void;
  /** What the reader should change. */
  warning(text: Text, title?: string): void;
  /** A group of lines, closed by default: its title says the main thing, its lines the detail. */
  group(title: string, lines: readonly string[]): void;
  /** Begins a group whose lines come one by one; the function returned ends it. */
  openGroup(title: string): () => void;
}

/**
 * What runs an action: a port to whatever reads its inputs from people and shows them what it did. Every text that goes out goes through
 * it, and is made safe there: no caller has to.
 */
export interface Host {
  readonly log: Log;
  /**
   * A folder of this run's own, never within the checkout, for files that later steps may read.
   * @throws ActionError `host` where none can be written
   */
  readonly tempDir: () => string;
  /** The folder in which the job keeps its temporary files, whether or not it can be written. */
  readonly tempRoot: string;
  /** Folder of the checkout. */
  readonly workspaceDir: string;
  /** An input as it was given; empty where it was not. */
  readonly input: (name: string) => string;
  /** Keeps a secret out of all that is printed from now on, by later steps as well. */
  readonly mask: (secret: string) => void;
  /** Keeps a text out of what later steps print; for what this step prints nowhere. */
  readonly maskLater: (text: string) => void;
  /**
   * Looks whether outputs can be set, before anything is done that they would tell of.
   * @throws ActionError `host`
   */
  checkOutputs(): void;
  output(name: string, value: string | number): void;
  /** Adds Markdown to the job summary. A summary that cannot be written is a warning. */
  summary(markdown: string): Promise<void>;
  /** Has the step fail, and says why. */
  fail(text: Text): void;
}
