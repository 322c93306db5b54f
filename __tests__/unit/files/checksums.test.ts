import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';

import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { formatChecksums } from '../../../src/files/checksums.ts';
import { temporaryFolder } from '../folders.ts';

const sum = (text: string) => createHash('sha256').update(text).digest('hex');
const awkward = [
  'plain.txt',
  'with space',
  ' leading',
  'trailing ',
  '*star',
  'back\\slash',
  'back\\nslash',
  'new\nline',
  'carriage\rreturn',
  'both\r\n',
  '\\',
  'tab\there',
  '-c',
  'ünïcödé 🛰',
  '#comment',
  'a/b/c',
];

test('lines are sorted by name', () => {
  const sums = new Map([
    ['b', '2'],
    ['a/z', '1'],
    ['B', '3'],
  ]);
  expect(formatChecksums(sums)).toBe('3  B\n1  a/z\n2  b\n');
  expect(formatChecksums(new Map())).toBe('');
});

test('a name with a line break or backslash is escaped, and its line starts with a backslash', () => {
  expect(formatChecksums(new Map([['a\\b', 'f']]))).toBe('\\f  a\\\\b\n');
  expect(formatChecksums(new Map([['a\nb\rc', 'f']]))).toBe('\\f  a\\nb\\rc\n');
});

test('any name can be parsed from its line', () => {
  const name = fc.string({ unit: fc.constantFrom('a', ' ', '\\', '\n', '\r', 'n', 'r', 'ü'), minLength: 1 });
  fc.assert(
    fc.property(fc.uniqueArray(name), (names) => {
      const text = formatChecksums(new Map(names.map((one) => [one, sum(one)])));
      const read = text
        .split('\n')
        .slice(0, -1)
        .map((line) => {
          const [, mark, hex = '', shown = ''] = /^(\\?)([0-9a-f]{64}) {2}(.*)$/s.exec(line) ?? [];
          const found = mark
            ? shown.replace(/\\(.)/g, (_, letter: string) => ({ n: '\n', r: '\r' })[letter] ?? letter)
            : shown;
          return [found, hex];
        });
      expect(read).toEqual([...names].sort((a, b) => (a < b ? -1 : 1)).map((one) => [one, sum(one)]));
    }),
  );
});

(process.platform === 'linux' ? test : test.skip)(
  'sha256sum -c finds every file, and reports one that differs',
  () => {
    using folder = temporaryFolder();
    folder.files(...awkward);
    using list = temporaryFolder();
    writeFileSync(list.at('sums'), formatChecksums(new Map(awkward.map((one) => [one, sum(one)]))));
    const check = () =>
      execFileSync('sha256sum', ['--strict', '-c', list.at('sums')], {
        cwd: folder.path,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    expect(check().match(/: OK$/gm)).toHaveLength(awkward.length);
    writeFileSync(folder.at('new\nline'), 'other');
    expect(check).toThrow(/1 computed checksum did NOT match/);
  },
);
