import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Credential } from './s3/signature.ts';

/** The storage of a link, and the credential that signs it. */
export interface LinkSigner {
  /** Without a trailing slash. */
  readonly storageUrl: string;
  readonly region: string;
  readonly credential: Credential;
}

/** Presigns the download of one object, without a session. @param seconds lifetime of the link */
export async function presignDownload(
  { storageUrl, region, credential }: LinkSigner,
  bucket: string,
  key: string,
  seconds: number,
): Promise<string> {
  const signer = new SignatureV4({
    service: 's3',
    region,
    credentials: { accessKeyId: credential.accessKey, secretAccessKey: credential.secretKey },
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: false,
  });
  const { protocol, host, hostname, port } = new URL(storageUrl);
  const path = `/${[bucket, ...key.split('/')].map(escapeSegment).join('/')}`;
  const request = {
    method: 'GET',
    protocol,
    hostname,
    port: Number(port),
    path,
    headers: { host, 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' },
  };
  const signed = await signer.presign(request, { expiresIn: seconds });
  const query = Object.entries(signed.query ?? {}).map(
    ([name, value]) => `${escapeSegment(name)}=${escapeSegment(String(value))}`,
  );
  return `${storageUrl}${path}?${query.join('&')}`;
}

function escapeSegment(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** SHA-256, or HMAC-SHA-256 with a secret, with the interface that the signer expects. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
