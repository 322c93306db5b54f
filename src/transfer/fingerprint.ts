import { createHash, hash } from 'node:crypto';

import type { LocalFile } from '../files/selection.ts';
import type { Memory } from './memory.ts';
import { type Part, partSizeOf, partsOf } from './parts.ts';
import { openSource, readWhole } from './source.ts';

export interface Fingerprint {
  /** The ETag that the storage gives to this content when this action uploads it. */
  readonly etag: string;
  /** SHA-256 of the content, in hex. */
  readonly sha256: string | undefined;
}

/**
 * Reads a file to know its content: its ETag by the parts that it would be uploaded in, and its SHA-256 where that is wanted.
 * @throws ActionError `files` as reading for an upload does
 */
export async function fingerprint(
  file: LocalFile,
  memory: Memory,
  wantSha256: boolean,
  partSize?: number,
): Promise<Fingerprint> {
  const length = Math.min(file.size, partSizeOf(file.size, partSize));
  const loan = await memory.borrow(length);
  try {
    if (file.size <= length) {
      await readWhole(file, loan.buffer);
      return { etag: hash('md5', loan.buffer), sha256: wantSha256 ? hash('sha256', loan.buffer) : undefined };
    }
    return await fingerprintParts(file, partsOf(file.size, partSize), loan.buffer, wantSha256);
  } finally {
    loan.giveBack();
  }
}

async function fingerprintParts(
  file: LocalFile,
  parts: readonly Part[],
  buffer: Buffer,
  wantSha256: boolean,
): Promise<Fingerprint> {
  const whole = wantSha256 ? createHash('sha256') : undefined;
  const digests: Buffer[] = [];
  const source = await openSource(file);
  try {
    for (const { offset, length } of parts) {
      const part = buffer.subarray(0, length);
      await source.read(part, offset);
      digests.push(hash('md5', part, 'buffer'));
      whole?.update(part);
    }
    await source.verify();
  } finally {
    await source.close();
  }
  return { etag: `${hash('md5', Buffer.concat(digests))}-${digests.length}`, sha256: whole?.digest('hex') };
}
