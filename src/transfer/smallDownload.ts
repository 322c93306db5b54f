import { hash } from 'node:crypto';

import { type FileAttributes, readAttributes } from '../files/attributes.ts';
import type { ObjectResponse } from '../storage/objectReader.ts';
import type { Get } from '../sync/downloads.ts';
import { contentMismatch, hasDigest, hasPartsEtag } from './contentCheck.ts';
import { createPartFile, writeFile } from './fileWriter.ts';
import { type ExpectedDigest, expectedDigest, partSizesFor } from './objectDigest.ts';
import type { RangePool } from './rangePool.ts';

export interface SmallDownload {
  /** Absolute path of the file. */
  readonly file: string;
  /** Receives the content. */
  readonly content: Buffer;
  /** Requests the object. */
  readonly read: () => Promise<ObjectResponse>;
  readonly pool: RangePool;
  readonly verify: boolean;
}

/** Files up to this size are hashed and written synchronously, which is cheaper than a message to a thread. */
const atOnce = 128 * 1024;

/** How the content of a file was verified; `unchanged` if the storage still has the existing file. */
type Outcome = 'verified' | 'size-only' | 'unchanged';

/**
 * Downloads a file in one request. If the content is not right, it is requested once more, because it may have been damaged on the way.
 * @throws ActionError `content-mismatch` the second time, or an error of reading or writing
 */
export async function saveSmall(get: Get, options: SmallDownload): Promise<Outcome> {
  const first = await saveOnce(get, options);
  const last = first === 'mismatch' ? await saveOnce(get, options) : first;
  if (last === 'mismatch') throw contentMismatch(get, get.name);
  return last;
}

async function saveOnce(get: Get, options: SmallDownload): Promise<Outcome | 'mismatch'> {
  const { file, content, read, verify } = options;
  const { modified, etag, headers } = await read();
  if (!modified) return 'unchanged';
  const expected = verify ? expectedDigest(get, etag, headers) : undefined;
  const attributes = readAttributes(headers);
  if (content.length > atOnce || expected?.kind === 'parts')
    return saveOnThreads(get, expected, attributes, options);
  if (expected && hash(expected.kind, content) !== expected.digest) return 'mismatch';
  writeFile(file, content, attributes);
  return expected ? 'verified' : 'size-only';
}

async function saveOnThreads(
  { size }: Get,
  expected: ExpectedDigest | undefined,
  attributes: FileAttributes,
  { file, content, pool }: SmallDownload,
): Promise<Outcome | 'mismatch'> {
  const part = createPartFile(file);
  try {
    await part.write(content, 0);
    const isRight = expected && (await check({ path: part.path, size }, expected, pool));
    if (isRight === false) {
      part.discard();
      return 'mismatch';
    }
    part.finish(attributes);
    return isRight ? 'verified' : 'size-only';
  } catch (error) {
    part.discard();
    throw error;
  }
}

/** @returns undefined if the ETag depends on a part size that cannot be known */
async function check(
  file: { readonly path: string; readonly size: number },
  expected: ExpectedDigest,
  pool: RangePool,
): Promise<boolean | undefined> {
  if (expected.kind !== 'parts') return hasDigest(file, expected, pool);
  const sizes = partSizesFor(file.size, expected.count);
  return sizes.length > 0 ? hasPartsEtag(file, expected.etag, sizes, pool) : undefined;
}
