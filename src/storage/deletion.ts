import { hash } from 'node:crypto';

import type { StorageClient } from './client.ts';
import { StorageError, isPassing } from './failure.ts';
import type { Persist } from './listing.ts';
import { objectPath } from './signer.ts';
import { notS3 } from './stored.ts';
import { element, elements, escape } from './xml.ts';

/** What one request may name (S3 API, DeleteObjects). */
const mostKeys = 1_000;

/** An answer names 1,000 keys at most, each with the reason why it could not be deleted. */
const longestAnswer = 8 * 1024 ** 2;

/** Characters that XML cannot hold (XML 1.0, 2.2), and so no request that names several keys. */
const beyondXml = /[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

export interface Deletion {
  readonly deleted: readonly string[];
  /** Keys that are still there, and what the storage says of them. */
  readonly failed: readonly Failed[];
}

interface Failed {
  readonly key: string;
  readonly error: StorageError;
}

/**
 * Deletes objects. The keys are the caller's responsibility, but for one thing: a key outside of `base` is never sent.
 * @throws Error when a key does not begin with `base`, before anything is deleted; StorageError when a whole request fails
 */
export async function deleteObjects(
  client: StorageClient,
  base: string,
  keys: readonly string[],
  persist: Persist,
): Promise<Deletion> {
  const stray = keys.find((key) => !key.startsWith(base) || key === base);
  if (base === '' || stray !== undefined)
    throw new Error(`Refused to delete '${stray ?? ''}' outside of '${base}'`);
  const failed: Failed[] = [];
  const together = keys.filter((key) => !beyondXml.test(key));
  for (let start = 0; start < together.length; start += mostKeys)
    failed.push(...(await deleteMany(client, together.slice(start, start + mostKeys), persist)));
  for (const key of keys.filter((other) => beyondXml.test(other)))
    failed.push(...(await deleteOne(client, key, persist)));
  const remaining = new Set(failed.map(({ key }) => key));
  return { deleted: keys.filter((key) => !remaining.has(key)), failed };
}

/** Sends the keys in one request, and those again that the storage could not delete for a reason that passes. */
async function deleteMany(
  client: StorageClient,
  keys: readonly string[],
  persist: Persist,
): Promise<Failed[]> {
  const lasting: Failed[] = [];
  let passing: readonly Failed[] = [];
  let left = keys;
  const attempt = async () => {
    const failed = await requestDeletion(client, left);
    passing = failed.filter(({ error }) => isPassing(error));
    lasting.push(...failed.filter(({ error }) => !isPassing(error)));
    left = passing.map(({ key }) => key);
    if (passing[0]) throw passing[0].error;
  };
  try {
    await persist(attempt);
  } catch (error) {
    if (!passing.some((failed) => failed.error === error)) throw error;
  }
  return [...lasting, ...passing];
}

/** Deletes keys in one request (S3 API, DeleteObjects), and gives those that the storage could not delete. */
async function requestDeletion(client: StorageClient, keys: readonly string[]): Promise<Failed[]> {
  const objects = keys.map((key) => `<Object><Key>${escape(key)}</Key></Object>`).join('');
  const body = Buffer.from(
    `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>${objects}</Delete>`,
  );
  const request = {
    method: 'POST',
    path: objectPath(client.location.endpoint, client.location.bucket, ''),
    query: { delete: '' },
    headers: { 'content-type': 'application/xml', 'content-md5': hash('md5', body, 'base64') },
    body,
    keep: longestAnswer,
  } as const;
  const answer = await client.withSession((session) => client.send(request, session));
  const text = answer.body.trim();
  const isResult =
    /^(?:<\?[^<>]*>)?\s*<DeleteResult[\s/>]/.test(text) && /(?:<\/DeleteResult|\/)>$/.test(text);
  if (answer.status !== 200 || !isResult) throw notS3(answer);
  return [...elements(text, 'Error')].map((error) => ({
    key: element(error, 'Key') ?? '',
    error: new StorageError({
      status: 200,
      code: element(error, 'Code') ?? '',
      message: element(error, 'Message') ?? '',
    }),
  }));
}

async function deleteOne(client: StorageClient, key: string, persist: Persist): Promise<Failed[]> {
  const request = { method: 'DELETE', path: client.path(key) } as const;
  try {
    await persist(() => client.withSession((session) => client.send(request, session)));
    return [];
  } catch (error) {
    if (error instanceof StorageError) return [{ key, error }];
    throw error;
  }
}
