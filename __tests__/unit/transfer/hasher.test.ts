import { randomBytes } from 'node:crypto';
import { appendFileSync, rmSync } from 'node:fs';

import { afterEach, describe, expect, test } from '@jest/globals';

import { ActionError } from '../../../src/errors/error.ts';
import { createScratch, digestFile } from '../../../src/transfer/digest.ts';
import { type Hasher, openHasher } from '../../../src/transfer/hasher.ts';
import { rejectionOf } from '../failure.ts';
import { type Thread, startThread } from '../../../src/transfer/thread.ts';
import { temporaryFolder } from '../folders.ts';
import { fileIn } from './file.ts';

const MiB = 1024 ** 2;
const never = new AbortController().signal;

const opened: Hasher[] = [];
afterEach(() => Promise.all(opened.splice(0).map((hasher) => hasher.close())));

function open(signal = never, partSize?: number): Hasher {
  const hasher = openHasher({ sha256Wanted: true, partSize, threads: 3, signal });
  opened.push(hasher);
  return hasher;
}

/** Enough files to start the worker threads. */
function manyFiles(folder: ReturnType<typeof temporaryFolder>) {
  return Array.from({ length: 600 }, (_, index) =>
    fileIn(folder, `${index}`, randomBytes(index % 7 === 0 ? 100_000 : index)),
  );
}

describe('the digests are those of each file, in the same order', () => {
  test.each([3, 600])('%d files', async (count) => {
    using folder = temporaryFolder();
    const files = manyFiles(folder).slice(0, count);
    const expected = [];
    for (const file of files) expected.push(digestFile(file, createScratch(), true));
    const hasher = open();
    expect(await hasher.digests(files)).toEqual(expected);
    expect(await hasher.digests(files.slice(1, 3))).toEqual(expected.slice(1, 3));
    expect(await hasher.digests([])).toEqual([]);
  });

  test('of a few files, the SHA-256 is always among them', async () => {
    using folder = temporaryFolder();
    const files = manyFiles(folder);
    const hasher = openHasher({ sha256Wanted: false, partSize: undefined, threads: 1, signal: never });
    opened.push(hasher);
    const few = await hasher.digests(files.slice(0, 200));
    expect(few.every(({ sha256 }) => sha256 !== undefined)).toBe(true);
    const many = await hasher.digests(files.slice(200));
    expect(many.every(({ sha256 }) => sha256 === undefined)).toBe(true);
  });

  test('a large file with a given part size, and concurrent requests', async () => {
    using folder = temporaryFolder();
    const large = fileIn(folder, 'large', randomBytes(17 * MiB + 5));
    const small = fileIn(folder, 'small', randomBytes(10));
    const hasher = open(never, 5 * MiB);
    const [[first], [second], [third]] = await Promise.all([
      hasher.digests([large]),
      hasher.digests([small]),
      hasher.digests([large]),
    ]);
    expect(first).toEqual(digestFile(large, createScratch(), true, 5 * MiB));
    expect(first?.etag).toMatch(/-4$/);
    expect(third).toEqual(first);
    expect(second).toEqual(digestFile(small, createScratch(), true));
  });
});

describe('an error is the same with and without threads', () => {
  test.each([1, 600])('one of %d files changed', async (count) => {
    using folder = temporaryFolder();
    const files = manyFiles(folder).slice(0, count);
    const last = files.at(-1);
    if (last) appendFileSync(last.path, 'x');
    const hasher = open();
    const error = await rejectionOf(hasher.digests(files));
    expect(error).toBeInstanceOf(ActionError);
    expect(error).toMatchObject({
      code: 'file-changed',
      hint: expect.stringMatching(/nothing writes to the file/),
    });
    expect(error.message).toBe(`${last?.path} changed while it was uploaded`);
    // The other files can still be read.
    expect(await hasher.digests(files.slice(0, -1))).toHaveLength(count - 1);
  });
});

describe('a cancelled job', () => {
  const reason = new Error('stop');

  test('does not wait for threads', async () => {
    using folder = temporaryFolder();
    const files = manyFiles(folder);
    const controller = new AbortController();
    const hasher = open(controller.signal);
    const reading = hasher.digests(files);
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
    await expect(hasher.digests(files)).rejects.toBe(reason);
  });

  test('reads nothing in the main thread', async () => {
    using folder = temporaryFolder();
    const hasher = open(AbortSignal.abort(reason));
    await expect(hasher.digests([fileIn(folder, 'a', 'a')])).rejects.toBe(reason);
  });
});

describe('prefetching', () => {
  const numbered = (folder: ReturnType<typeof temporaryFolder>, count: number) =>
    Array.from({ length: count }, (_, index) => fileIn(folder, `${index}`, `content ${index % 900}`));

  /** A hasher whose threads can be waited for. */
  function openWatched() {
    const jobs: Promise<unknown>[] = [];
    const start = (): Thread => {
      const thread = startThread();
      const run: Thread['run'] = (...job) => {
        const result = thread.run(...job);
        jobs.push(result);
        return result;
      };
      return Object.create(thread, { run: { value: run } }) as Thread;
    };
    const hasher = openHasher({ sha256Wanted: true, partSize: undefined, threads: 3, signal: never }, start);
    opened.push(hasher);
    return { hasher, jobs };
  }

  test('gives the digests of files, even if they were deleted since', async () => {
    using folder = temporaryFolder();
    const files = numbered(folder, 2_500);
    const expected = files.map((file) => digestFile(file, createScratch(), true));
    const { hasher, jobs } = openWatched();
    files.forEach(hasher.prefetch);
    await Promise.all(jobs);
    // These files were in the first full batch.
    for (const file of files.slice(0, 1_000)) rmSync(file.path);
    const backwards = files.toReversed();
    expect(await hasher.digests(backwards)).toEqual(expected.toReversed());
  });

  test('is interrupted for requested files', async () => {
    using folder = temporaryFolder();
    const files = numbered(folder, 3_000);
    const expected = files.map((file) => digestFile(file, createScratch(), true));
    const hasher = open();
    files.forEach(hasher.prefetch);
    const orders = [files.slice(2_900), files.slice(0, 10), files.slice(5, 2_950), []];
    const found = await Promise.all(orders.map(hasher.digests));
    const places = [expected.slice(2_900), expected.slice(0, 10), expected.slice(5, 2_950), []];
    expect(found).toEqual(places);
  });

  test('reports an unreadable file only when it is requested', async () => {
    using folder = temporaryFolder();
    const files = numbered(folder, 2_000);
    const [gone, grown] = [files[3], files[700]];
    if (gone) rmSync(gone.path);
    if (grown) appendFileSync(grown.path, 'x');
    const { hasher, jobs } = openWatched();
    files.forEach(hasher.prefetch);
    await Promise.all(jobs);
    const others = files.filter((file) => file !== gone && file !== grown);
    expect(await hasher.digests(others)).toHaveLength(1_998);
    expect(await rejectionOf(hasher.digests(gone ? [gone] : []))).toMatchObject({
      message: expect.stringMatching(/disappeared/),
    });
    expect(await rejectionOf(hasher.digests(grown ? [grown] : []))).toMatchObject({
      message: expect.stringMatching(/changed/),
    });
  });

  test('skips large files', async () => {
    using folder = temporaryFolder();
    const large = fileIn(folder, 'large', randomBytes(5 * MiB));
    const files = [large, ...numbered(folder, 1_100)];
    const { hasher, jobs } = openWatched();
    files.forEach(hasher.prefetch);
    await Promise.all(jobs);
    rmSync(large.path);
    await expect(hasher.digests([large])).rejects.toThrow(/disappeared/);
  });
});

test('a thread that crashes fails all requests', async () => {
  using folder = temporaryFolder();
  const files = manyFiles(folder);
  // With this path even the error message throws.
  const broken = { ...files[0], path: undefined } as unknown as (typeof files)[0];
  const hasher = open();
  await expect(hasher.digests([...files, broken])).rejects.toThrow(/replace/);
  await expect(hasher.digests(files)).rejects.toThrow(/replace/);
});
