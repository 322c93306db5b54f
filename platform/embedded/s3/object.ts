import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { readSlices, slicesOf } from './bodies.ts';
import { checkWrite, isNotModified } from './conditions.ts';
import { S3Error } from './errors.ts';
import { sendEmpty, sendXml, setHeaders } from './s3Call.ts';
import type { Exchange } from './s3Call.ts';
import { checkKey, checkName } from './objects.ts';
import type { ObjectChecksum, StoredObject } from './objects.ts';
import { receivePayload } from './payload.ts';
import { header } from './request.ts';
import type { S3Request } from './request.ts';

const keptHeaders = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
];

/** Headers that are stored with an object. */
export function headersToKeep(request: S3Request): Record<string, string> {
  const kept: Record<string, string> = {
    'content-type': header(request, 'content-type') ?? 'binary/octet-stream',
  };
  for (const [name, value] of Object.entries(request.message.headers)) {
    if (typeof value !== 'string') continue;
    if (keptHeaders.includes(name) || name.startsWith('x-amz-meta-')) kept[name] = value;
  }
  // `aws-chunked` is an encoding of the transfer, not of the content.
  const encodings = (kept['content-encoding'] ?? '').split(',').map((encoding) => encoding.trim());
  const encoding = encodings.filter((name) => name !== 'aws-chunked').join(',');
  if (encoding === '') delete kept['content-encoding'];
  else kept['content-encoding'] = encoding;
  return kept;
}

/** The response header with the checksum. None for an object without one. */
export function checksumHeaders(checksum: ObjectChecksum | undefined): Record<string, string> {
  if (checksum === undefined) return {};
  return {
    [`x-amz-checksum-${checksum.algorithm}`]: checksum.value,
    'x-amz-checksum-type': checksum.type,
  };
}

/** The current time in whole seconds, the precision of HTTP and of objects. */
export function thisSecond(): Date {
  return new Date(Math.floor(Date.now() / 1000) * 1000);
}

/** PutObject. */
export async function putObject(exchange: Exchange): Promise<void> {
  const { request, response, bucket } = exchange;
  const { key } = request;
  checkKey(key);
  const existing = (): StoredObject | undefined => (bucket.has(key) ? bucket.get(key) : undefined);
  checkWrite(exchange, existing());
  const payload = await receivePayload(request, response, exchange.authentication, exchange.bodies);
  try {
    // Another request may have written the key while the body arrived.
    checkWrite(exchange, existing());
  } catch (error) {
    await exchange.bodies.remove([payload.body]);
    throw error;
  }
  const checksum = payload.checksum && { ...payload.checksum, type: 'FULL_OBJECT' as const };
  await bucket.put({
    key,
    size: payload.body.size,
    etag: payload.md5,
    lastModified: thisSecond(),
    headers: headersToKeep(request),
    checksum,
    bodies: [payload.body],
  });
  sendEmpty(response, 200, { etag: `"${payload.md5}"`, ...checksumHeaders(checksum) });
}

/** CopyObject. The session must be allowed to read the source. */
export async function copyObject(exchange: Exchange): Promise<void> {
  const { request, response, bucket } = exchange;
  checkKey(request.key);
  const source = decodeURIComponent(header(request, 'x-amz-copy-source') ?? '').replace(/^\//, '');
  const slash = source.indexOf('/');
  const [sourceBucket, sourceKey] = [source.slice(0, slash), source.slice(slash + 1)];
  if (!exchange.policy({ action: 's3:GetObject', bucket: sourceBucket, name: sourceKey })) {
    throw new S3Error('AccessDenied');
  }
  const original = exchange.buckets.get(sourceBucket)?.get(sourceKey);
  if (original === undefined) throw new S3Error('NoSuchBucket');
  const replace = header(request, 'x-amz-metadata-directive') === 'REPLACE';
  const copy = {
    ...original,
    key: request.key,
    lastModified: thisSecond(),
    headers: replace ? headersToKeep(request) : original.headers,
    bodies: await exchange.bodies.copy(original.bodies),
  };
  await bucket.put(copy);
  response.setHeader('etag', `"${copy.etag}"`);
  sendXml(response, 200, 'CopyObjectResult', {
    LastModified: copy.lastModified.toISOString(),
    ETag: `"${copy.etag}"`,
  });
}

/** GetObject and HeadObject. */
export async function getObject({ request, response, bucket }: Exchange): Promise<void> {
  checkName(request.key);
  const object = bucket.get(request.key);
  const range = parseRange(header(request, 'range'), object.size);
  setHeaders(response, {
    etag: `"${object.etag}"`,
    'last-modified': object.lastModified.toUTCString(),
    'cache-control': object.headers['cache-control'],
  });
  if (isNotModified(request, object)) {
    sendEmpty(response, 304);
    return;
  }
  const { from, to } = range ?? { from: 0, to: object.size - 1 };
  // The checksum of the object does not apply to a range.
  const withChecksum = range === undefined && header(request, 'x-amz-checksum-mode') === 'ENABLED';
  setHeaders(response, {
    ...object.headers,
    ...overrides(request),
    ...(withChecksum ? checksumHeaders(object.checksum) : {}),
    'content-length': String(to - from + 1),
    'content-range': range && `bytes ${from}-${to}/${object.size}`,
  });
  response.writeHead(range === undefined ? 200 : 206);
  if (request.method === 'HEAD') response.end();
  else await pipeline(Readable.from(readSlices(slicesOf(object.bodies, from, to))), response);
}

/** DeleteObject. It ignores `If-Match`, like MinIO. */
export async function deleteObject({ request, response, bucket }: Exchange): Promise<void> {
  checkName(request.key);
  await bucket.delete(request.key);
  sendEmpty(response, 204);
}

function overrides({ query }: S3Request): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of query) {
    const match = /^response-(content-(?:type|language|disposition|encoding)|cache-control|expires)$/.exec(
      name,
    );
    if (match?.[1] !== undefined) found[match[1]] = value;
  }
  return found;
}

function parseRange(value: string | undefined, size: number): { from: number; to: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(value ?? '');
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  const from = first === '' ? Math.max(size - Number(last), 0) : Number(first);
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (from >= size || from > to)
    throw new S3Error('InvalidRange', `The requested range '${match[0]}' is not satisfiable`);
  return { from, to };
}
