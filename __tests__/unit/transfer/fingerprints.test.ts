import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';

import { afterEach, describe, expect, test } from '@jest/globals';

import { ActionError } from '../../../src/errors.ts';
import { fingerprint } from '../../../src/transfer/fingerprint.ts';
import { type Fingerprints, openFingerprints } from '../../../src/transfer/fingerprints.ts';
import { createMemory } from '../../../src/transfer/memory.ts';
import { rejectionOf } from '../failure.ts';
import { temporaryFolder } from '../folders.ts';
import { fileIn } from './file.ts';

const MiB = 1024 ** 2;
const memory = createMemory(32 * MiB);
const never = new AbortController().signal;

const opened: Fingerprints[] = [];
afterEach(() => Promise.all(opened.splice(0).map((fingerprints) => fingerprints.close())));

function open(signal = never, partSize?: number): Fingerprints {
  const fingerprints = openFingerprints({ memory, sha256Wanted: true, partSize, threads: 3, signal });
  opened.push(fingerprints);
  return fingerprints;
}

/** Files enough for threads to be started. */
function manyFiles(folder: ReturnType<typeof temporaryFolder>) {
  return Array.from({ length: 600 }, (_, index) =>
    fileIn(folder, `${index}`, randomBytes(index % 7 === 0 ? 100_000 : index)),
  );
}

describe('reads what a look at each file reads, in their order', () => {
  test.each([3, 600])('%d files', async (count) => {
    using folder = temporaryFolder();
    const files = manyFiles(folder).slice(0, count);
    const expected = [];
    for (const file of files) expected.push(await fingerprint(file, memory, true));
    const fingerprints = open();
    expect(await fingerprints.of(files)).toEqual(expected);
    expect(await fingerprints.of(files.slice(1, 3))).toEqual(expected.slice(1, 3));
    expect(await fingerprints.of([])).toEqual([]);
  });

  test('a large one in parts of a size that was asked for, beside others that are asked for at once', async () => {
    using folder = temporaryFolder();
    const large = fileIn(folder, 'large', randomBytes(17 * MiB + 5));
    const small = fileIn(folder, 'small', randomBytes(10));
    const fingerprints = open(never, 5 * MiB);
    const [[first], [second], [third]] = await Promise.all([
      fingerprints.of([large]),
      fingerprints.of([small]),
      fingerprints.of([large]),
    ]);
    expect(first).toEqual(await fingerprint(large, memory, true, 5 * MiB));
    expect(first?.etag).toMatch(/-4$/);
    expect(third).toEqual(first);
    expect(second).toEqual(await fingerprint(small, memory, true));
  });
});

describe('what is wrong with a file is told as without threads', () => {
  test.each([1, 600])('one of %d that changed', async (count) => {
    using folder = temporaryFolder();
    const files = manyFiles(folder).slice(0, count);
    const last = files.at(-1);
    if (last) appendFileSync(last.path, 'x');
    const fingerprints = open();
    const error = await rejectionOf(fingerprints.of(files));
    expect(error).toBeInstanceOf(ActionError);
    expect(error).toMatchObject({ code: 'files', hint: expect.stringMatching(/still writes to it/) });
    expect(error.message).toBe(`${last?.path} changed while it was uploaded`);
    // The others can be read all the same.
    expect(await fingerprints.of(files.slice(0, -1))).toHaveLength(count - 1);
  });
});

test.each([3, 600])('a job that is cancelled waits for none of %d files', async (count) => {
  using folder = temporaryFolder();
  const files = manyFiles(folder).slice(0, count);
  const controller = new AbortController();
  const fingerprints = open(controller.signal);
  const reading = fingerprints.of(files);
  const reason = new Error('stop');
  controller.abort(reason);
  await expect(reading).rejects.toBe(reason);
  await expect(fingerprints.of(files)).rejects.toBe(reason);
});

test('a thread that breaks is told, and nobody waits for it', async () => {
  using folder = temporaryFolder();
  const files = manyFiles(folder);
  // A path that is none breaks even the words for it.
  const broken = { ...files[0], path: undefined } as unknown as (typeof files)[0];
  const fingerprints = open();
  await expect(fingerprints.of([...files, broken])).rejects.toThrow(/replace/);
  await expect(fingerprints.of(files)).rejects.toThrow(/replace/);
});
