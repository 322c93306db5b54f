import { hash } from 'node:crypto';

import { isTransient } from '../http/classify.ts';
import { excerpt } from '../text/sanitize.ts';
import type { StorageCall, StorageClient } from './client.ts';
import type { WireAnswer } from './exchange.ts';
import { StorageError } from './failure.ts';
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
): Promise<Deletion> {
  const stray = keys.find((key) => !key.startsWith(base) || key === base);
  if (base === '' || stray !== undefined)
    throw new Error(`Refused to delete '${stray ?? ''}' outside of '${base}'`);
  const failed: Failed[] = [];
  const together = keys.filter((key) => !beyondXml.test(key));
  for (let start = 0; start < together.length; start += mostKeys)
    failed.push(...(await deleteMany(client, together.slice(start, start + mostKeys))));
  for (const key of keys.filter((other) => beyondXml.test(other)))
    failed.push(...(await deleteOne(client, key)));
  const remaining = new Set(failed.map(({ key }) => key));
  return { deleted: keys.filter((key) => !remaining.has(key)), failed };
}

/** Sends the keys in one request (S3 API, DeleteObjects), and those again that the storage could not delete for a reason that passes. */
async function deleteMany(client: StorageClient, keys: readonly string[]): Promise<Failed[]> {
  const lasting: Failed[] = [];
  let passing: readonly Failed[] = [];
  let left = keys;
  const accept = (answer: WireAnswer) => {
    const failed = readResult(answer, new Set(left));
    passing = failed.filter(({ error }) => isTransient(error));
    lasting.push(...failed.filter(({ error }) => !isTransient(error)));
    left = passing.map(({ key }) => key);
    if (passing[0]) throw passing[0].error;
  };
  try {
    await client.send(() => ({ ...deletion(client, left), accept }));
  } catch (error) {
    if (!passing.some((failed) => failed.error === error)) throw error;
  }
  return [...lasting, ...passing];
}

function deletion({ location }: StorageClient, keys: readonly string[]): StorageCall {
  const objects = keys.map((key) => `<Object><Key>${escape(key)}</Key></Object>`).join('');
  const body = Buffer.from(
    `<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Quiet>true</Quiet>${objects}</Delete>`,
  );
  return {
    method: 'POST',
    path: objectPath(location.endpoint, location.bucket, ''),
    query: { delete: '' },
    headers: { 'content-type': 'application/xml', 'content-md5': hash('md5', body, 'base64') },
    body,
    keep: longestAnswer,
  };
}

/**
 * Reads which keys the storage could not delete.
 * @throws StorageError for an answer that names any other than `asked`: it would be asked for with the next try
 */
function readResult(answer: WireAnswer, asked: ReadonlySet<string>): Failed[] {
  const text = answer.body.trim();
  const isResult =
    /^(?:<\?[^<>]*>)?\s*<DeleteResult[\s/>]/.test(text) && /(?:<\/DeleteResult|\/)>$/.test(text);
  if (answer.status !== 200 || !isResult) throw notS3(answer);
  return [...elements(text, 'Error')].map((error) => {
    const key = element(error, 'Key') ?? '';
    const [code, message] = [element(error, 'Code') ?? '', element(error, 'Message') ?? ''];
    if (!asked.has(key)) throw notAsked(key, `${code} ${message}`);
    return { key, error: new StorageError({ status: 200, code, message }) };
  });
}

function notAsked(key: string, said: string): StorageError {
  return new StorageError({
    status: 200,
    code: 'UnreliableDeletion',
    message: `the answer is about ${key ? `'${excerpt(key, 80)}'` : 'no key at all'}, which was not to be deleted (${excerpt(said, 120)})`,
  });
}

async function deleteOne(client: StorageClient, key: string): Promise<Failed[]> {
  const request = { method: 'DELETE', path: client.path(key) } as const;
  try {
    await client.send(request);
    return [];
  } catch (error) {
    if (error instanceof StorageError) return [{ key, error }];
    throw error;
  }
}
