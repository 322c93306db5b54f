import { createHmac, hash } from 'node:crypto';

import { encodedPart, encodedPath } from '../text/encode.ts';
import type { Session } from '../terrapi/session.ts';
import { trimEndSlashes } from '../text/slashes.ts';

/** A request to the storage before it is signed. */
export interface StorageRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Path-style and encoded: see {@link objectPath}. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Signs by AWS Signature Version 4 (AWS, "Signature Version 4 signing process"), for one endpoint, region and session. It does what the
 * SDK's signer does, and a test holds the two together; it is here because it takes a fifth of the time: all that requests of a session
 * have in common is made once.
 */
export interface Signer {
  /** Headers to send the request with, `authorization` among them. The payload is vouched for by a checksum of its own, not signed. */
  sign(request: StorageRequest, at: Date): Record<string, string>;
  /** Makes URLs that give an object to whoever has them, for `expiresIn` seconds from `at` on, 604,800 at most. */
  presigner(at: Date, expiresIn: number): Presigner;
}

/** Links that are made at the same moment share all but their path and their signature. */
export interface Presigner {
  /** What their query is up to their signature, without `?`. */
  readonly query: string;
  /** The signature of a GET of this path, 64 characters. */
  readonly signature: (path: string) => string;
  /** The link to this path, with the signature of it. */
  readonly url: (path: string, signature: string) => string;
}

const algorithm = 'AWS4-HMAC-SHA256';
const unsignedPayload = 'UNSIGNED-PAYLOAD';

/** Headers that something between here and the storage may change; the SDK leaves them unsigned as well. */
const unsigned = new Set(['authorization', 'cache-control', 'connection', 'expect', 'user-agent']);

export function createSigner(endpoint: URL, region: string, session: Session): Signer {
  const dates = remembered((second: number) => signingDate(new Date(second * 1000), region, session));
  const dateOf = (at: Date) => dates(Math.floor(at.getTime() / 1000));
  return {
    sign: ({ method, path, query = {}, headers: given = {} }, at) => {
      const date = dateOf(at);
      const headers: Record<string, string> = {
        ...given,
        host: endpoint.host,
        'x-amz-content-sha256': unsignedPayload,
        'x-amz-date': date.stamp,
        ...(session.sessionToken !== undefined && { 'x-amz-security-token': session.sessionToken }),
      };
      const names = Object.keys(headers)
        .filter((name) => !unsigned.has(name))
        .sort();
      const lines = names
        .map((name) => `${name}:${(headers[name] ?? '').trim().replace(/\s+/g, ' ')}`)
        .join('\n');
      const signed = names.join(';');
      const canonical = `${method}\n${path}\n${queryString(query)}\n${lines}\n\n${signed}\n${unsignedPayload}`;
      headers['authorization'] =
        `${algorithm} Credential=${session.accessKeyId}/${date.scope}, SignedHeaders=${signed}, Signature=${date.sign(hash('sha256', canonical))}`;
      return headers;
    },
    presigner: (at, expiresIn) => {
      const date = dateOf(at);
      const query = queryString({
        'X-Amz-Algorithm': algorithm,
        'X-Amz-Credential': `${session.accessKeyId}/${date.scope}`,
        'X-Amz-Date': date.stamp,
        'X-Amz-Expires': String(expiresIn),
        ...(session.sessionToken !== undefined && { 'X-Amz-Security-Token': session.sessionToken }),
        'X-Amz-SignedHeaders': 'host',
      });
      const hashed = hashWithEnd(`\n${query}\nhost:${endpoint.host}\n\nhost\n${unsignedPayload}`);
      const signedQuery = `${query}&X-Amz-Signature=`;
      return {
        query: signedQuery,
        signature: (path) => date.sign(hashed(`GET\n${path}`)),
        url: (path, signature) => `${endpoint.origin}${path}?${signedQuery}${signature}`,
      };
    },
  };
}

interface SigningDate {
  /** ISO 8601, basic, in seconds. */
  readonly stamp: string;
  readonly scope: string;
  /** The signature of a canonical request, from its SHA-256 in hex. */
  readonly sign: (hashed: string) => string;
}

function signingDate(at: Date, region: string, { secretAccessKey }: Session): SigningDate {
  const stamp = at.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = stamp.slice(0, 8);
  const key = [day, region, 's3', 'aws4_request'].reduce<Buffer>(
    (secret, text) => createHmac('sha256', secret).update(text).digest(),
    Buffer.from(`AWS4${secretAccessKey}`),
  );
  const scope = `${day}/${region}/s3/aws4_request`;
  return { stamp, scope, sign: hmacOf(key, `${algorithm}\n${stamp}\n${scope}\n`) };
}

const block = 64;
const hexLength = 64;

/**
 * HMAC-SHA-256 (RFC 2104) of texts that are alike up to a hash in hex at their end. Node's own makes an object for each, which takes longer
 * than all of the hashing.
 */
function hmacOf(key: Buffer, start: string): (hashed: string) => string {
  const padded = Buffer.concat([key], block);
  const inner = Buffer.concat([
    padded.map((byte) => byte ^ 0x36),
    Buffer.from(start),
    Buffer.alloc(hexLength),
  ]);
  const outer = Buffer.concat([padded.map((byte) => byte ^ 0x5c), Buffer.alloc(32)]);
  return (hashed) => {
    inner.write(hashed, inner.length - hexLength, 'latin1');
    outer.write(hash('sha256', inner, 'binary'), block, 'latin1');
    return hash('sha256', outer);
  };
}

/** The SHA-256 in hex of texts in ASCII that all have the same end, which is copied once and not for each of them. */
function hashWithEnd(end: string): (start: string) => string {
  let room = Buffer.alloc(0);
  let place = 0;
  return (start) => {
    if (start.length > place) {
      place = 2 * start.length;
      room = Buffer.concat([Buffer.alloc(place), Buffer.from(end)]);
    }
    room.write(start, place - start.length, 'latin1');
    return hash('sha256', room.subarray(place - start.length));
  };
}

/** Remembers the last answer: requests come in bursts within a second. */
function remembered<K, V>(make: (key: K) => V): (key: K) => V {
  let last: { readonly key: K; readonly value: V } | undefined;
  return (key) => {
    if (last?.key !== key) last = { key, value: make(key) };
    return last.value;
  };
}

/** The path of an object, path-style: every byte but RFC 3986's unreserved ones and `/` is percent-encoded, as SigV4 wants it. */
export function objectPath({ pathname }: URL, bucket: string, key: string): string {
  return `${trimEndSlashes(pathname)}/${bucket}/${encodedPath(key)}`;
}

/** A query string, encoded and in the order that is signed. */
export function queryString(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => `${encodedPart(name)}=${encodedPart(value)}`)
    .sort()
    .join('&');
}
