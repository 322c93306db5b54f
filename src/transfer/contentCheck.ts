import { ActionError } from '../errors/error.ts';
import { multipartEtag } from '../storage/etag.ts';
import type { Get } from '../sync/downloads.ts';
import { sanitize } from '../text/sanitize.ts';
import { setting, wording } from '../text/wording.ts';
import type { ExpectedDigest } from './objectDigest.ts';
import { partsOf } from './partSize.ts';
import type { RangePool } from './rangePool.ts';

/** A whole file on the disk, under any name. */
export interface CheckedFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** Whether a file has a digest. It is read by the threads of the pool. */
export async function hasDigest(
  { path, size }: CheckedFile,
  expected: Exclude<ExpectedDigest, { kind: 'parts' }>,
  pool: RangePool,
): Promise<boolean> {
  const { kind: algorithm, digest } = expected;
  return (await pool.digest({ path, offset: 0, length: size, algorithm })) === digest;
}

/** Whether a file has a multipart ETag with parts of one of these sizes, in bytes. */
export async function hasPartsEtag(
  { path, size }: CheckedFile,
  etag: string,
  partSizes: readonly number[],
  pool: RangePool,
): Promise<boolean> {
  for (const partSize of partSizes) {
    const digests = await Promise.all(
      partsOf(size, partSize).map(({ offset, length }) =>
        pool.digest({ path, offset, length, algorithm: 'md5' }),
      ),
    );
    if (multipartEtag(digests) === etag) return true;
  }
  return false;
}

/** The error for content that is not that of the object. */
export function contentMismatch({ sha256 }: Pick<Get, 'sha256'>, name: string): ActionError {
  const what = sha256 === undefined ? 'ETag' : 'SHA-256';
  return new ActionError(
    'content-mismatch',
    `the content of ${sanitize(name)} does not match its ${what}, so the file was removed`,
    {
      hint: `Run the ${wording().job} again. If it still fails, upload the file again, or set ${setting('verify', 'false')} to download it without this check.`,
    },
  );
}
