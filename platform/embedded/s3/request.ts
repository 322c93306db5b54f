import type { IncomingMessage } from 'node:http';
import { S3Error } from './errors.ts';

/** A path-style S3 request, decoded but not yet believed. */
export interface S3Request {
  readonly method: string;
  /** Decoded path with its leading slash. */
  readonly path: string;
  /** Empty for the service itself. */
  readonly bucket: string;
  /** Empty for a bucket. */
  readonly key: string;
  /** Decoded parameters in the order sent. */
  readonly query: URLSearchParams;
  readonly message: IncomingMessage;
}

/**
 * Takes a request line apart.
 *
 * @throws {S3Error} for a path that is not UTF-8 in percent-encoding, or that has `.` or `..` segments
 */
export function parseRequest(message: IncomingMessage): S3Request {
  const target = message.url ?? '/';
  const cut = target.indexOf('?');
  const path = decodePath(cut === -1 ? target : target.slice(0, cut));
  const slash = path.indexOf('/', 1);
  return {
    method: message.method ?? 'GET',
    path,
    bucket: slash === -1 ? path.slice(1) : path.slice(1, slash),
    key: slash === -1 ? '' : path.slice(slash + 1),
    query: new URLSearchParams(cut === -1 ? '' : target.slice(cut + 1)),
    message,
  };
}

/** Value of a header, as text of one character a byte, the way Node reads it. */
export function header(request: S3Request, name: string): string | undefined {
  const value = request.message.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

function decodePath(encoded: string): string {
  let path: string;
  try {
    path = decodeURIComponent(encoded);
  } catch {
    throw new S3Error('XMinioInvalidObjectName');
  }
  const segments = path.split(/[/\\]/).map((segment) => segment.trim());
  if (segments.includes('.') || segments.includes('..')) throw new S3Error('XMinioInvalidResourceName');
  return path;
}
