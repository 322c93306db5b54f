import type { S3Request } from './request.ts';

export type Action =
  | 's3:GetObject'
  | 's3:PutObject'
  | 's3:DeleteObject'
  | 's3:ListBucket'
  | 's3:GetBucketLocation'
  | 's3:AbortMultipartUpload'
  | 's3:ListMultipartUploadParts'
  | 's3:ListBucketMultipartUploads'
  | 's3:ListAllMyBuckets'
  | 's3:Other';

/** A requested action on a key, or on a prefix for listings. */
export interface Wish {
  readonly action: Action;
  readonly bucket: string;
  /** The key, or the prefix of a listing. Empty for other calls on a bucket. */
  readonly name: string;
}

/** What a credential allows. */
export type Policy = (wish: Wish) => boolean;

/** The administrator's policy. */
export const everything: Policy = () => true;

/** A prefix of a bucket, and the allowed actions below it. */
export interface Grant {
  readonly bucket: string;
  /** Ends with a slash. Empty for the whole bucket. */
  readonly prefix: string;
  readonly actions: readonly string[];
}

/** A session's policy: the granted actions, below the prefix only. */
export function below(grant: Grant): Policy {
  return ({ action, bucket, name }) => {
    if (bucket !== grant.bucket || !grant.actions.includes(action)) return false;
    return action === 's3:GetBucketLocation' || name.startsWith(grant.prefix);
  };
}

/** The same policy as MinIO's JSON document, for the session token. */
export function policyDocument(grant: Grant): object {
  const on = (actions: string[]): string[] => actions.filter((action) => grant.actions.includes(action));
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: on(['s3:GetObject', 's3:PutObject', 's3:DeleteObject']),
        Resource: [`arn:aws:s3:::${grant.bucket}/${grant.prefix}*`],
      },
      {
        Effect: 'Allow',
        Action: on(['s3:ListBucket']),
        Resource: [`arn:aws:s3:::${grant.bucket}`],
        Condition: { StringLike: { 's3:prefix': [`${grant.prefix}*`] } },
      },
      { Effect: 'Allow', Action: on(['s3:GetBucketLocation']), Resource: [`arn:aws:s3:::${grant.bucket}`] },
    ],
  };
}

/** The action of a request. */
export function wishOf(request: S3Request): Wish {
  const { bucket, key } = request;
  if (bucket === '') return { action: serviceAction(request), bucket, name: '' };
  if (key !== '') return { action: objectAction(request), bucket, name: key };
  return { action: bucketAction(request), bucket, name: request.query.get('prefix') ?? '' };
}

function serviceAction({ method }: S3Request): Action {
  return method === 'GET' ? 's3:ListAllMyBuckets' : 's3:Other';
}

const unknownSubresources = ['acl', 'tagging', 'retention', 'legal-hold', 'attributes', 'restore', 'select'];

function objectAction({ method, query }: S3Request): Action {
  if (unknownSubresources.some((name) => query.has(name))) return 's3:Other';
  const upload = query.has('uploadId');
  switch (method) {
    case 'HEAD':
      return 's3:GetObject';
    case 'GET':
      return upload ? 's3:ListMultipartUploadParts' : 's3:GetObject';
    case 'PUT':
      return 's3:PutObject';
    case 'POST':
      return upload || query.has('uploads') ? 's3:PutObject' : 's3:Other';
    case 'DELETE':
      return upload ? 's3:AbortMultipartUpload' : 's3:DeleteObject';
    default:
      return 's3:Other';
  }
}

const listParameters = new Set([
  'list-type',
  'prefix',
  'delimiter',
  'marker',
  'max-keys',
  'encoding-type',
  'continuation-token',
  'start-after',
  'fetch-owner',
  'metadata',
  'x-id',
  'versions',
]);

function bucketAction({ method, query }: S3Request): Action {
  if (method === 'HEAD') return 's3:ListBucket';
  if (method !== 'GET') return 's3:Other';
  if (query.has('location')) return 's3:GetBucketLocation';
  if (query.has('uploads')) return 's3:ListBucketMultipartUploads';
  const plain = Array.from(query.keys()).every(
    (name) => listParameters.has(name) || name.startsWith('X-Amz-'),
  );
  return plain ? 's3:ListBucket' : 's3:Other';
}
