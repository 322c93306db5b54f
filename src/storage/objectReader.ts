import { ActionError, causes } from '../errors/error.ts';
import type { ConnectionSettings } from '../http/transport.ts';
import type { Location } from '../terrapi/location.ts';
import { wording } from '../text/wording.ts';
import { describeStorageError } from './errorDescription.ts';
import { normalizeEtag } from './etag.ts';
import { StorageError } from './s3Error.ts';
import { notS3Error } from './storedCheck.ts';
import type { BodySink, WireResponse } from './wire.ts';

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
  /** Receives the body, from its beginning for each attempt. It has the length of the range or object. */
  readonly buffer: BodySink;
  readonly signal: AbortSignal;
}

/** A response to an {@link ObjectRequest}. The buffer has its body. */
export interface ObjectResponse {
  /** False if the object has an ETag of `ifNoneMatch`. Then there is no body. */
  readonly modified: boolean;
  /** See {@link normalizeEtag}. */
  readonly etag: string;
  /** Names are in lower case. */
  readonly headers: WireResponse['headers'];
}

/** Reads objects: by a session of the workspace, or by presigned URLs without any credentials. */
export interface ObjectReader {
  /** How worker threads may connect to the storage. Default: they may not. */
  readonly connection?: ConnectionSettings;
  /**
   * Reads an object or a range. Transient errors are retried.
   * @throws ActionError, StorageError or a network error. {@link ObjectReader.describe} explains each of them
   */
  read(request: ObjectRequest): Promise<ObjectResponse>;
  /**
   * The size of the first part of a multipart object, in bytes; undefined if the storage does not say it.
   * @throws as {@link ObjectReader.read}
   */
  partSize?(source: string, etag: string, signal: AbortSignal): Promise<number | undefined>;
  /**
   * The CRC-32 that the storage has for a multipart object: of the checksums of its parts (S3's type COMPOSITE), like `lr9lRQ==-64`; undefined if it
   * has none.
   * @throws as {@link ObjectReader.read}
   */
  compositeCrc32?(source: string, etag: string, signal: AbortSignal): Promise<string | undefined>;
  /**
   * Describes an error of `read` for the user. It never contains a presigned URL.
   * @param what the failed operation, as the beginning of a sentence
   */
  describe(what: string, source: string, error: unknown): ActionError;
}

/** The headers of a request, in lower case. An object is downloaded as it is stored, so nothing on the way may encode it. */
export function requestHeaders({ range, ifMatch, ifNoneMatch }: ObjectRequest): Record<string, string> {
  return {
    'accept-encoding': 'identity',
    ...(range && { range: `bytes=${range.offset}-${range.offset + range.length - 1}` }),
    ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
    ...(ifNoneMatch.length > 0 && { 'if-none-match': ifNoneMatch.map((etag) => `"${etag}"`).join(', ') }),
  };
}

/**
 * Reads the response to a request.
 * @throws StorageError: `NotS3` for an answer that is not S3's, transient `IncompleteBody` for a body that is too short
 */
export function readObject(answer: WireResponse, { range, buffer }: ObjectRequest): ObjectResponse {
  const { status, headers, received } = answer;
  const etag = normalizeEtag(headers['etag']);
  const isWhole = range === undefined || (status === 200 && range.offset === 0);
  if (etag === '' || (status !== 200 && status !== 206) || (!isWhole && status !== 206))
    throw notS3Error(answer);
  if (range && status === 206 && !isRange(headers['content-range'], range)) throw notS3Error(answer);
  if (received !== buffer.length) {
    const message = `the storage sent ${received} of ${buffer.length} bytes`;
    throw new StorageError({ status, code: 'IncompleteBody', message });
  }
  return { modified: true, etag, headers };
}

function isRange(
  header: string | string[] | undefined,
  { offset, length }: { readonly offset: number; readonly length: number },
): boolean {
  const [, first, last] = /^bytes (\d+)-(\d+)\/(?:\d+|\*)$/.exec(String(header)) ?? [];
  return Number(first) === offset && Number(last) === offset + length - 1;
}

/** The response of a storage whose object has an ETag of `ifNoneMatch`; undefined for any other error. */
export function notModified(error: unknown, { ifNoneMatch }: ObjectRequest): ObjectResponse | undefined {
  const isSame = error instanceof StorageError && error.status === 304 && ifNoneMatch.length > 0;
  return isSame ? { modified: false, etag: ifNoneMatch[0] ?? '', headers: {} } : undefined;
}

/** Describes an error of a download for the user, also for an object that was replaced or deleted meanwhile. */
export function describeReadError(
  what: string,
  location: Pick<Location, 'endpoint'>,
  error: unknown,
): ActionError {
  const answer = causes(error).find((cause) => cause instanceof StorageError);
  if (answer?.status === 412 || answer?.status === 416)
    return objectChanged(what, 'it was replaced in the workspace during the download', error);
  if (answer?.status === 404 && answer.code !== 'NoSuchBucket')
    return objectChanged(what, 'it is no longer in the workspace', error);
  return describeStorageError(what, location, error);
}

/** The error for an object that was replaced or deleted since it was listed. */
export function objectChanged(what: string, why: string, cause?: unknown): ActionError {
  return new ActionError('object-changed', `${what}: ${why}`, {
    hint: `Run the ${wording().job} again. Make sure that nothing publishes to the folder during the download.`,
    cause,
  });
}
