import { createHash } from 'node:crypto';
import { readBodies } from './bodies.ts';
import { checksumAlgorithm, createChecksum } from './checksums.ts';
import { checkWrite } from './conditions.ts';
import { S3Error } from './errors.ts';
import { sendEmpty, sendXml, setHeaders } from './s3Call.ts';
import type { Exchange } from './s3Call.ts';
import { checksumHeaders, headersToKeep, thisSecond } from './object.ts';
import { checkKey } from './objects.ts';
import type { ObjectChecksum, Part, Upload } from './objects.ts';
import { receivePayload, receiveText } from './payload.ts';
import type { Payload } from './payload.ts';
import { header } from './request.ts';
import { xmlElements, xmlText } from './xml.ts';
import type { XmlElement } from './xml.ts';

const smallestPart = 5 * 1024 * 1024;

/** CreateMultipartUpload. */
export function createUpload({ request, response, bucket }: Exchange): void {
  checkKey(request.key);
  const algorithm = checksumAlgorithm(header(request, 'x-amz-checksum-algorithm'));
  const asked = header(request, 'x-amz-checksum-type');
  const whole = algorithm === 'crc64nvme' || asked === 'FULL_OBJECT';
  const upload = bucket.beginUpload({
    key: request.key,
    headers: headersToKeep(request),
    algorithm,
    checksumType: whole ? 'FULL_OBJECT' : 'COMPOSITE',
  });
  if (algorithm !== undefined) {
    response.setHeader('x-amz-checksum-algorithm', algorithm.toUpperCase());
    response.setHeader('x-amz-checksum-type', upload.checksumType);
  }
  sendXml(response, 200, 'InitiateMultipartUploadResult', {
    Bucket: request.bucket,
    Key: request.key,
    UploadId: upload.id,
  });
}

/** UploadPart. */
export async function putPart(exchange: Exchange): Promise<void> {
  const { request, response, bucket } = exchange;
  const number = Number(request.query.get('partNumber'));
  if (number === 0) throw new S3Error('InvalidPart');
  if (!Number.isInteger(number) || number < 0 || number > 10_000) {
    throw new S3Error('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive');
  }
  const id = request.query.get('uploadId') ?? '';
  bucket.upload(id, request.key);
  const payload = await receivePayload(request, response, exchange.authentication, exchange.bodies);
  const { body, md5, checksum } = payload;
  let upload: Upload;
  try {
    // Looked up again, because the upload may have ended while the part arrived.
    upload = bucket.upload(id, request.key);
    requireChecksum(upload, payload);
  } catch (error) {
    await exchange.bodies.remove([body]);
    throw error;
  }
  const before = upload.parts.get(number);
  upload.parts.set(number, { body, etag: md5, lastModified: thisSecond(), checksum: checksum?.value });
  if (before !== undefined) await exchange.bodies.remove([before.body]);
  sendEmpty(response, 200, {
    etag: `"${md5}"`,
    ...(checksum && { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value }),
  });
}

/** If the upload declared a checksum algorithm, each part needs a checksum. */
function requireChecksum(upload: Upload, { checksum }: Payload): void {
  if (upload.algorithm === undefined || upload.algorithm === checksum?.algorithm) return;
  throw new S3Error(
    'InvalidArgument',
    `Invalid arguments provided for ${upload.key}: (checksum missing, want "${upload.algorithm.toUpperCase()}", got "${checksum?.algorithm.toUpperCase() ?? ''}")`,
  );
}

/** CompleteMultipartUpload. The object refers to the parts' bodies, so nothing is copied. */
export async function completeUpload(exchange: Exchange): Promise<void> {
  const { request, response, bucket } = exchange;
  const { text } = await receiveText(request, response, exchange.authentication);
  const upload = bucket.upload(request.query.get('uploadId') ?? '', request.key);
  checkWrite(exchange, bucket.has(upload.key) ? bucket.get(upload.key) : undefined);
  const parts = namedParts(text, upload);
  const checksum = await checksumOf(upload, parts);
  const etags = createHash('md5').update(Buffer.from(parts.map((part) => part.etag).join(''), 'hex'));
  const etag = `${etags.digest('hex')}-${parts.length}`;
  // Of two completions at the same time, only the first succeeds.
  if (!bucket.uploads.delete(upload.id)) throw new S3Error('NoSuchUpload');
  const bodies = parts.map((part) => part.body);
  await bucket.put({
    key: upload.key,
    size: bodies.reduce((sum, body) => sum + body.size, 0),
    etag,
    lastModified: thisSecond(),
    headers: upload.headers,
    checksum,
    bodies,
  });
  const unused = Array.from(upload.parts.values()).filter((part) => !parts.includes(part));
  await exchange.bodies.remove(unused.map((part) => part.body));
  setHeaders(response, { etag: `"${etag}"`, ...checksumHeaders(checksum) });
  sendXml(response, 200, 'CompleteMultipartUploadResult', {
    Location: `http://${header(request, 'host') ?? ''}/${request.bucket}/${request.key}`,
    Bucket: request.bucket,
    Key: request.key,
    ETag: `"${etag}"`,
    ...(checksum && { [checksumElement(checksum.algorithm)]: checksum.value }),
  });
}

/** AbortMultipartUpload. */
export async function abortUpload({ request, response, bucket }: Exchange): Promise<void> {
  await bucket.abort(bucket.upload(request.query.get('uploadId') ?? '', request.key));
  sendEmpty(response, 204);
}

/** ListParts, all on one page. */
export function listParts({ request, response, bucket }: Exchange): void {
  const upload = bucket.upload(request.query.get('uploadId') ?? '', request.key);
  const parts = Array.from(upload.parts).sort(([one], [other]) => one - other);
  sendXml(response, 200, 'ListPartsResult', {
    Bucket: request.bucket,
    Key: upload.key,
    UploadId: upload.id,
    MaxParts: 10_000,
    IsTruncated: false,
    Part: parts.map(([number, part]) => ({
      PartNumber: number,
      LastModified: part.lastModified.toISOString(),
      ETag: `"${part.etag}"`,
      Size: part.body.size,
    })),
  });
}

/** ListMultipartUploads, all on one page. */
export function listUploads({ request, response, bucket }: Exchange): void {
  const prefix = request.query.get('prefix') ?? '';
  const uploads = Array.from(bucket.uploads.values()).filter((upload) => upload.key.startsWith(prefix));
  sendXml(response, 200, 'ListMultipartUploadsResult', {
    Bucket: request.bucket,
    Prefix: prefix,
    MaxUploads: 10_000,
    IsTruncated: false,
    Upload: uploads.map((upload): XmlElement => ({
      Key: upload.key,
      UploadId: upload.id,
      Initiated: upload.started.toISOString(),
    })),
  });
}

function namedParts(xml: string, upload: Upload): Part[] {
  const named = xmlElements(xml, 'Part').map((part) => ({
    number: Number(xmlText(part, 'PartNumber')),
    etag: xmlText(part, 'ETag')?.replaceAll('"', ''),
    checksum: upload.algorithm && xmlText(part, checksumElement(upload.algorithm)),
  }));
  if (!xml.includes('<CompleteMultipartUpload')) throw new S3Error('MalformedXML');
  if (named.length === 0) throw new S3Error('InvalidRequest', 'You must specify at least one part');
  if (named.some(({ number }, index) => index > 0 && number <= (named[index - 1]?.number ?? 0))) {
    throw new S3Error('InvalidPartOrder');
  }
  return named.map(({ number, etag, checksum }, index) => {
    const part = upload.parts.get(number);
    if (part?.etag !== etag || part === undefined) throw new S3Error('InvalidPart');
    // A full-object checksum does not need the parts' checksums. A composite one does.
    const needed = upload.algorithm !== undefined && upload.checksumType === 'COMPOSITE';
    if ((needed || checksum !== undefined) && checksum !== part.checksum) throw new S3Error('InvalidPart');
    if (index < named.length - 1 && part.body.size < smallestPart) throw new S3Error('EntityTooSmall');
    return part;
  });
}

/** The checksum of the object: composite, or of all bytes if the upload declared that. */
async function checksumOf(upload: Upload, parts: readonly Part[]): Promise<ObjectChecksum | undefined> {
  const { algorithm, checksumType: type } = upload;
  if (algorithm === undefined || parts.some((part) => part.checksum === undefined)) return undefined;
  const checksum = createChecksum(algorithm);
  if (type === 'FULL_OBJECT') {
    for await (const bytes of readBodies(parts.map((part) => part.body))) checksum.update(bytes);
    return { algorithm, type, value: checksum.digest().toString('base64') };
  }
  for (const part of parts) checksum.update(Buffer.from(part.checksum ?? '', 'base64'));
  return { algorithm, type, value: `${checksum.digest().toString('base64')}-${parts.length}` };
}

function checksumElement(algorithm: ObjectChecksum['algorithm']): string {
  return `Checksum${algorithm.toUpperCase()}`;
}
