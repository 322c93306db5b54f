import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
  count,
  formatBytes,
  formatCount,
  formatDuration,
  parseDuration,
  formatMoment,
} from '../../../src/text/format.ts';

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [1023, '1023 bytes'],
  [1024, '1.0 KiB'],
  [1536, '1.5 KiB'],
  [102_360, '100 KiB'],
  [1024 ** 2 - 1, '1.0 MiB'],
  [1.4 * 1024 ** 2, '1.4 MiB'],
  [5 * 1024 ** 3, '5.0 GiB'],
  [2000 * 1024 ** 4, '2000 TiB'],
])('%d bytes are formatted as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('bytes have at most four digits', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1024 ** 5 - 1 }), (bytes) => {
      expect(formatBytes(bytes)).toMatch(/^(\d{1,2}\.\d|\d{1,3}|10[0-2]\d) (bytes?|KiB|MiB|GiB|TiB)$/);
    }),
  );
});

test.each([
  [1, '1 file'],
  [0, '0 files'],
  [20_000, '20,000 files'],
])('%d is formatted as %s', (number, text) => {
  expect(count(number, 'file')).toBe(text);
});

test('whole numbers are grouped as in English', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (number) => {
      expect(formatCount(number)).toBe(number.toLocaleString('en'));
    }),
  );
});

test('a noun may have an irregular plural', () => {
  expect(count(2, 'entry', 'entries')).toBe('2 entries');
});

test.each([
  [0, '0 s'],
  [-5, '0 s'],
  [59.6, '1 min'],
  [870, '14 min 30 s'],
  [3600, '1 h'],
  [3605, '1 h'],
  [90_061, '1 d 1 h'],
])('%d s are formatted as %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test.each([
  ['90s', 90],
  ['15m', 900],
  ['12h', 43_200],
  ['7d', 604_800],
])('%s is parsed as %d s', (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds);
});

test.each([
  '',
  '15',
  'm',
  '0s',
  '00m',
  '-1m',
  '1.5h',
  '1h30m',
  '15 m',
  '15M',
  '1w',
  '1e3s',
  '15m\n',
  '9999999999s',
])('%j is not a valid duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test('a time is formatted in UTC and rounded down', () => {
  expect(formatMoment(Date.parse('2026-11-23T17:59:12.999Z'))).toBe('2026-11-23 17:59:12 UTC');
});
