import { S3Error } from './errors.ts';
import { setHeaders } from './s3Call.ts';
import type { Exchange } from './s3Call.ts';
import type { StoredObject } from './objects.ts';
import { header } from './request.ts';
import type { S3Request } from './request.ts';

/**
 * Checks the conditional headers of a read.
 *
 * @returns whether the response is 304
 * @throws {S3Error} PreconditionFailed
 */
export function isNotModified(request: S3Request, object: StoredObject): boolean {
  const match = header(request, 'if-match');
  if (match !== undefined && !names(match, object)) throw new S3Error('PreconditionFailed');
  const unmodifiedSince = header(request, 'if-unmodified-since');
  if (match === undefined && unmodifiedSince !== undefined && isAfter(object, unmodifiedSince)) {
    throw new S3Error('PreconditionFailed');
  }
  const noneMatch = header(request, 'if-none-match');
  if (noneMatch !== undefined) return names(noneMatch, object);
  const modifiedSince = header(request, 'if-modified-since');
  return modifiedSince !== undefined && !isAfter(object, modifiedSince);
}

/**
 * Checks `If-None-Match` and `If-Match` of a write. The error contains the ETag of the existing object.
 *
 * @param object the existing object of the key
 * @throws {S3Error} PreconditionFailed; NoSuchKey for `If-Match` without an object
 */
export function checkWrite({ request, response }: Exchange, object: StoredObject | undefined): void {
  const noneMatch = header(request, 'if-none-match');
  if (noneMatch !== undefined && object !== undefined && names(noneMatch, object)) {
    setHeaders(response, { etag: `"${object.etag}"` });
    throw new S3Error('PreconditionFailed');
  }
  const match = header(request, 'if-match');
  if (match === undefined) return;
  if (object === undefined) throw new S3Error('NoSuchKey');
  if (names(match, object)) return;
  setHeaders(response, { etag: `"${object.etag}"` });
  throw new S3Error('PreconditionFailed');
}

function names(condition: string, object: StoredObject): boolean {
  return condition
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, '').replaceAll('"', ''))
    .some((tag) => tag === '*' || tag === object.etag);
}

function isAfter(object: StoredObject, date: string): boolean {
  return object.lastModified.getTime() > Date.parse(date);
}
