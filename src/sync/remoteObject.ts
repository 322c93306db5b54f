/** An object as a listing describes it. */
export interface RemoteObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Without quotes: the MD5 of the content, or for multipart the MD5 of the parts' MD5s with `-N`. An encrypting storage has others. */
  readonly etag: string;
  /** Milliseconds since the epoch, by the storage's clock; Infinity if the storage gives no date. */
  readonly lastModified: number;
}
