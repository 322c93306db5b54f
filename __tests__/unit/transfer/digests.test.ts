import { randomBytes } from 'node:crypto';
import { appendFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, describe, expect, test } from '@jest/globals';

import { ActionError } from '../../../src/errors/error.ts';
import { createScratch, fingerprint } from '../../../src/transfer/digest.ts';
import { type Fingerprints, openFingerprints } from '../../../src/transfer/digests.ts';
import { rejectionOf } from '../failure.ts';
import { temporaryFolder } from '../folders.ts';
import { fileIn } from './file.ts';

const MiB = 1024 ** 2;
const never = new AbortController().signal;

const opened: Fingerprints[] = [];
afterEach(() => Promise.all(opened.splice(0).map((fingerprints) => fingerprints.close())));

function open(signal = never, partSize?: number): Fingerprints {
  const fingerprints = openFingerprints({ sha256Wanted: true, partSize, threads: 3, signal });
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
    for (const file of files) expected.push(fingerprint(file, createScratch(), true));
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
    expect(first).toEqual(fingerprint(large, createScratch(), true, 5 * MiB));
    expect(first?.etag).toMatch(/-4$/);
    expect(third).toEqual(first);
    expect(second).toEqual(fingerprint(small, createScratch(), true));
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
    expect(error).toMatchObject({ code: 'file-changed', hint: expect.stringMatching(/still writes to it/) });
    expect(error.message).toBe(`${last?.path} changed while it was uploaded`);
    // The others can be read all the same.
    expect(await fingerprints.of(files.slice(0, -1))).toHaveLength(count - 1);
  });
});

describe('a job that is cancelled', () => {
  const reason = new Error('stop');

  test('waits for no thread', async () => {
    using folder = temporaryFolder();
    const files = manyFiles(folder);
    const controller = new AbortController();
    const fingerprints = open(controller.signal);
    const reading = fingerprints.of(files);
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
    await expect(fingerprints.of(files)).rejects.toBe(reason);
  });

  test('reads nothing without threads either', async () => {
    using folder = temporaryFolder();
    const fingerprints = open(AbortSignal.abort(reason));
    await expect(fingerprints.of([fileIn(folder, 'a', 'a')])).rejects.toBe(reason);
  });
});

describe('what was told of before is read ahead', () => {
  const numbered = (folder: ReturnType<typeof temporaryFolder>, count: number) =>
    Array.from({ length: count }, (_, index) => fileIn(folder, `${index}`, `content ${index % 900}`));

  /** Waits until the files are read, which takes some milliseconds on a quiet machine: nothing tells of that. */
  const wait = () => sleep(3_000);

  test('and known when it is asked for, even if it is gone by then', async () => {
    using folder = temporaryFolder();
    const files = numbered(folder, 2_500);
    const expected = files.map((file) => fingerprint(file, createScratch(), true));
    const fingerprints = open();
    files.forEach(fingerprints.expect);
    await wait();
    // These were told of before a lot was full.
    for (const file of files.slice(0, 1_000)) rmSync(file.path);
    const backwards = files.toReversed();
    expect(await fingerprints.of(backwards)).toEqual(expected.toReversed());
  });

  test('and given up for what is asked for', async () => {
    using folder = temporaryFolder();
    const files = numbered(folder, 3_000);
    const expected = files.map((file) => fingerprint(file, createScratch(), true));
    const fingerprints = open();
    files.forEach(fingerprints.expect);
    const orders = [files.slice(2_900), files.slice(0, 10), files.slice(5, 2_950), []];
    const found = await Promise.all(orders.map(fingerprints.of));
    const places = [expected.slice(2_900), expected.slice(0, 10), expected.slice(5, 2_950), []];
    expect(found).toEqual(places);
  });

  test('and what cannot be read is told when it is asked for alone', async () => {
    using folder = temporaryFolder();
    const files = numbered(folder, 2_000);
    const [gone, grown] = [files[3], files[700]];
    if (gone) rmSync(gone.path);
    if (grown) appendFileSync(grown.path, 'x');
    const fingerprints = open();
    files.forEach(fingerprints.expect);
    await wait();
    const others = files.filter((file) => file !== gone && file !== grown);
    expect(await fingerprints.of(others)).toHaveLength(1_998);
    expect(await rejectionOf(fingerprints.of(gone ? [gone] : []))).toMatchObject({
      message: expect.stringMatching(/disappeared/),
    });
    expect(await rejectionOf(fingerprints.of(grown ? [grown] : []))).toMatchObject({
      message: expect.stringMatching(/changed/),
    });
  });

  test('unless it is large', async () => {
    using folder = temporaryFolder();
    const large = fileIn(folder, 'large', randomBytes(5 * MiB));
    const files = [large, ...numbered(folder, 1_100)];
    const fingerprints = open();
    files.forEach(fingerprints.expect);
    await wait();
    rmSync(large.path);
    await expect(fingerprints.of([large])).rejects.toThrow(/disappeared/);
  });
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
