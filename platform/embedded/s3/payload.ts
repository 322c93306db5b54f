import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Bodies, Body } from './bodies.ts';
import { checksumAlgorithms, createChecksum, isChecksum } from './checksums.ts';
import type { Checksum, ChecksumAlgorithm } from './checksums.ts';
import { decodeChunks } from './chunks.ts';
import { S3Error } from './errors.ts';
import { header } from './request.ts';
import type { S3Request } from './request.ts';
import type { Authentication } from './signature.ts';

/** A complete and verified body. */
export interface Payload {
  readonly body: Body;
  /** Hex. */
  readonly md5: string;
  /** The client's checksum in Base64, verified. */
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined;
}

/** Length and digests of the body that the request declares. */
interface Promises {
  readonly size: number;
  readonly md5: string | undefined;
  /** Hex. */
  readonly sha256: string | undefined;
  readonly algorithm: ChecksumAlgorithm | undefined;
  /** Base64, from a header or a trailer. */
  checksum: string | undefined;
}

/**
 * Receives a request's body into `bodies`, and verifies it against the request's headers. If that fails, nothing is stored.
 *
 * @throws {S3Error} IncompleteBody, BadDigest, XAmzContentSHA256Mismatch, XAmzContentChecksumMismatch, …
 */
export async function receivePayload(
  request: S3Request,
  response: ServerResponse,
  authentication: Authentication,
  bodies: Bodies,
): Promise<Payload> {
  const promises = readPromises(request, authentication);
  const sha256 = promises.sha256 === undefined ? undefined : createHash('sha256');
  const checksum = promises.algorithm === undefined ? undefined : createChecksum(promises.algorithm);
  if (header(request, 'expect') !== undefined) response.writeContinue();
  const content = contentOf(request, authentication, promises);
  const { body, md5 } = await bodies.write(
    tee(content, (bytes) => {
      sha256?.update(bytes);
      checksum?.update(bytes);
    }),
  );
  try {
    verify(promises, { size: body.size, md5, sha256: sha256?.digest('hex') }, checksum);
  } catch (error) {
    await bodies.remove([body]);
    throw error;
  }
  const { algorithm } = promises;
  return {
    body,
    md5,
    checksum:
      algorithm === undefined || promises.checksum === undefined
        ? undefined
        : { algorithm, value: promises.checksum },
  };
}

/** Receives a small body as text, with the same verification. */
export async function receiveText(
  request: S3Request,
  response: ServerResponse,
  authentication: Authentication,
): Promise<{ text: string; hasDigest: boolean }> {
  const promises = readPromises(request, authentication);
  if (promises.size > 4 * 1024 * 1024) throw new S3Error('MalformedXML');
  if (header(request, 'expect') !== undefined) response.writeContinue();
  const pieces: Buffer[] = [];
  for await (const bytes of contentOf(request, authentication, promises)) pieces.push(bytes);
  const bytes = Buffer.concat(pieces);
  const digest = (name: string): string => createHash(name).update(bytes).digest('hex');
  const checksum = promises.algorithm === undefined ? undefined : createChecksum(promises.algorithm);
  checksum?.update(bytes);
  verify(promises, { size: bytes.length, md5: digest('md5'), sha256: digest('sha256') }, checksum);
  return {
    text: bytes.toString('utf8'),
    hasDigest: promises.md5 !== undefined || promises.checksum !== undefined,
  };
}

function readPromises(request: S3Request, { payloadHash }: Authentication): Promises {
  const streaming = payloadHash.startsWith('STREAMING-');
  const length = streaming
    ? header(request, 'x-amz-decoded-content-length')
    : header(request, 'content-length');
  if (length === undefined && (streaming || header(request, 'transfer-encoding') !== undefined)) {
    throw new S3Error('MissingContentLength');
  }
  const md5 = header(request, 'content-md5');
  if (md5 !== undefined && Buffer.from(md5, 'base64').length !== 16) throw new S3Error('InvalidDigest');
  const trailer = header(request, 'x-amz-trailer')?.toLowerCase();
  const [algorithm, another] = checksumAlgorithms.filter(
    (name) => header(request, `x-amz-checksum-${name}`) !== undefined || trailer === `x-amz-checksum-${name}`,
  );
  if (another !== undefined) throw new S3Error('InvalidArgument', 'Invalid checksum provided.');
  const checksum = algorithm && header(request, `x-amz-checksum-${algorithm}`);
  if (algorithm !== undefined && checksum !== undefined && !isChecksum(algorithm, checksum)) {
    throw new S3Error('InvalidArgument', 'Invalid checksum provided.');
  }
  const sha256 = streaming || payloadHash === 'UNSIGNED-PAYLOAD' ? undefined : payloadHash;
  return { size: Number(length ?? 0), md5, sha256, algorithm, checksum };
}

function contentOf(
  request: S3Request,
  { payloadHash, seed }: Authentication,
  promises: Promises,
): AsyncIterable<Buffer> {
  // Without this option, the end of the loop closes the connection before the error response is sent.
  const message = request.message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  if (!payloadHash.startsWith('STREAMING-')) return message;
  const signed = payloadHash.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD');
  return decodeChunks(message, signed ? seed : undefined, (name, value) => {
    if (name === `x-amz-checksum-${promises.algorithm ?? ''}`) promises.checksum = value;
  });
}

async function* tee(source: AsyncIterable<Buffer>, observe: (bytes: Buffer) => void): AsyncGenerator<Buffer> {
  for await (const bytes of source) {
    observe(bytes);
    yield bytes;
  }
}

function verify(
  promises: Promises,
  found: { size: number; md5: string; sha256: string | undefined },
  checksum: Checksum | undefined,
): void {
  if (found.size !== promises.size) throw new S3Error('IncompleteBody');
  if (promises.sha256 !== undefined && promises.sha256 !== found.sha256) {
    throw new S3Error('XAmzContentSHA256Mismatch');
  }
  if (promises.md5 !== undefined && Buffer.from(promises.md5, 'base64').toString('hex') !== found.md5) {
    throw new S3Error('BadDigest');
  }
  if (checksum !== undefined && checksum.digest().toString('base64') !== promises.checksum) {
    throw new S3Error('XAmzContentChecksumMismatch');
  }
}
