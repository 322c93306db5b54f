import type { Warning } from '../errors/codes.ts';

/** Reports besides the log and the job summary. */
export type ReportKind = 'comment' | 'deployment' | 'release';

export interface ReporterOptions {
  /** Token for the host's API; may be empty. */
  readonly token: string;
  /** PEM certificates of additional trusted authorities. */
  readonly certificates: readonly string[];
  /** The deadline of a request, called for each of them. */
  readonly deadline: () => AbortSignal;
  /** Aborts when the run is cancelled. */
  readonly signal: AbortSignal;
}

/** A report that could not be written. */
export interface ReportFailure {
  readonly kind: ReportKind;
  /** The place of the comment, the environment or the tag. */
  readonly name: string;
  readonly error: unknown;
}

/** Writes the reports of a run. A kind that the host does not support is undefined. */
export interface Reporter {
  readonly comments?: CommentWriter | undefined;
  readonly deployments?: DeploymentWriter | undefined;
  readonly releases?: ReleaseWriter | undefined;
  /** On a host whose releases have links: they take the place of a table in the notes. */
  readonly releaseLinks?: ReleaseLinkWriter | undefined;
  /** Explains why reports were not written, and what to do: one warning for each cause. */
  explain(failures: readonly ReportFailure[]): readonly Warning[];
  close(): Promise<void>;
}

/** Makes the text of a comment from its current text; undefined for a new comment. */
export type CommentBody = (before: string | undefined) => string;

export interface CommentWriter {
  /** Most characters of a comment. */
  readonly limit: number;
  /** The number of the pull request to comment on: the given one, else the run's. */
  findPull(given: number | undefined): Promise<number>;
  /**
   * Creates or updates the comment on a pull request.
   * @param marker unique beginning of the comment's text
   * @param create `false`: only update an existing comment
   * @returns its ID; undefined if there is no comment
   */
  upsert(pull: number, marker: string, body: CommentBody, create: boolean): Promise<number | undefined>;
}

export interface DeploymentWriter {
  /** Creates a deployment with the status "in progress". @returns its ID */
  begin(environment: string, description: string): Promise<number>;
  /** ID of an environment's active deployment. */
  active(environment: string): Promise<number | undefined>;
  /** Sets the final status of a deployment. @returns whether the host accepted the URL */
  finish(environment: string, id: number, end: DeploymentEnd): Promise<{ readonly urlAccepted: boolean }>;
  /** Makes all deployments of an environment inactive. @returns the ID of the newest */
  deactivate(environment: string, description: string): Promise<number | undefined>;
}

export interface DeploymentEnd {
  readonly state: 'success' | 'failure';
  /** URL of the environment; undefined if links must not be shown. */
  readonly url: string | undefined;
  readonly description: string;
}

/** Release notes with our table, or the reason for not changing them. */
export type NotesEdit =
  | { readonly notes: string }
  | { readonly problem: string; /** Whether a person must repair the notes. */ readonly isDamage: boolean };

export interface ReleaseWriter {
  /** Most characters of the notes. */
  readonly limit: number;
  /** Edits the notes of a tag's release. @param edit a pure function, which may be called several times */
  editNotes(tag: string, edit: (notes: string) => NotesEdit): Promise<void>;
}

export interface ReleaseLink {
  readonly name: string;
  /** The name to use if another link of the release has the first one. */
  readonly longName: string;
  readonly url: string;
}

export interface ReleaseLinkWriter {
  /** Most links that a step may put. */
  readonly limit: number;
  /** Creates the links of a tag's release, or updates those that open the same objects. */
  put(tag: string, links: readonly ReleaseLink[]): Promise<void>;
}
