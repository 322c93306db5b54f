import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
} from 'node:fs';

import { describe, expect, test } from '@jest/globals';

import type { LocalFile } from '../../../src/files/selection.ts';
import { openFile, readFile, withFile } from '../../../src/transfer/fileReader.ts';
import { rejectionOf } from '../failure.ts';
import { temporaryFolder } from '../folders.ts';
import { fileIn } from './file.ts';

const KiB = 1024;

/** One size that is read synchronously, and one that is not. */
const sizes = [100, 300 * KiB];

const testPipes = process.platform === 'win32' ? test.skip : test;

/** The fields that the walk records, for anything at a path. */
function statsOf(path: string): Pick<LocalFile, 'mtimeMs' | 'dev' | 'ino'> {
  const { mtimeMs, dev, ino } = lstatSync(path);
  return { mtimeMs, dev, ino };
}

async function read(file: LocalFile): Promise<Buffer> {
  const buffer = Buffer.alloc(file.size);
  await readFile(file, buffer);
  return buffer;
}

describe.each(sizes)('a file of %d bytes', (size) => {
  test('is read completely', async () => {
    using folder = temporaryFolder();
    const content = randomBytes(size);
    expect((await read(fileIn(folder, 'a', content))).equals(content)).toBe(true);
  });

  test.each([
    ['is truncated', (path: string) => truncateSync(path, 10)],
    ['is emptied', (path: string) => truncateSync(path, 0)],
    ['grows', (path: string) => appendFileSync(path, 'x')],
    ['is touched', (path: string) => utimesSync(path, 1, 1)],
  ])('that %s is an error that says so', async (_, change) => {
    using folder = temporaryFolder();
    const file = fileIn(folder, 'a', randomBytes(size));
    change(file.path);
    const error = await rejectionOf(read(file));
    expect([error.code, error.message]).toEqual([
      'file-changed',
      `${file.path} changed while it was uploaded`,
    ]);
    expect(error.hint).toContain('Make sure that nothing writes to the file');
  });

  test('that disappears is an error that says so', async () => {
    using folder = temporaryFolder();
    const file = fileIn(folder, 'a', randomBytes(size));
    rmSync(file.path);
    const error = await rejectionOf(read(file));
    expect(error.message).toBe(`${file.path} cannot be read: it disappeared after the upload was planned`);
    expect(error.code).toBe('file-unreadable');
  });

  (process.platform === 'win32' ? test.skip : test)(
    'that may not be read is an error that says so (needs POSIX permissions)',
    async () => {
      using folder = temporaryFolder();
      const file = fileIn(folder, 'a', randomBytes(size));
      chmodSync(folder.path, 0o755);
      chmodSync(file.path, 0);
      // Root may read any file, so the test runs as another user.
      const isRoot = process.geteuid?.() === 0;
      if (isRoot) process.seteuid?.('nobody');
      const error = await rejectionOf(read(file)).finally(() => isRoot && process.seteuid?.(0));
      expect(error.message).toBe(`${file.path} cannot be read: permission denied`);
    },
  );

  test('that became a folder is an error', async () => {
    using folder = temporaryFolder();
    const file = fileIn(folder, 'a', randomBytes(size));
    rmSync(file.path);
    mkdirSync(file.path);
    const error = await rejectionOf(read(file));
    expect([error.code, error.message]).toEqual([
      'file-changed',
      `${file.path} cannot be read: it was replaced after the upload was planned`,
    ]);
  });

  test.each([
    ['another file of the same size and time', (path: string, other: string) => renameSync(other, path)],
    ['a link to one', (path: string, other: string) => symlinkSync(other, path)],
    ['a link to itself', (path: string) => symlinkSync(path, path)],
  ])('that is replaced by %s is an error', async (_, replace) => {
    using folder = temporaryFolder();
    const file = fileIn(folder, 'a', randomBytes(size));
    const other = fileIn(folder, 'other', randomBytes(size));
    utimesSync(other.path, file.mtimeMs / 1000, file.mtimeMs / 1000);
    rmSync(file.path);
    replace(file.path, other.path);
    for (const found of [file, { ...file, linked: true }])
      expect((await rejectionOf(read(found))).message).toBe(
        `${file.path} cannot be read: it was replaced after the upload was planned`,
      );
  });

  testPipes('that is replaced by a named pipe is an error, and does not block (needs mkfifo)', async () => {
    using folder = temporaryFolder();
    const file = fileIn(folder, 'a', randomBytes(size));
    rmSync(file.path);
    execFileSync('mkfifo', [file.path]);
    const ofPipe = { ...file, ...statsOf(file.path) };
    for (const found of [file, ofPipe])
      expect((await rejectionOf(read(found))).message).toContain('it was replaced after');
    const writer = openSync(file.path, 'r+');
    expect((await rejectionOf(read(file))).message).toContain('it was replaced after');
    closeSync(writer);
  });

  test('in a folder that is replaced by a link is an error', async () => {
    using folder = temporaryFolder();
    folder.folder('a');
    folder.folder('b');
    const file = fileIn(folder, 'a/c', randomBytes(size));
    const other = fileIn(folder, 'b/c', randomBytes(size));
    utimesSync(other.path, file.mtimeMs / 1000, file.mtimeMs / 1000);
    renameSync(folder.at('a'), folder.at('gone'));
    folder.link('a', 'b');
    expect((await rejectionOf(read(file))).message).toContain('it was replaced after');
  });

  test('that the walk found through a link is read through the link', async () => {
    using folder = temporaryFolder();
    const content = randomBytes(size);
    const file = fileIn(folder, 'a', content);
    folder.link('b', 'a');
    const found = { ...file, path: folder.at('b'), linked: true };
    expect((await read(found)).equals(content)).toBe(true);
  });

  test('with a line break in its name gives an error of one line', async () => {
    using folder = temporaryFolder();
    const file = { ...fileIn(folder, 'a', randomBytes(size)), path: folder.at('b\n::error::c') };
    expect((await rejectionOf(read(file))).message).not.toContain('\n');
  });
});

test('an empty file is read, and is an error if it grows', async () => {
  using folder = temporaryFolder();
  const file = fileIn(folder, 'a', '');
  expect(await read(file)).toHaveLength(0);
  appendFileSync(file.path, 'x');
  expect((await rejectionOf(read(file))).message).toContain('changed');
});

(process.platform === 'linux' ? describe : describe.skip)('a file with a wrong size (needs Linux)', () => {
  const found = (path: string): LocalFile => ({
    ...statsOf(path),
    path,
    name: 'a',
    size: statSync(path).size,
    linked: false,
  });

  test.each([
    ['/proc/version', '0 bytes'],
    ['/proc/self/status', '0 bytes'],
    ['/sys/devices/system/cpu/online', '4.0 KiB'],
  ])('is an error that says so: %s', async (path, size) => {
    const error = await rejectionOf(read(found(path)));
    expect(error.message).toBe(
      `${path} cannot be read: its content is not as long as its size says (${size})`,
    );
    expect(error.hint).toContain('Copy it into an ordinary file');
  });

  test.each(['/proc/version', '/sys/devices/system/cpu/online'])(
    'is an error for an open file as well: %s',
    async (path) => {
      const reading = withFile(found(path), (reader) => reader.read(Buffer.alloc(4096), 0));
      expect((await rejectionOf(reading)).message).toContain('not as long as its size says');
    },
  );
});

describe('an open file', () => {
  test('reads ranges in any order', async () => {
    using folder = temporaryFolder();
    const content = randomBytes(300 * KiB);
    const reader = await openFile(fileIn(folder, 'a', content));
    const buffer = Buffer.alloc(1_000);
    for (const offset of [299 * KiB, 0, 12_345]) {
      await reader.read(buffer, offset);
      expect(buffer.equals(content.subarray(offset, offset + 1_000))).toBe(true);
    }
    await reader.verify();
    await reader.close();
  });

  test('does not open if the file has changed', async () => {
    using folder = temporaryFolder();
    const file = fileIn(folder, 'a', 'content');
    expect((await rejectionOf(openFile({ ...file, size: 8 }))).message).toContain('changed');
    expect((await rejectionOf(openFile({ ...file, mtimeMs: 1 }))).message).toContain('changed');
  });

  test('that shrinks while it is read is an error', async () => {
    using folder = temporaryFolder();
    const file = fileIn(folder, 'a', randomBytes(300 * KiB));
    const reader = await openFile(file);
    truncateSync(file.path, 200 * KiB);
    const error = await rejectionOf(reader.read(Buffer.alloc(100 * KiB), 150 * KiB));
    expect(error.message).toBe(`${file.path} changed while it was uploaded`);
    await reader.close();
  });

  test('that changes after it was read is an error at the end', async () => {
    using folder = temporaryFolder();
    const file = fileIn(folder, 'a', 'content');
    const reader = await openFile(file);
    await reader.read(Buffer.alloc(7), 0);
    appendFileSync(file.path, 'x');
    expect((await rejectionOf(reader.verify())).message).toContain('changed');
    await reader.close();
  });
});
