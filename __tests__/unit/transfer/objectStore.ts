import { createCipheriv, hash } from 'node:crypto';

import { multipartEtag } from '../../../src/storage/etag.ts';
import type { Get } from '../../../src/sync/downloads.ts';
import { partsOf } from '../../../src/transfer/partSize.ts';
import type { Answer, Asked } from '../servers.ts';
import {
  type BucketOptions,
  type LocalBucket,
  errorXml,
  keyAsked,
  openBucket,
} from '../storage/localBucket.ts';

export interface StoredObject {
  readonly content: Buffer;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes of a part; undefined for an object that was uploaded in one request. */
  readonly partSize: number | undefined;
  /** The checksum of type COMPOSITE that the storage says in the header `x-amz-checksum-crc32`. */
  readonly crc32?: string;
}

/** A storage with objects to download. It answers ranges and conditions as S3 does. */
export interface ObjectStore extends LocalBucket {
  readonly objects: Map<string, StoredObject>;
  /** Bytes of the bodies that were requested. */
  readonly gets: () => Asked[];
}

/** Content without repetition, so that a range in another place is found. */
export function contentOf(size: number, seed = 1): Buffer {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16)).update(Buffer.alloc(size));
}

/** An object as this program uploads it, or in parts of another size. */
export function objectOf(
  content: Buffer,
  { partSize, headers = {} }: { readonly partSize?: number; readonly headers?: Record<string, string> } = {},
): StoredObject {
  const parts = partsOf(content.length, partSize);
  const digests = parts.map(({ offset, length }) => hash('md5', content.subarray(offset, offset + length)));
  const isOne = parts.length === 1 && partSize === undefined;
  const etag = isOne ? (digests[0] ?? '') : multipartEtag(digests);
  return { content, etag, headers, partSize: isOne ? undefined : (parts[0]?.length ?? 0) };
}

/** @param decide may change the answer of the storage, or replace it */
export async function objectStore(
  decide: (
    asked: Asked,
    answer: Answer,
    count: number,
  ) => Answer | undefined | Promise<Answer | undefined> = (_, answer) => answer,
  options?: BucketOptions,
): Promise<ObjectStore> {
  const objects = new Map<string, StoredObject>();
  const local = await openBucket((asked, count) => decide(asked, answerTo(asked, objects), count), options);
  return {
    ...local,
    objects,
    gets: () => local.server.asked.filter(({ method }) => method === 'GET'),
  };
}

function answerTo(asked: Asked, objects: ReadonlyMap<string, StoredObject>): Answer {
  const object = objects.get(keyAsked(asked));
  if (!object) return { status: 404, body: errorXml('NoSuchKey') };
  const { content, etag, headers, partSize, crc32 } = object;
  const conditions = asked.headers;
  if (conditions['if-match'] !== undefined && conditions['if-match'] !== `"${etag}"`)
    return { status: 412, body: errorXml('PreconditionFailed') };
  if (conditions['if-none-match']?.includes(etag)) return { status: 304, headers: { etag: `"${etag}"` } };
  const usual = { ...headers, etag: `"${etag}"` };
  if (asked.method === 'HEAD' && conditions['x-amz-checksum-mode'] === 'ENABLED')
    return { headers: { ...usual, ...(crc32 !== undefined && { 'x-amz-checksum-crc32': crc32 }) } };
  if (asked.method === 'HEAD') {
    const first = content.subarray(0, partSize ?? content.length);
    const count = String(Math.ceil(content.length / Math.max(1, first.length)));
    return {
      status: 206,
      body: first,
      headers: { ...usual, ...(partSize !== undefined && { 'x-amz-mp-parts-count': count }) },
    };
  }
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(conditions.range ?? '') ?? [];
  if (from === undefined || to === undefined) return { body: content, headers: usual };
  return {
    status: 206,
    body: content.subarray(Number(from), Number(to) + 1),
    headers: { ...usual, 'content-range': `bytes ${from}-${to}/${content.length}` },
  };
}

/** All objects of the store, as a listing gives them. */
export function getsOf({ objects }: Pick<ObjectStore, 'objects'>): Get[] {
  return [...objects].map(([key, { content, etag }]) => ({
    name: key.replace(/^p\//, ''),
    size: content.length,
    etag,
    sha256: undefined,
    source: key,
  }));
}

/** The same answer with one byte flipped. */
export function flipped(answer: Answer): Answer {
  if (!Buffer.isBuffer(answer.body) || answer.body.length === 0) return answer;
  const body = Buffer.from(answer.body);
  const middle = body.length >> 1;
  body[middle] = (body[middle] ?? 0) ^ 1;
  return { ...answer, body };
}
