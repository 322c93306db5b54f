import type { UploadChanges } from '../sync/uploadChanges.ts';

/** A file below the destination. */
export interface PublishedFile {
  /** Path relative to the destination, with `/`. */
  readonly name: string;
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly contentType: string;
  /** When it was uploaded, in milliseconds since the epoch; undefined if this step uploaded it. */
  readonly modified?: number | undefined;
  /** Without quotes; undefined if unknown. */
  readonly etag?: string | undefined;
  /** In hex; undefined if unknown. */
  readonly sha256?: string | undefined;
  /** Undefined if this step uploads nothing. */
  readonly status?: 'uploaded' | 'unchanged' | undefined;
}

/** Links to the files below a destination, all signed at the same time. */
export interface Links {
  readonly signedBy: 'session' | 'platform';
  /** The link to a key. It has no characters that JSON escapes. It is made on demand, because 100,000 links take 170 MB. */
  readonly url: (key: string) => string;
  /** Present if all links are built in the same way. */
  readonly parts?: LinkParts | undefined;
  /** Milliseconds since the epoch: when the first link expires, or earlier; undefined if unknown. */
  readonly expiresAt: number | undefined;
  /** Why the session signed the links although `links: auto` prefers the platform. */
  readonly whySession?: string | undefined;
}

/** The parts of a link: `address(key)`, `?`, `query` and `own(key)`. All links share `query`, which is most of a link. */
export interface LinkParts {
  readonly address: (key: string) => string;
  readonly query: string;
  readonly own: (key: string) => string;
}

/** A link, and the name of what it opens: relative to the destination, or the label that reports use. */
export interface NamedLink {
  readonly name: string;
  readonly url: string;
}

/** A generated object with checksums. */
export interface LinkedChecksums {
  readonly name: string;
  readonly key: string;
  /** Undefined before the links are made. */
  readonly url?: string;
}

/** The files below a destination. */
export interface Manifest {
  /** Heading of comment, summary and pages. */
  readonly title: string;
  readonly workspace: string;
  /** Without slashes at its ends; empty for the prefix of the workspace itself. */
  readonly destination: string;
  /** `s3://bucket/prefix/destination/` */
  readonly s3Uri: string;
  /** Generated objects do not count. */
  readonly fileCount: number;
  /** Bytes of these files. */
  readonly totalBytes: number;
  /** Iterates over the files, sorted by name. It can be called more than once. */
  readonly files: () => Iterable<PublishedFile>;
  /** The generated object with the checksums of the files; undefined if there is none. It does not count. */
  readonly checksums?: LinkedChecksums | undefined;
  /** How the files differ from those of the previous upload; undefined if that is unknown. */
  readonly changes?: UploadChanges | undefined;
}

/** The files below a destination with their links, as pages and reports show them. */
export interface Publication extends Manifest {
  /** Undefined if no links were requested. */
  readonly links: Links | undefined;
  /** What the output `url` opens. */
  readonly main: NamedLink | undefined;
  /** The preview, if there is one. It is `main` then. */
  readonly preview?: NamedLink | undefined;
  /** The index page, if there is one. */
  readonly index?: NamedLink | undefined;
}

/** The file that the output `url` opens: the only file, else `index.html`; undefined if there is neither. */
export function mainFile({ files, fileCount }: Manifest): PublishedFile | undefined {
  for (const file of files()) if (fileCount === 1 || file.name === 'index.html') return file;
  return undefined;
}
