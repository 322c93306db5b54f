import type { MessageCode } from '../errors/codes.ts';
import type { RetryOptions } from '../http/retry.ts';
import type { ReportKind, Reporter, ReporterOptions } from './reporter.ts';

/** One or more lines of text for people. A line break within a line is printed as an escape. */
export type Text = string | readonly string[];

/** The job's log. */
export interface Log {
  /** Shown only with debug logging. */
  debug(text: Text): void;
  info(text: Text): void;
  notice(text: Text, title?: string): void;
  /** For something that the reader should change. The log adds the URL of its entry in docs/troubleshooting.md. */
  warning(code: MessageCode, text: Text, title?: string): void;
  /** A group of lines, closed by default. The title says the main thing; without lines, it is an ordinary line. */
  group(title: string, lines: readonly string[]): void;
  /** Starts a group for the following lines. @returns ends the group */
  openGroup(title: string): () => void;
  /** Shows the progress of a transfer while it runs; undefined if the log has only lines. */
  readonly openProgress?: ((totalBytes: number) => ProgressView) | undefined;
}

/** A view of a transfer's progress, e.g. a bar. */
export interface ProgressView {
  /** Milliseconds between two updates. */
  readonly everyMs: number;
  /** @param line files, bytes, rate and remaining time */
  update(bytes: number, line: string): void;
  /** Removes the view. */
  close(): void;
}

/** The CI run that this step belongs to. */
export interface Run {
  /** URL of its page; empty if it has none. */
  readonly url: string;
  /** Its name for people, e.g. `acme/site, Pages #12`; undefined if it has no page. */
  readonly label: string | undefined;
  /** SHA of the commit that was built; empty if unknown. */
  readonly commit: string;
  /** Name of its workflow; undefined if unknown. */
  readonly workflow: string | undefined;
  /** URL of a commit's page. */
  readonly commitUrl: (commit: string) => string;
  /** Number of the run's pull request. */
  readonly pull: number | undefined;
  /** The run's pull request, else the run itself; undefined if it has no page. */
  readonly origin: { readonly text: string; readonly url: string } | undefined;
  /** Whether the repository is public; undefined if unknown. */
  readonly isPublic: boolean | undefined;
  /** Whether the run is for a commit of a fork. */
  readonly isForFork: boolean;
}

export interface IdentityOptions {
  /** PEM certificates of additional trusted authorities. */
  readonly certificates: readonly string[];
  readonly retries: RetryOptions;
}

/**
 * Requests an OIDC token of the job for an audience.
 * @throws ActionError
 */
export type RequestIdentityToken = (audience: string, options: IdentityOptions) => Promise<string>;

/** Instructions in the host's terms. */
export interface Hints {
  /** How to allow OIDC tokens, as an imperative, e.g. `grant the job 'permissions: id-token: write'`; undefined if the host has none. */
  readonly allowIdentity: string | undefined;
  /** Lines for a job without credentials: how to log in, with all permissions that the job and these reports need. */
  readonly logIn: (reports: readonly ReportKind[]) => readonly string[];
  /** Jobs that never get credentials, e.g. `pull requests from forks`. */
  readonly jobsWithoutCredentials: string;
  /** How to get the debug log, as an imperative. */
  readonly debugLog: string;
  /**
   * What to do if an issuer rejects an OIDC token as used or outdated; undefined if each login gets a new token.
   * @param answer the issuer's answer in short
   */
  readonly staleIdentity?: ((answer: string) => string) | undefined;
}

/** What a log shows in place of links. */
export interface HiddenLinks {
  /** A line that says why there are no links. */
  readonly line: string;
  /** A text in place of the command's result, e.g. the URL of a page that has the link; undefined if the result may be a link. */
  readonly result?: (outputs: ReadonlyMap<string, string | number>) => string;
}

/**
 * The port to the system that runs an action, e.g. GitHub Actions: it provides inputs, log, outputs and reports. It sanitizes all text that
 * it prints, so callers do not have to.
 */
export interface Host {
  /** Its name for people, e.g. `GitHub`. */
  readonly name: string;
  readonly log: Log;
  readonly run: Run;
  readonly hints: Hints;
  /** Present if the log must not show links, e.g. because others may read it and nothing in it can be masked. */
  readonly hiddenLinks?: HiddenLinks | undefined;
  /** Undefined if the job may not request OIDC tokens. */
  readonly identityToken?: RequestIdentityToken | undefined;
  /** Folder of the logins that the command `login` stores; undefined if the host does not run for a person. */
  readonly loginFolder?: string | undefined;
  /** Opens the writer of reports for this run; undefined if the host has no reports. */
  readonly openReporter?: ((options: ReporterOptions) => Promise<Reporter>) | undefined;
  /**
   * A new temporary folder for files that later steps may read. It is outside of the checkout if possible.
   * @throws ActionError `temporary-files` if no folder is writable
   */
  readonly tempDir: () => string;
  /** The job's folder for temporary files. It may not be writable. */
  readonly tempRoot: string;
  /** Folder of the checkout. */
  readonly workspaceDir: string;
  /** The raw value of an input; empty if it is not set. */
  readonly input: (name: string) => string;
  /** Masks a secret in all output from now on, including that of later steps. */
  readonly mask: (secret: string) => void;
  /** Masks a text only in the output of later steps. */
  readonly maskLater: (text: string) => void;
  /**
   * Checks that outputs can be set. Call it before anything is written.
   * @throws ActionError `outputs-not-set`
   */
  checkOutputs(): void;
  output(name: string, value: string | number): void;
  /** Adds Markdown to the job summary. If that fails, it warns. */
  summary(markdown: string): Promise<void>;
  /** Marks the step as failed, with a message. */
  fail(text: Text, code: MessageCode): void;
}
