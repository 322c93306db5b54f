import type { ActionError } from '../errors/error.ts';

/** A request for an object or a range of it. */
export interface ObjectRequest {
  /** A key, or a presigned URL. */
  readonly source: string;
  /** Bytes from `offset` on; undefined: the whole object. */
  readonly range: { readonly offset: number; readonly length: number } | undefined;
  /** The object must have this ETag; undefined: any (RFC 9110, 13.1.1). */
  readonly ifMatch: string | undefined;
  /** The object is not sent if it has one of these ETags (RFC 9110, 13.1.2). */
  readonly ifNoneMatch: readonly string[];
  /** Receives the body. It must have room for all of it. */
  readonly buffer: Buffer;
  readonly signal: AbortSignal;
}

/** A response to an {@link ObjectRequest}. Its body is in the buffer. */
export interface ObjectResponse {
  /** False if the object has an ETag of `ifNoneMatch`. Then there is no body. */
  readonly modified: boolean;
  /** Bytes of the whole object. */
  readonly size: number;
  /** Without quotes; empty if the server sends none. */
  readonly etag: string;
  /** Names are in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Reads objects: by a session of the workspace, or by presigned URLs without any credentials. */
export interface ObjectReader {
  /**
   * Reads an object or a range. Transient errors are retried.
   * @throws ActionError or another error that {@link ObjectReader.describe} explains
   */
  read(request: ObjectRequest): Promise<ObjectResponse>;
  /**
   * Describes an error of `read` for the user. It never contains a presigned URL.
   * @param what the failed operation, as the beginning of a sentence
   */
  describe(what: string, source: string, error: unknown): ActionError;
}
