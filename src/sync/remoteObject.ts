/** An object as a listing describes it. */
export interface RemoteObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Without quotes: the MD5 of the content, or of the parts' MD5s with `-N`; something else where the storage encrypts. */
  readonly etag: string;
  /** Milliseconds since the epoch, by the storage's clock; infinite where the storage gives no date. */
  readonly lastModified: number;
}
