import { createHash, hash } from 'node:crypto';

import type { WalkedFile } from '../files/walk.ts';
import { type Part, partSizeOf, partsOf, slicesOf } from './partSize.ts';
import { readRanges } from './fileReader.ts';

export interface Digest {
  /** The ETag of the object if the action uploads this content. */
  readonly etag: string;
  /** In hex; undefined if not requested. */
  readonly sha256: string | undefined;
}

/** Returns a buffer of the given length. All calls share the same memory. */
export type Scratch = (length: number) => Buffer;

export function createScratch(): Scratch {
  let buffer = Buffer.alloc(0);
  return (length) => {
    if (length > buffer.length) buffer = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(length)));
    return buffer.subarray(0, length);
  };
}

/** The longest single read. Parts may be larger. */
const sliceBytes = 16 * 1024 ** 2;

/**
 * Computes the digest of a file: its ETag from the parts in which it would be uploaded, and on request its SHA-256. It is synchronous.
 * @param partSize in bytes; by default it depends on the size of the file
 * @throws ActionError, like {@link readRanges}
 */
export function digestFile(
  file: WalkedFile,
  scratch: Scratch,
  wantSha256: boolean,
  partSize?: number,
): Digest {
  const parts = partsOf(file.size, partSize);
  const buffer = scratch(Math.min(file.size, partSizeOf(file.size, partSize), sliceBytes));
  if (parts.length > 1 || file.size > sliceBytes) return digestParts(file, parts, buffer, wantSha256);
  readRanges(file, parts, buffer, () => undefined);
  return { etag: hash('md5', buffer), sha256: wantSha256 ? hash('sha256', buffer) : undefined };
}

function digestParts(file: WalkedFile, parts: readonly Part[], buffer: Buffer, wantSha256: boolean): Digest {
  const whole = wantSha256 ? createHash('sha256') : undefined;
  const ends = new Set(parts.map(({ offset, length }) => offset + length));
  const digests: Buffer[] = [];
  let [position, part] = [0, createHash('md5')];
  const slices = parts.flatMap((one) => slicesOf(one, buffer.length));
  readRanges(file, slices, buffer, (content) => {
    part.update(content);
    whole?.update(content);
    position += content.length;
    if (!ends.has(position)) return;
    digests.push(part.digest());
    part = createHash('md5');
  });
  const [first] = digests;
  const etag =
    first && digests.length === 1
      ? first.toString('hex')
      : `${hash('md5', Buffer.concat(digests))}-${digests.length}`;
  return { etag, sha256: whole?.digest('hex') };
}
