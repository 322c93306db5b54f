import type { LinkTable } from './linkTable.ts';

/**
 * The data in the index page. Properties of files are columns: a file has the same position in each of them. The files are sorted by name. The
 * script of the page reads it (see `browser/index/`).
 */
export interface IndexPageData {
  readonly title: string;
  readonly workspace: string;
  /** Without slashes at its ends; empty for the prefix of the workspace itself. */
  readonly destination: string;
  /** `s3://bucket/prefix/destination/` */
  readonly s3Uri: string;
  /** When the page was made, in milliseconds since the epoch. */
  readonly madeAt: number;
  /** The workflow run that made the page; null if unknown. */
  readonly run: { readonly name: string; readonly url: string } | null;
  readonly signedBy: 'session' | 'platform' | null;
  /** Milliseconds since the epoch; null if unknown. */
  readonly expiresAt: number | null;
  /** Null if no links were requested. */
  readonly links: LinkTable | null;
  /** Relative to the destination. */
  readonly names: readonly string[];
  /** Bytes. */
  readonly sizes: readonly number[];
  /** Positions in `mediaTypes`. */
  readonly types: readonly number[];
  readonly mediaTypes: readonly string[];
  /** Seconds from the upload of the file until the page was made. */
  readonly ages: readonly number[];
  /** SHA-256 in hex; an empty text if unknown. The list is empty if none is known. */
  readonly sums: readonly string[];
  /** The first bits of the ETags, see `etagPrint`, as one text. Empty if `sums` has all files, or if no ETag is known. */
  readonly prints: string;
  /** The generated file with the checksums of the files; null if there is none, or no link to it. */
  readonly checksums: { readonly name: string; readonly url: string } | null;
  /** How the files differ from those of the previous upload; null if that is unknown. */
  readonly changes: IndexPageChanges | null;
}

/** Numbers of files, and a mark for each file. */
export interface IndexPageChanges {
  readonly added: number;
  /** Null if the content of some files cannot be compared. */
  readonly changed: number | null;
  readonly gone: number;
  /** SHA of the commit of the previous upload; empty if unknown. */
  readonly commit: string;
  /** A character for each file: `n` for new, `c` for changed, `.` for the others. */
  readonly marks: string;
}
