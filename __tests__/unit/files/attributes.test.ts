import { statSync, utimesSync } from 'node:fs';

import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { readAttributes, timeArgument, withAttributes } from '../../../src/files/attributes.ts';
import { temporaryFolder } from '../folders.ts';

const mtime = 'x-amz-meta-mtime';
const mode = 'x-amz-meta-mode';

test.each([
  [1_354_040_105_123.456, '1354040105.123456'],
  [1_354_040_105_500, '1354040105.5'],
  [1_354_040_100_000, '1354040100'],
  [0, '0'],
  [-1_750, '-1.75'],
  [-250, '-0.25'],
])('a time of %d ms is stored as %s, the form of rclone', (mtimeMs, stored) => {
  expect(withAttributes({}, { mtimeMs })).toEqual({ [mtime]: stored });
  expect(readAttributes({ [mtime]: stored })).toEqual({ mtime: mtimeMs / 1000 });
});

test('the mode is stored with the type of a file, and without setuid, setgid and sticky bit', () => {
  expect(withAttributes({}, { mtimeMs: 0, mode: 0o107755 })[mode]).toBe('100755');
  expect(withAttributes({}, { mtimeMs: 0, mode: 0o100000 })[mode]).toBe('100000');
});

test('a header of the user has priority', () => {
  const headers = { [mtime]: '1', 'cache-control': 'no-cache' };
  expect(withAttributes(headers, { mtimeMs: 5_000, mode: 0o100644 })).toEqual({
    ...headers,
    [mode]: '100644',
  });
});

test('nothing is added beyond the 2 KiB of metadata that S3 stores, and other headers do not count', () => {
  const file = { mtimeMs: -1_354_040_105_123.456, mode: 0o100644 };
  const name = 'x-amz-meta-a';
  const fits = { [name]: 'x'.repeat(2_048 - 80 - name.length) };
  const bytes = Object.entries(withAttributes(fits, file)).flat().join('').length;
  expect(bytes).toBeLessThanOrEqual(2_048);
  expect(bytes).toBeGreaterThan(2_048 - 80);
  const full = { [name]: `${fits[name]}x` };
  expect(withAttributes(full, file)).toEqual(full);
  expect(withAttributes({ 'cache-control': 'x'.repeat(3_000) }, file)).toHaveProperty([mode]);
});

test.each([Infinity, NaN, 1e16, -1e16])('a time that rclone cannot read is not stored: %d ms', (mtimeMs) => {
  expect(withAttributes({}, { mtimeMs })).toEqual({});
});

test('what is stored is read again, to the microsecond', () => {
  const times = fc.integer({ min: -4e15, max: 4e15 }).map((microseconds) => microseconds / 1000);
  fc.assert(
    fc.property(times, fc.integer({ min: 0, max: 0o7777 }), (mtimeMs, bits) => {
      const read = readAttributes(withAttributes({}, { mtimeMs, mode: 0o100000 | bits }));
      expect(read.mode).toBe(bits & 0o777);
      expect(Math.abs((read.mtime ?? NaN) * 1e6 - mtimeMs * 1000)).toBeLessThanOrEqual(1);
    }),
  );
});

test.each<[Record<string, unknown>, string]>([
  [{ [mtime]: '1e9' }, 'an exponent'],
  [{ [mtime]: '0x10' }, 'a hexadecimal time'],
  [{ [mtime]: '' }, 'an empty time'],
  [{ [mtime]: '2012-11-27T18:15:05Z' }, 'a date'],
  [{ [mtime]: '9999999999' }, 'a time after 2262'],
  [{ [mtime]: '1'.repeat(100_000) }, 'a long number'],
  [{ [mtime]: ['1', '2'] }, 'a header that comes twice'],
  [{ [mode]: '100944' }, 'a mode that is not octal'],
  [{ [mode]: '40755' }, 'a folder'],
  [{ [mode]: '120777' }, 'a symbolic link'],
  [{ [mode]: '-644' }, 'a negative mode'],
  [{ [mode]: '7'.repeat(20) }, 'a long mode'],
  [{}, 'no header'],
])('ignores %j: %s', (headers) => {
  expect(readAttributes(headers)).toEqual({});
});

test('reads a mode without a type, and no bits beyond the permissions', () => {
  expect(readAttributes({ [mode]: '0755' })).toEqual({ mode: 0o755 });
  expect(readAttributes({ [mode]: '104755' })).toEqual({ mode: 0o755 });
});

test.each([1_700_000_000.123456, 1_700_000_000, 0, -1.75, -86_400])(
  'a file can get the time %d by utimes',
  (seconds) => {
    using folder = temporaryFolder();
    folder.files('a');
    const file = folder.at('a');
    utimesSync(file, timeArgument(seconds), timeArgument(seconds));
    expect(statSync(file).mtimeMs).toBeCloseTo(1000 * seconds, 2);
  },
);
