import { type BinaryLike, type Hash, createHash, createHmac } from 'node:crypto';

import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';

import type { Session } from '../workspace.ts';

/** A request to the storage before it is signed. */
export interface StorageRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Path-style and encoded: see {@link objectPath}. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Signs by AWS Signature Version 4 with the SDK's own signer, for one endpoint, region and session. */
export interface Signer {
  /** Headers to send the request with, `authorization` among them; the payload is what `x-amz-content-sha256` says. */
  sign(request: StorageRequest, at: Date): Promise<Record<string, string>>;
  /** A URL that gives the request to whoever has it, for `expiresIn` seconds from `at` on, 604,800 at most. */
  presign(request: StorageRequest, at: Date, expiresIn: number): Promise<string>;
}

/** The payload is vouched for by a checksum of its own, not by the signature. */
export const unsignedPayload = 'UNSIGNED-PAYLOAD';

export function createSigner(endpoint: URL, region: string, session: Session): Signer {
  const signer = new SignatureV4({
    service: 's3',
    region,
    uriEscapePath: false,
    applyChecksum: false,
    sha256: Sha256,
    credentials: {
      accessKeyId: session.accessKeyId,
      secretAccessKey: session.secretAccessKey,
      ...(session.sessionToken !== undefined && { sessionToken: session.sessionToken }),
    },
  });
  const prepare = ({ method, path, query, headers }: StorageRequest) =>
    new HttpRequest({ method, path, query: { ...query }, headers: { ...headers, host: endpoint.host } });
  return {
    sign: async (request, at) => {
      const unsigned = prepare(request);
      unsigned.headers['x-amz-content-sha256'] ??= unsignedPayload;
      return (await signer.sign(unsigned, { signingDate: at })).headers;
    },
    presign: async (request, at, expiresIn) => {
      const unsigned = prepare(request);
      unsigned.headers['x-amz-content-sha256'] = unsignedPayload;
      const signed = await signer.presign(unsigned, {
        signingDate: at,
        expiresIn,
        unhoistableHeaders: new Set(['x-amz-content-sha256']),
        unsignableHeaders: new Set(['x-amz-content-sha256']),
      });
      return `${endpoint.origin}${signed.path}?${queryString(signed.query ?? {})}`;
    },
  };
}

/** The path of an object, path-style: every byte but RFC 3986's unreserved ones and `/` is percent-encoded, as SigV4 wants it. */
export function objectPath({ pathname }: URL, bucket: string, key: string): string {
  return `${pathname.replace(/\/+$/, '')}/${bucket}/${key.split('/').map(encode).join('/')}`;
}

/** A query string in the encoding that was signed. */
export function queryString(query: Readonly<Record<string, string | string[] | null | undefined>>): string {
  return Object.entries(query)
    .map(([name, value]) => `${encode(name)}=${encode(String(value ?? ''))}`)
    .join('&');
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Node's SHA-256 in the shape that the signer takes: a hash, or an HMAC where it is given a key. */
class Sha256 {
  readonly #hash: Hash | ReturnType<typeof createHmac>;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as BinaryLike);
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {
    throw new Error('A hash is used once');
  }
}
