/** An object to download. */
export interface Get {
  /** Path relative to the target folder, with `/`. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** As in a listing, without quotes; undefined for a source that does not tell it, e.g. a links file. */
  readonly etag: string | undefined;
  /** In hex, from SHA256SUMS or a links file; undefined if unknown. */
  readonly sha256: string | undefined;
  /** What the reader of the download opens: the key of an object, or a presigned URL. */
  readonly source: string;
}
