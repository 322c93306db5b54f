import type { IncomingMessage } from 'node:http';
import { S3Error } from './errors.ts';

/** A path-style S3 request, decoded but not yet verified. */
export interface S3Request {
  readonly method: string;
  /** Decoded path with its leading slash. */
  readonly path: string;
  /** Empty for requests to the service. */
  readonly bucket: string;
  /** Empty for requests to a bucket. */
  readonly key: string;
  /** Decoded parameters, in their original order. */
  readonly query: URLSearchParams;
  readonly message: IncomingMessage;
}

/**
 * Parses a request line.
 *
 * @throws {S3Error} for a path with invalid percent-encoding or UTF-8, or with `.` or `..` segments
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

/** The value of a header, with one character for each byte, as Node.js reads it. */
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
