import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test } from '@jest/globals';

import { fingerprint } from '../../../src/transfer/fingerprint.ts';
import { multipartEtag } from '../../../src/transfer/lost.ts';
import { type Memory, createMemory } from '../../../src/transfer/memory.ts';
import { rejectionOf } from '../failure.ts';
import { temporaryFolder } from '../folders.ts';
import { fileIn } from './file.ts';

const MiB = 1024 ** 2;

const md5 = (content: Buffer) => createHash('md5').update(content);
const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

/** The ETag by the book: the MD5 of a whole content, or of its parts' MD5s. */
function modelEtag(content: Buffer, partSize: number): string {
  if (content.length <= partSize) return md5(content).digest('hex');
  const count = Math.ceil(content.length / partSize);
  const digests = Array.from({ length: count }, (_, index) =>
    md5(content.subarray(index * partSize, (index + 1) * partSize)).digest(),
  );
  return `${md5(Buffer.concat(digests)).digest('hex')}-${count}`;
}

describe('is the ETag that the upload gets, and the SHA-256 where it is wanted', () => {
  test.each([0, 1, 100_000, 128 * 1024, 128 * 1024 + 1, MiB, MiB + 1, 3 * MiB, 3 * MiB + 17])(
    '%d bytes in parts of 1 MiB',
    async (size) => {
      using folder = temporaryFolder();
      const content = randomBytes(size);
      const file = fileIn(folder, 'a', content);
      const memory = createMemory(2 * MiB);
      expect(await fingerprint(file, memory, true, MiB)).toEqual({
        etag: modelEtag(content, MiB),
        sha256: sha256(content),
      });
      expect(await fingerprint(file, memory, false, MiB)).toEqual({
        etag: modelEtag(content, MiB),
        sha256: undefined,
      });
    },
  );

  test('in parts of 16 MiB where no size is asked for', async () => {
    using folder = temporaryFolder();
    const content = randomBytes(16 * MiB + 1);
    const { etag } = await fingerprint(fileIn(folder, 'a', content), createMemory(MiB), false);
    expect(etag).toBe(modelEtag(content, 16 * MiB));
    const parts = [content.subarray(0, 16 * MiB), content.subarray(16 * MiB)];
    expect(etag).toBe(multipartEtag(parts.map((part) => md5(part).digest('hex'))));
  });
});

test('memory is given back, after a failure too', async () => {
  using folder = temporaryFolder();
  const memory = createMemory(MiB);
  const file = fileIn(folder, 'a', randomBytes(3 * MiB));
  await fingerprint(file, memory, true, MiB);
  await rejectionOf(fingerprint({ ...file, size: 2 * MiB }, memory, true, MiB));
  await rejectionOf(fingerprint({ ...file, path: folder.at('none') }, memory, true, MiB));
  const loan = await Promise.race([memory.borrow(MiB), sleep(1_000)]);
  expect(loan).toBeDefined();
});

describe('a file that changes while it is read is an error', () => {
  /** Memory that does something when it is lent: in the middle of what the borrower does. */
  const whenLent = (act: () => void): Memory => {
    const memory = createMemory(4 * MiB);
    return {
      borrow: async (length) => {
        const loan = await memory.borrow(length);
        act();
        return loan;
      },
    };
  };

  test.each([100, 3 * MiB])('of %d bytes that grows', async (size) => {
    using folder = temporaryFolder();
    const file = fileIn(folder, 'a', randomBytes(size));
    const error = await rejectionOf(
      fingerprint(
        file,
        whenLent(() => appendFileSync(file.path, 'x')),
        false,
        MiB,
      ),
    );
    expect(error.message).toMatch(/\/a changed while it was uploaded$/);
  });

  test('between two of its parts', async () => {
    using folder = temporaryFolder();
    const file = fileIn(folder, 'a', randomBytes(3 * MiB));
    const buffer = Buffer.alloc(MiB);
    let part = 0;
    // The buffer is cut to the length of each part before that is read.
    const cut = buffer.subarray.bind(buffer);
    buffer.subarray = (start, end) => {
      part += 1;
      if (part === 3) appendFileSync(file.path, 'x');
      return cut(start, end);
    };
    const memory = { borrow: () => Promise.resolve({ buffer, giveBack: () => undefined }) };
    expect((await rejectionOf(fingerprint(file, memory, false, MiB))).message).toContain('changed');
    expect(part).toBe(3);
  });

  test('of the same size, but written again', async () => {
    using folder = temporaryFolder();
    const file = fileIn(folder, 'a', 'one');
    await sleep(10);
    const error = await rejectionOf(
      fingerprint(
        file,
        whenLent(() => writeFileSync(file.path, 'two')),
        true,
      ),
    );
    expect(error.message).toMatch(/changed/);
  });
});
