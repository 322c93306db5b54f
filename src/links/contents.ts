import type { LinkTable } from './table.ts';

/**
 * What the index page carries: what is said once, and a column for each thing that is said of every file. The files stand at the same place
 * in all columns, in the order of their names.
 */
export interface Contents {
  readonly workspace: string;
  /** Without slashes at its ends; empty for the workspace's own prefix. */
  readonly destination: string;
  /** `s3://bucket/prefix/destination/` */
  readonly s3Uri: string;
  /** When the page was made, in milliseconds since the epoch. */
  readonly madeAt: number;
  /** The workflow run that made it, where that is known. */
  readonly run: { readonly name: string; readonly url: string } | null;
  readonly signedBy: 'session' | 'platform' | null;
  /** Milliseconds since the epoch; null where nobody can know. */
  readonly endsAt: number | null;
  /** Null where no links were asked for. */
  readonly links: LinkTable | null;
  /** Relative to the destination. */
  readonly names: readonly string[];
  /** Bytes. */
  readonly sizes: readonly number[];
  /** Places in `mediaTypes`. */
  readonly types: readonly number[];
  readonly mediaTypes: readonly string[];
  /** How long before the page was made the storage got the file, in seconds. */
  readonly ages: readonly number[];
  /** SHA-256 in hex, or empty where it is not known; no entries where none is known. */
  readonly sums: readonly string[];
}
