import type { MessageCode } from '../errors/codes.ts';
import type { RetryOptions } from '../http/retry.ts';
import type { Reporter, ReporterOptions } from './reports.ts';

/** A line of text for people, or several lines. A line break within one of them is shown as an escape, never as a new line. */
export type Text = string | readonly string[];

/** The job's log. */
export interface Log {
  /** Shown only to those who debug the job. */
  debug(text: Text): void;
  info(text: Text): void;
  /** Worth a look. */
  notice(text: Text, title?: string): void;
  /** What the reader should change. The log adds the address of its entry in docs/troubleshooting.md. */
  warning(code: MessageCode, text: Text, title?: string): void;
  /** A group of lines, closed by default: its title says the main thing, its lines the detail. */
  group(title: string, lines: readonly string[]): void;
  /** Begins a group whose lines come one by one; the function returned ends it. */
  openGroup(title: string): () => void;
}

/** The run that this step belongs to, as its host and the event that began it describe it. */
export interface Run {
  /** Its page; empty where it has none. */
  readonly url: string;
  /** Its name for people, e.g. `acme/site, Pages #12`; undefined where it has no page. */
  readonly label: string | undefined;
  /** The commit that was built; empty where nothing says it. */
  readonly commit: string;
  /** The page of a commit. */
  readonly commitUrl: (commit: string) => string;
  /** Number of the pull request that the run is about. */
  readonly pull: number | undefined;
  /** What the run is for: its pull request, else the run itself; undefined where it has no page. */
  readonly origin: { readonly text: string; readonly url: string } | undefined;
  /** Whether anybody may read the repository; undefined where nothing says it. */
  readonly isPublic: boolean | undefined;
  /** Whether the run is about what somebody wrote in a fork. */
  readonly isForFork: boolean;
}

export interface IdentityOptions {
  /** PEM certificates of authorities to trust beside the public ones. */
  readonly certificates: readonly string[];
  readonly retries: RetryOptions;
}

/**
 * Asks for a token that says which job this is, signed for an audience.
 * @throws ActionError
 */
export type RequestIdentityToken = (audience: string, options: IdentityOptions) => Promise<string>;

/** What people have to do at this host, in its own words. */
export interface Hints {
  /** How to let a job ask for identity tokens, as an imperative, e.g. `give the job 'permissions: id-token: write'`. */
  readonly allowIdentity: string;
  /** Lines for a job without any credentials: how to log in. */
  readonly logIn: readonly string[];
  /** Which jobs have no credentials by design, e.g. `pull requests from forks`. */
  readonly jobsWithoutCredentials: string;
  /** How to get the debug log, as an imperative. */
  readonly debugLog: string;
}

/**
 * What runs an action: a port to whatever reads its inputs from people and shows them what it did. Every text that goes out goes through
 * it, and is made safe there: no caller has to.
 */
export interface Host {
  /** Its name for people, e.g. `GitHub`. */
  readonly name: string;
  readonly log: Log;
  readonly run: Run;
  readonly hints: Hints;
  /** Undefined where the job may not ask for one. */
  readonly identityToken?: RequestIdentityToken | undefined;
  /** Opens what writes reports for this run; undefined where there is no place for any. */
  readonly openReporter?: ((options: ReporterOptions) => Promise<Reporter>) | undefined;
  /**
   * A folder of this run's own, never within the checkout, for files that later steps may read.
   * @throws ActionError `temporary-files` where none can be written
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
   * @throws ActionError `outputs-not-set`
   */
  checkOutputs(): void;
  output(name: string, value: string | number): void;
  /** Adds Markdown to the job summary. A summary that cannot be written is a warning. */
  summary(markdown: string): Promise<void>;
  /** Has the step fail, and says why. */
  fail(text: Text): void;
}
