import { hash } from 'node:crypto';

import { DeleteObjectsCommand, type S3Client } from '@aws-sdk/client-s3';
import type { HttpRequest } from '@smithy/core/protocols';

import { isTransient } from '../http/transientErrors.ts';
import { excerpt } from '../text/sanitize.ts';
import type { StorageClient } from './client.ts';
import { StorageError } from './s3Error.ts';
import { withSdk } from './sdk.ts';

/** Most keys in one request (S3 API, DeleteObjects). */
const maxKeys = 1_000;

/** Characters that XML cannot contain (XML 1.0, 2.2). Keys with such characters are deleted one by one. */
const notInXml = /[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

export interface DeletionResult {
  readonly deleted: readonly string[];
  /** Keys that still exist, with the storage's error for each. */
  readonly failed: readonly FailedDeletion[];
}

interface FailedDeletion {
  readonly key: string;
  readonly error: StorageError;
}

/**
 * Deletes objects. As a safeguard, it refuses all of them if one key is outside of `base`.
 * @throws Error if a key does not begin with `base`, before anything is deleted; StorageError if a whole request fails
 */
export async function deleteObjects(
  client: StorageClient,
  base: string,
  keys: readonly string[],
): Promise<DeletionResult> {
  const stray = keys.find((key) => !key.startsWith(base) || key === base);
  if (base === '' || stray !== undefined)
    throw new Error(`Refused to delete '${stray ?? ''}' outside of '${base}'`);
  const failed: FailedDeletion[] = [];
  const together = keys.filter((key) => !notInXml.test(key));
  for (let start = 0; start < together.length; start += maxKeys)
    failed.push(...(await deleteMany(client, together.slice(start, start + maxKeys))));
  for (const key of keys.filter((other) => notInXml.test(other)))
    failed.push(...(await deleteOne(client, key)));
  const remaining = new Set(failed.map(({ key }) => key));
  return { deleted: keys.filter((key) => !remaining.has(key)), failed };
}

/** Deletes keys by one request (S3 API, DeleteObjects), and retries the keys that failed with a transient error. */
async function deleteMany(client: StorageClient, keys: readonly string[]): Promise<FailedDeletion[]> {
  const permanent: FailedDeletion[] = [];
  let transient: readonly FailedDeletion[] = [];
  let left = keys;
  const attempt = async (sdk: S3Client) => {
    const failed = await requestDeletion(sdk, client.location.bucket, left);
    transient = failed.filter(({ error }) => isTransient(error));
    permanent.push(...failed.filter(({ error }) => !isTransient(error)));
    left = transient.map(({ key }) => key);
    if (transient[0]) throw transient[0].error;
  };
  try {
    await withSdk(client, `POST ${client.location.bucket}?delete`, 'DeleteResult', attempt);
  } catch (error) {
    if (!transient.some((failed) => failed.error === error)) throw error;
  }
  return [...permanent, ...transient];
}

/** @throws StorageError if the response names a key that was not requested: the next attempt would delete it */
async function requestDeletion(
  sdk: S3Client,
  bucket: string,
  keys: readonly string[],
): Promise<FailedDeletion[]> {
  const objects = keys.map((Key) => ({ Key }));
  const command = new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: objects, Quiet: true } });
  // The SDK sends a CRC-32 only. Older servers require an MD5 for this request.
  command.middlewareStack.add(
    (next) => (args) => {
      const { headers, body } = args.request as Pick<HttpRequest, 'headers'> & { readonly body: string };
      headers['content-md5'] = hash('md5', body, 'base64');
      return next(args);
    },
    { step: 'build', priority: 'low' },
  );
  const { Errors: errors = [] } = await sdk.send(command);
  const requested = new Set(keys);
  // A key that the response names twice counts once.
  const failed = new Map<string, FailedDeletion>();
  for (const { Key: key = '', Code: code = '', Message: message = '' } of errors) {
    if (!requested.has(key)) throw unexpectedKey(key, `${code} ${message}`);
    failed.set(key, { key, error: new StorageError({ status: 200, code, message }) });
  }
  return [...failed.values()];
}

function unexpectedKey(key: string, message: string): StorageError {
  return new StorageError({
    status: 200,
    code: 'UnreliableDeletion',
    message: `the answer is about ${key ? `'${excerpt(key, 80)}'` : 'no key'}, which this request does not delete (${excerpt(message, 120)})`,
  });
}

async function deleteOne(client: StorageClient, key: string): Promise<FailedDeletion[]> {
  const request = { method: 'DELETE', path: client.path(key) } as const;
  try {
    await client.send(request);
    return [];
  } catch (error) {
    if (error instanceof StorageError) return [{ key, error }];
    throw error;
  }
}
