/** A file that stands below the destination. */
export interface PublishedFile {
  /** Path relative to the destination, by `/`. */
  readonly name: string;
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly contentType: string;
  /** When the storage got it, in milliseconds since the epoch; undefined for what was sent by this very step. */
  readonly modified?: number | undefined;
  /** Without quotes, where it is known. */
  readonly etag?: string | undefined;
  /** In hex, where it is known. */
  readonly sha256?: string | undefined;
  /** What became of it in this step; undefined where nothing was uploaded. */
  readonly status?: 'uploaded' | 'unchanged' | undefined;
}

/** Links to what is below a destination, all made at the same moment. */
export interface Links {
  readonly signedBy: 'session' | 'platform';
  /**
   * The link of a key, in characters that stand in JSON as they are. It is put together when it is asked for: 100,000 of them are 170 MB.
   */
  readonly url: (key: string) => string;
  /** Of links that are made alike. */
  readonly parts?: LinkParts | undefined;
  /** Milliseconds since the epoch: the first moment at which one of them may stop working; undefined where nobody can know. */
  readonly endsAt: number | undefined;
  /** Why the session signed them although `links: auto` prefers the platform's. */
  readonly whySession?: string | undefined;
}

/** What a link is put together of: `address(key)?` and `query`, which all have in common and is most of it, and `own(key)`. */
export interface LinkParts {
  readonly address: (key: string) => string;
  readonly query: string;
  readonly own: (key: string) => string;
}

/** A link to open, and the name of what it opens: relative to the destination, or what reports call it. */
export interface Opening {
  readonly name: string;
  readonly url: string;
}

/** What stands below a destination. */
export interface Manifest {
  readonly workspace: string;
  /** Without slashes at its ends; empty for the workspace's own prefix. */
  readonly destination: string;
  /** `s3://bucket/prefix/destination/` */
  readonly s3Uri: string;
  /** Without the generated objects. */
  readonly fileCount: number;
  /** Bytes of these files. */
  readonly totalBytes: number;
  /** Goes through the files, in the order of their names; may be called more than once. */
  readonly files: () => Iterable<PublishedFile>;
}

/** What stands below a destination and how it is opened, as every page and report tells of it. */
export interface Published extends Manifest {
  /** Undefined where no links were asked for. */
  readonly links: Links | undefined;
  /** The link to open first. */
  readonly main: Opening | undefined;
  /** The preview, where there is one; then it is `main`. */
  readonly preview?: Opening | undefined;
  /** The page with a link to each file, where there is one. */
  readonly index?: Opening | undefined;
}

/**
 * What there is to open first among the files themselves: the only one, else the page that leads to the others; undefined where neither is
 * there.
 */
export function mainFile({ files, fileCount }: Manifest): PublishedFile | undefined {
  for (const file of files()) if (fileCount === 1 || file.name === 'index.html') return file;
  return undefined;
}
