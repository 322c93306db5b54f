import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';

import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
  checksumsBelow,
  formatChecksums,
  isChecksumsName,
  listDigest,
  parseChecksums,
} from '../../../src/files/checksums.ts';
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

test('the digest of a list changes with its names, checksums and ETags, but not with their order', () => {
  const etags: Readonly<Record<string, string>> = { a: '1', b: '2' };
  const digestOf = (sums: Readonly<Record<string, string>>, changes: Readonly<Record<string, string>> = {}) =>
    listDigest(new Map(Object.entries(sums)), (name) => ({ ...etags, ...changes })[name]);
  const first = digestOf({ a: 'x', b: 'y' });
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(digestOf({ b: 'y', a: 'x' })).toBe(first);
  const others = [
    digestOf({ a: 'x', b: 'y' }, { b: '3' }),
    digestOf({ a: 'x', b: 'z' }),
    digestOf({ a: 'y', b: 'x' }),
    digestOf({ a: 'x' }),
    digestOf({ a: 'x', c: 'y' }, { c: '2' }),
  ];
  expect(new Set([first, ...others]).size).toBe(6);
  expect(digestOf({ a: 'x', d: 'y' })).toBeUndefined();
});

const digest = sum('content');
const parsed = (text: string) => {
  const { sums, problems } = parseChecksums(text);
  expect(problems).toEqual([]);
  return [...sums];
};

test.each([
  ['text mode', `${digest}  a b.txt`, 'a b.txt'],
  ['binary mode', `${digest} *a.bin`, 'a.bin'],
  ['a name that starts with a space', `${digest}   a`, ' a'],
  ['a name that starts with an asterisk', `${digest}  *a`, '*a'],
  ['upper-case hex', `${digest.toUpperCase()}  a`, 'a'],
  ['an escaped name', `\\${digest}  a\\\\n\\nb\\rc`, 'a\\n\nb\rc'],
  ['a name with a backslash that is not escaped', `${digest}  a\\n`, 'a\\n'],
  ['the tagged format', `SHA256 (a (1) = b) = ${digest}`, 'a (1) = b'],
  ['an escaped name in the tagged format', `\\SHA256 (a\\nb) = ${digest}`, 'a\nb'],
  ['a path that starts with a dot and a slash', `${digest}  .//./a/./b`, 'a/./b'],
  ['a folder that ends in a dot', `${digest}  a./b`, 'a./b'],
  ['a carriage return in the name', `${digest}  a\rb`, 'a\rb'],
  ['a line separator in the name', `${digest}  a\u2028b`, 'a\u2028b'],
])('%s', (_, line, name) => {
  expect(parsed(`${line}\n`)).toEqual([[name, digest]]);
  expect(parsed(`\ufeff# comment\r\n\r\n${line}\r\n${line}`)).toEqual([[name, digest]]);
  expect(parsed(`\ufeff${line}`)).toEqual([[name, digest]]);
});

test('lines that are not valid are reported', () => {
  const lines = [
    `${digest}  a`,
    `${digest.slice(1)}  b`,
    `${sum('other')}  a`,
    `${digest}\tc`,
    `${digest}  `,
    `\\${digest}  a\\d`,
  ];
  const { sums, problems } = parseChecksums([...lines, ...lines].join('\n'));
  expect([...sums]).toEqual([['a', digest]]);
  expect(problems).toEqual([
    'line 2 is not a SHA-256 digest and a name',
    'line 3 repeats a name with another digest',
    'line 4 is not a SHA-256 digest and a name',
    'line 5 is not a SHA-256 digest and a name',
    'line 6 is not a SHA-256 digest and a name',
  ]);
  expect(parseChecksums('')).toEqual({ sums: new Map(), problems: [] });
});

test.each([
  `x${digest}  a`,
  `xSHA256 (a) = ${digest}`,
  `SHA256 (a) = ${digest}0`,
  `SHA512 (a) = ${digest}`,
  `\\${digest}  a\\`,
])('the line %j is not valid', (line) => {
  expect(parseChecksums(line)).toEqual({
    sums: new Map(),
    problems: ['line 1 is not a SHA-256 digest and a name'],
  });
});

test('a checksums file has its name in any folder', () => {
  expect(checksumsBelow('ci/site/')).toEqual({ name: 'SHA256SUMS', key: 'ci/site/SHA256SUMS' });
  expect(['SHA256SUMS', 'a/b/SHA256SUMS'].filter(isChecksumsName)).toHaveLength(2);
  expect(['sha256sums', 'aSHA256SUMS', 'SHA256SUMS/a', 'SHA256SUMS.asc'].filter(isChecksumsName)).toEqual([]);
});

test('any name can be parsed from its line', () => {
  const name = fc.string({ unit: fc.constantFrom('a', ' ', '\\', '\n', '\r', 'n', 'r', 'ü'), minLength: 1 });
  fc.assert(
    fc.property(fc.uniqueArray(name), (names) => {
      const sums = new Map([...names].sort((a, b) => (a < b ? -1 : 1)).map((one) => [one, sum(one)]));
      expect(parseChecksums(formatChecksums(sums))).toEqual({ sums, problems: [] });
    }),
  );
});

(process.platform === 'linux' ? test : test.skip)(
  'sha256sum -c finds every file, and reports one that differs; its own lists can be parsed',
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
    const sums = new Map(awkward.map((one) => [one, sum(one)]));
    for (const format of [[], ['--binary'], ['--tag']]) {
      const text = execFileSync('sha256sum', [...format, '--', ...awkward], {
        cwd: folder.path,
        encoding: 'utf8',
      });
      expect(parseChecksums(text)).toEqual({ sums, problems: [] });
    }
    writeFileSync(folder.at('new\nline'), 'other');
    expect(check).toThrow(/1 computed checksum did NOT match/);
  },
);
