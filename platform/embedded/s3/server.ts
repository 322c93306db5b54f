import { randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { deleteObjects, getLocation, headBucket, listBuckets, listObjects } from './bucket.ts';
import type { Bodies } from './bodies.ts';
import { answerPreflight, setCorsHeaders } from './cors.ts';
import { S3Error } from './errors.ts';
import { sendXml, setHeaders } from './s3Call.ts';
import type { Exchange } from './s3Call.ts';
import { abortUpload, completeUpload, createUpload, listParts, listUploads, putPart } from './multipart.ts';
import { copyObject, deleteObject, getObject, putObject } from './object.ts';
import type { Bucket } from './objects.ts';
import { wishOf } from './policy.ts';
import { parseRequest } from './request.ts';
import type { S3Request } from './request.ts';
import { authenticate } from './signature.ts';
import type { Keyring } from './signature.ts';

export interface S3ServerOptions {
  readonly buckets: ReadonlyMap<string, Bucket>;
  readonly keyring: Keyring;
  readonly region: string;
  /** Storage of the bodies. */
  readonly bodies: Bodies;
}

/** The ID of the node, which every response contains. There is only one. */
const hostId = '0'.repeat(64);

type Handler = (exchange: Exchange) => Promise<void> | void;

/** A path-style S3 server that rejects what MinIO rejects. */
export function createS3Server(options: S3ServerOptions): RequestListener {
  return (message, response) => {
    const requestId = randomBytes(8).toString('hex').toUpperCase();
    setCorsHeaders(message, response);
    if (message.method === 'OPTIONS') {
      answerPreflight(message, response);
      return;
    }
    setCommonHeaders(response, options.region, requestId);
    void answer(options, message, response).catch((error: unknown) => {
      refuse(message, response, error, { region: options.region, requestId });
    });
  };
}

async function answer(
  options: S3ServerOptions,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = parseRequest(message);
  const wish = wishOf(request);
  const anyRegion = wish.action === 's3:GetBucketLocation' || wish.action === 's3:ListAllMyBuckets';
  const { keyring, region, buckets, bodies } = options;
  checkLimits(request);
  const authentication = authenticate(request, { keyring, region, anyRegion });
  const { policy } = authentication.credential;
  const exchange = { request, response, authentication, policy, buckets, region, bodies };
  if (wish.action === 's3:ListAllMyBuckets') {
    listBuckets(exchange);
    return;
  }
  const deleting = isDeleteObjects(request);
  // DeleteObjects is authorized for each key.
  if (!deleting && !policy(wish)) throw new S3Error('AccessDenied');
  const bucket = buckets.get(request.bucket);
  if (bucket === undefined) throw new S3Error('NoSuchBucket');
  const handler = deleting ? deleteObjects : handlerOf(request);
  await handler({ ...exchange, bucket });
}

/** Checks metadata (2 KiB), headers (8 KiB) and the bucket name, before anything else. */
function checkLimits(request: S3Request): void {
  let [total, metadata] = [0, 0];
  for (const [name, value] of Object.entries(request.message.headers)) {
    const size = name.length + String(value).length;
    total += size;
    if (name.startsWith('x-amz-meta-')) metadata += size;
  }
  if (metadata > 2048 || total > 8192) throw new S3Error('MetadataTooLarge');
  const valid = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(request.bucket);
  if (request.bucket !== '' && !valid) throw new S3Error('InvalidBucketName');
}

function isDeleteObjects({ method, key, query }: S3Request): boolean {
  return method === 'POST' && key === '' && query.has('delete');
}

function handlerOf(request: S3Request): Handler {
  const { action } = wishOf(request);
  const upload = request.query.has('uploadId');
  const copy = request.message.headers['x-amz-copy-source'] !== undefined;
  switch (action) {
    case 's3:GetObject':
      return getObject;
    case 's3:DeleteObject':
      return deleteObject;
    case 's3:PutObject':
      if (request.method === 'POST') return upload ? completeUpload : createUpload;
      if (upload && copy) throw new S3Error('NotImplemented');
      if (upload) return putPart;
      return copy ? copyObject : putObject;
    case 's3:ListBucket':
      return request.method === 'HEAD' ? headBucket : listObjects;
    case 's3:GetBucketLocation':
      return getLocation;
    case 's3:AbortMultipartUpload':
      return abortUpload;
    case 's3:ListMultipartUploadParts':
      return listParts;
    case 's3:ListBucketMultipartUploads':
      return listUploads;
    default:
      throw new S3Error('NotImplemented');
  }
}

function setCommonHeaders(response: ServerResponse, region: string, requestId: string): void {
  setHeaders(response, {
    server: 'MinIO',
    'accept-ranges': 'bytes',
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-amz-bucket-region': region,
    'x-amz-id-2': hostId,
    'x-amz-request-id': requestId,
    'x-content-type-options': 'nosniff',
    'x-xss-protection': '1; mode=block',
  });
}

function refuse(
  message: IncomingMessage,
  response: ServerResponse,
  cause: unknown,
  context: { region: string; requestId: string },
): void {
  if (response.headersSent || response.destroyed || message.errored !== null) {
    response.destroy();
    return;
  }
  const error = cause instanceof S3Error ? cause : new S3Error('InternalError', String(cause));
  if (message.method === 'HEAD') {
    response
      .writeHead(error.status, {
        'content-length': 0,
        'x-minio-error-code': error.code,
        'x-minio-error-desc': `"${error.message}"`,
      })
      .end();
    return;
  }
  const [path = ''] = (message.url ?? '').split('?');
  const [, bucket = '', ...key] = path.split('/');
  sendXml(response, error.status, 'Error', {
    Code: error.code,
    Message: error.message,
    Key: key.length === 0 ? undefined : safeDecode(key.join('/')),
    BucketName: bucket === '' ? undefined : safeDecode(bucket),
    Resource: safeDecode(path),
    Region: context.region,
    RequestId: context.requestId,
    HostId: hostId,
  });
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
