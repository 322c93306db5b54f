import { expect, test } from '@jest/globals';

import { createProgress, watchForEnd } from '../../../src/transfer/progress.ts';

const MiB = 1024 ** 2;

test('the line has files, bytes, percentage, rate and remaining time', () => {
  let elapsed = 0;
  const progress = createProgress({ files: 1_500, bytes: 100 * MiB }, () => elapsed);
  progress.add({ files: 1_000, bytes: 0 });
  progress.add({ files: 1, bytes: 25 * MiB });
  elapsed = 10_000;
  expect(progress.line()).toBe('1,001 of 1,500 files, 25.0 MiB of 100 MiB (25 %), 2.5 MiB/s, 30 s left');
});

test('the line has no remaining time before the first byte and after the last', () => {
  let elapsed = 0;
  const progress = createProgress({ files: 1, bytes: 10 }, () => elapsed);
  expect(progress.line()).toBe('0 of 1 file, 0 bytes of 10 bytes (0 %), 0 bytes/s');
  elapsed = 2_000;
  expect(progress.line()).toBe('0 of 1 file, 0 bytes of 10 bytes (0 %), 0 bytes/s');
  progress.add({ files: 1, bytes: 10 });
  expect(progress.line()).toBe('1 file, 10 bytes in 2.0 s (5 bytes/s)');
});

test('the line has the total time when all is stored', () => {
  const progress = createProgress({ files: 3, bytes: 0 }, () => 75_000);
  progress.add({ files: 3, bytes: 0 });
  expect(progress.line()).toBe('3 files, 0 bytes in 1 min 15 s (0 bytes/s)');
});

test('the line says 100 % only when all bytes are stored', () => {
  const progress = createProgress({ files: 1, bytes: 1_000 }, () => 1_000);
  progress.add({ files: 0, bytes: 999 });
  expect(progress.line()).toContain('(99 %)');
});

test('empty files have no percentage', () => {
  const progress = createProgress({ files: 2, bytes: 0 }, () => 1_000);
  progress.add({ files: 1, bytes: 0 });
  expect(progress.line()).toBe('1 of 2 files, 0 bytes of 0 bytes, 0 bytes/s');
});

test('the end of a transfer is near when 16 files and 64 MiB are left, and is reported once', () => {
  let ends = 0;
  const watch = watchForEnd({ files: 100, bytes: 200 * MiB }, () => (ends += 1));
  watch({ files: 90, bytes: 0 });
  watch({ files: 0, bytes: 135 * MiB });
  expect(ends).toBe(0);
  watch({ files: 1, bytes: MiB });
  expect(ends).toBe(1);
  watch({ files: 9, bytes: 64 * MiB });
  watchForEnd({ files: 17, bytes: 17 }, () => (ends += 1))({ files: 0, bytes: 17 });
  expect(ends).toBe(1);
  watchForEnd({ files: 3, bytes: 3 }, () => (ends += 1));
  expect(ends).toBe(2);
});
