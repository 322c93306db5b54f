import { S3Error } from './errors.ts';
import { sendEmpty, sendXml } from './s3Call.ts';
import type { Exchange } from './s3Call.ts';
import { listKeys } from './listing.ts';
import { isHidden } from './objects.ts';
import { receiveText } from './payload.ts';
import { xmlElements, xmlText } from './xml.ts';
import type { XmlElement } from './xml.ts';

/** GetBucketLocation. */
export function getLocation({ response, region }: Exchange): void {
  // The only S3 document whose root element contains text.
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${region}</LocationConstraint>`;
  response
    .writeHead(200, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body) })
    .end(body);
}

/** ListBuckets: the buckets whose location the session can read. */
export function listBuckets({ response, policy, buckets }: Omit<Exchange, 'bucket'>): void {
  const visible = Array.from(buckets.keys()).filter((bucket) =>
    policy({ action: 's3:GetBucketLocation', bucket, name: '' }),
  );
  const created = new Date(0).toISOString();
  sendXml(response, 200, 'ListAllMyBucketsResult', {
    Buckets: { Bucket: visible.map((name) => ({ Name: name, CreationDate: created })) },
  });
}

/** HeadBucket. */
export function headBucket({ response }: Exchange): void {
  sendEmpty(response, 200);
}

/** ListObjectsV2, and ListObjects for old clients. */
export function listObjects(exchange: Exchange): void {
  const { request, response, bucket } = exchange;
  const second = request.query.get('list-type') === '2';
  const parameter = (name: string): string => request.query.get(name) ?? '';
  if (request.query.has('versions')) throw new S3Error('NotImplemented');
  const limit = readLimit(request.query.get('max-keys'));
  const token = parameter('continuation-token');
  const begin = second
    ? Buffer.from(token, 'base64').toString('utf8') || parameter('start-after')
    : parameter('marker');
  const [prefix, delimiter] = [parameter('prefix'), parameter('delimiter')];
  const page = listKeys(bucket.keys, { prefix, delimiter, after: begin, limit }, (key) =>
    isHidden(bucket, key),
  );
  const encode = parameter('encoding-type') === 'url' ? urlEncode : (text: string): string => text;
  const next = page.next;
  sendXml(response, 200, 'ListBucketResult', {
    Name: request.bucket,
    Prefix: encode(prefix),
    ...(second
      ? {
          StartAfter: encode(parameter('start-after')) || undefined,
          ContinuationToken: token === '' ? undefined : token,
          NextContinuationToken: next === undefined ? undefined : Buffer.from(next).toString('base64'),
          KeyCount: page.keys.length + page.commonPrefixes.length,
        }
      : { Marker: encode(begin), NextMarker: next === undefined ? undefined : encode(next) }),
    MaxKeys: limit,
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    IsTruncated: next !== undefined,
    Contents: page.keys.map((key) => contents(exchange, key, encode)),
    CommonPrefixes: page.commonPrefixes.map((common) => ({ Prefix: encode(common) })),
    EncodingType: parameter('encoding-type') === 'url' ? 'url' : undefined,
  });
}

function contents({ bucket }: Exchange, key: string, encode: (text: string) => string): XmlElement {
  const object = bucket.get(key);
  return {
    Key: encode(key),
    LastModified: object.lastModified.toISOString(),
    ETag: `"${object.etag}"`,
    Size: object.size,
    StorageClass: 'STANDARD',
  };
}

function readLimit(text: string | null): number {
  const limit = text === null || text === '' ? 1000 : Number(text);
  if (!Number.isInteger(limit) || limit < 0) {
    throw new S3Error('InvalidArgument', 'Argument maxKeys must be an integer between 0 and 2147483647');
  }
  return Math.min(limit, 1000);
}

/** Encodes keys in listings, like form data but with plain slashes. */
function urlEncode(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+');
}

/** DeleteObjects. A key without permission gets its own error. */
export async function deleteObjects(exchange: Exchange): Promise<void> {
  const { request, response, bucket, policy } = exchange;
  const { text, hasDigest } = await receiveText(request, response, exchange.authentication);
  if (!hasDigest) throw new S3Error('MissingContentMD5');
  const keys = xmlElements(text, 'Object').map((object) => xmlText(object, 'Key') ?? '');
  if (keys.length === 0 || keys.length > 1000) throw new S3Error('MalformedXML');
  const quiet = xmlText(text, 'Quiet') === 'true';
  const allowed = (key: string): boolean =>
    policy({ action: 's3:DeleteObject', bucket: request.bucket, name: key });
  const deleted = keys.filter(allowed);
  await Promise.all(deleted.map((key) => bucket.delete(key)));
  sendXml(response, 200, 'DeleteResult', {
    Deleted: quiet ? undefined : deleted.map((key) => ({ Key: key })),
    Error: keys
      .filter((key) => !allowed(key))
      .map((key) => ({ Code: 'AccessDenied', Message: 'Access Denied.', Key: key, VersionId: '' })),
  });
}
