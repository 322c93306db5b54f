import type { ServerResponse } from 'node:http';
import type { Bodies } from './bodies.ts';
import type { Policy } from './policy.ts';
import type { Bucket } from './objects.ts';
import type { S3Request } from './request.ts';
import type { Authentication } from './signature.ts';
import { xmlDocument } from './xml.ts';
import type { XmlElement } from './xml.ts';

/** An authorized request, and what is needed to answer it. */
export interface Exchange {
  readonly request: S3Request;
  readonly response: ServerResponse;
  readonly authentication: Authentication;
  readonly policy: Policy;
  readonly bucket: Bucket;
  /** All buckets by name, for CopyObject. */
  readonly buckets: ReadonlyMap<string, Bucket>;
  readonly region: string;
  readonly bodies: Bodies;
}

/** Sends an XML document, and ends the response. */
export function sendXml(response: ServerResponse, status: number, root: string, content: XmlElement): void {
  const body = Buffer.from(xmlDocument(root, content, root !== 'Error'));
  response.writeHead(status, { 'content-type': 'application/xml', 'content-length': body.length }).end(body);
}

/** Ends the response without a body. */
export function sendEmpty(
  response: ServerResponse,
  status: number,
  headers: Record<string, string | undefined> = {},
): void {
  setHeaders(response, headers);
  if (status !== 204 && status !== 304) response.setHeader('content-length', 0);
  response.writeHead(status).end();
}

/** Sets the headers that have a value. */
export function setHeaders(response: ServerResponse, headers: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) response.setHeader(name, value);
  }
}
