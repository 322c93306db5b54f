import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test } from '@jest/globals';

import { type Scratch, createScratch, digestFile } from '../../../src/transfer/digest.ts';
import { multipartEtag } from '../../../src/storage/etag.ts';
import { failureOf } from '../failure.ts';
import { temporaryFolder } from '../folders.ts';
import { fileIn } from './file.ts';

const MiB = 1024 ** 2;

const md5 = (content: Buffer) => createHash('md5').update(content);
const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

/** The ETag by definition: the MD5 of the content, or of the MD5s of its parts. */
function modelEtag(content: Buffer, partSize: number): string {
  if (content.length <= partSize) return md5(content).digest('hex');
  const count = Math.ceil(content.length / partSize);
  const digests = Array.from({ length: count }, (_, index) =>
    md5(content.subarray(index * partSize, (index + 1) * partSize)).digest(),
  );
  return `${md5(Buffer.concat(digests)).digest('hex')}-${count}`;
}

describe('the digest has the ETag of the upload, and the SHA-256 if requested', () => {
  test.each([0, 1, 100_000, 128 * 1024, 128 * 1024 + 1, MiB, MiB + 1, 3 * MiB, 3 * MiB + 17])(
    '%d bytes in parts of 1 MiB',
    (size) => {
      using folder = temporaryFolder();
      const content = randomBytes(size);
      const file = fileIn(folder, 'a', content);
      const scratch = createScratch();
      expect(digestFile(file, scratch, true, MiB)).toEqual({
        etag: modelEtag(content, MiB),
        sha256: sha256(content),
      });
      expect(digestFile(file, scratch, false, MiB)).toEqual({
        etag: modelEtag(content, MiB),
        sha256: undefined,
      });
    },
  );

  test('in parts of 16 MiB by default', () => {
    using folder = temporaryFolder();
    const content = randomBytes(16 * MiB + 1);
    const { etag } = digestFile(fileIn(folder, 'a', content), createScratch(), false);
    expect(etag).toBe(modelEtag(content, 16 * MiB));
    const parts = [content.subarray(0, 16 * MiB), content.subarray(16 * MiB)];
    expect(etag).toBe(multipartEtag(parts.map((part) => md5(part).digest('hex'))));
  });
});

test.each([
  ['one part', 64],
  ['parts of 18 MiB', 18],
])('%s longer than one read needs 16 MiB of memory', (_, partMiB) => {
  using folder = temporaryFolder();
  const content = randomBytes(37 * MiB);
  const buffer = Buffer.alloc(16 * MiB);
  const asked: number[] = [];
  const scratch: Scratch = (length) => {
    asked.push(length);
    return buffer.subarray(0, length);
  };
  expect(digestFile(fileIn(folder, 'a', content), scratch, true, partMiB * MiB)).toEqual({
    etag: modelEtag(content, partMiB * MiB),
    sha256: sha256(content),
  });
  expect(asked).toEqual([16 * MiB]);
});

test('the memory for a large file is reused for smaller files', () => {
  using folder = temporaryFolder();
  const scratch = createScratch();
  const contents = [3 * MiB, 100, 0, MiB + 1].map((size) => randomBytes(size));
  for (const [index, content] of contents.entries()) {
    const { etag } = digestFile(fileIn(folder, `${index}`, content), scratch, false, MiB);
    expect(etag).toBe(modelEtag(content, MiB));
  }
  expect(scratch(10).buffer).toBe(scratch(MiB).buffer);
});

describe('a file that changes while it is read is an error', () => {
  /** A scratch buffer that runs `act` before the file is read. */
  const whenAsked = (act: () => void): Scratch => {
    const scratch = createScratch();
    return (length) => {
      act();
      return scratch(length);
    };
  };

  test.each([100, 3 * MiB])('of %d bytes that grows', (size) => {
    using folder = temporaryFolder();
    const file = fileIn(folder, 'a', randomBytes(size));
    const grow = whenAsked(() => appendFileSync(file.path, 'x'));
    const error = failureOf(() => digestFile(file, grow, false, MiB));
    expect(error.message).toMatch(/[\\/]a changed while it was uploaded$/);
  });

  test('between two of its parts', () => {
    using folder = temporaryFolder();
    const file = fileIn(folder, 'a', randomBytes(3 * MiB));
    const buffer = Buffer.alloc(MiB);
    let part = 0;
    // Before each part is read, the buffer is cut to its length.
    const cut = buffer.subarray.bind(buffer);
    buffer.subarray = (start, end) => {
      part += 1;
      if (part === 3) appendFileSync(file.path, 'x');
      return cut(start, end);
    };
    expect(failureOf(() => digestFile(file, () => buffer, false, MiB)).message).toContain('changed');
    expect(part).toBe(3);
  });

  test('of the same size, but written again', async () => {
    using folder = temporaryFolder();
    const file = fileIn(folder, 'a', 'one');
    await sleep(10);
    const rewrite = whenAsked(() => writeFileSync(file.path, 'two'));
    const error = failureOf(() => digestFile(file, rewrite, true));
    expect(error.message).toMatch(/changed/);
  });
});
