import type { Warning } from '../errors/codes.ts';

/** Where a host can show what a step published, besides its own log and summary. */
export type ReportKind = 'comment' | 'deployment' | 'release';

export interface ReporterOptions {
  /** Authorizes the requests; empty where there is none. */
  readonly token: string;
  /** PEM certificates of authorities to trust beside the public ones. */
  readonly certificates: readonly string[];
  /** When all requests have to end, asked for with each of them. */
  readonly deadline: () => AbortSignal;
  /** Aborts when the run is cancelled. */
  readonly signal: AbortSignal;
}

/** A report that could not be written. */
export interface ReportFailure {
  readonly kind: ReportKind;
  /** What the report is about: where the comment is, the environment, the tag. */
  readonly name: string;
  readonly error: unknown;
}

/** Writes reports at a host, for the run that it belongs to. A kind that the host does not have is undefined. */
export interface Reporter {
  readonly comments?: CommentWriter | undefined;
  readonly deployments?: DeploymentWriter | undefined;
  readonly releases?: ReleaseWriter | undefined;
  /** Why reports were not written and what to do, with one warning for each cause. */
  explain(failures: readonly ReportFailure[]): readonly Warning[];
  close(): Promise<void>;
}

/** The text of a comment, given what it says now; undefined for a new one. */
export type CommentBody = (before: string | undefined) => string;

export interface CommentWriter {
  /** Characters that a comment may have. */
  readonly limit: number;
  /** The number of the pull request to comment on: the one given, else that of the run. */
  findPull(given: number | undefined): Promise<number>;
  /**
   * Keeps one comment on a pull request.
   * @param marker what it begins with, and no other comment does
   * @param create `false` changes a comment and makes none
   * @returns its id; undefined where there is none
   */
  upsert(pull: number, marker: string, body: CommentBody, create: boolean): Promise<number | undefined>;
}

export interface DeploymentWriter {
  /** Makes a deployment that is in progress. @returns its id */
  begin(environment: string, description: string): Promise<number>;
  /** The deployment that an environment shows now. */
  active(environment: string): Promise<number | undefined>;
  /** Ends a deployment. @returns whether the host accepted the URL */
  end(environment: string, id: number, end: DeploymentEnd): Promise<{ readonly linkTaken: boolean }>;
  /** Makes the deployments of an environment inactive. @returns the id of the newest */
  deactivate(environment: string, description: string): Promise<number | undefined>;
}

export interface DeploymentEnd {
  readonly state: 'success' | 'failure';
  /** What the environment opens; undefined where no link may be shown. */
  readonly url: string | undefined;
  readonly description: string;
}

/** Notes of a release with a table of ours in them, or why they were left as they are. */
export type NotesEdit =
  | { readonly notes: string }
  | { readonly problem: string; /** Whether a person has to mend them. */ readonly isDamage: boolean };

export interface ReleaseWriter {
  /** Characters that the notes may have. */
  readonly limit: number;
  /** Edits the notes of a tag's release. @param edit pure: it may be called several times */
  editNotes(tag: string, edit: (notes: string) => NotesEdit): Promise<void>;
}
