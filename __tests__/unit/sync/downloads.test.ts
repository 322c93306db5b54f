import path from 'node:path';

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { linux, macos, windows } from '../../../src/files/system.ts';
import { type Get, isFolderMarker, nameProblems } from '../../../src/sync/downloads.ts';

function getsOf(...names: string[]): Get[] {
  return names.map((name) => ({ name, size: 1, etag: undefined, sha256: undefined, source: name }));
}

test.each(['a', 'a b/c.txt', '.hidden', 'sub/..a/b', 'ä/ö', 'a:b', 'con', '$&+,/;=@', 'x'.repeat(255)])(
  '%s is a valid name on Linux',
  (name) => {
    expect(nameProblems(getsOf(name), linux)).toEqual([]);
  },
);

test.each([
  ['', 'is empty'],
  ['/etc/passwd', 'is an absolute path'],
  ['..', `contains an empty, '.' or '..' segment`],
  ['a/../../b', `contains an empty, '.' or '..' segment`],
  ['./a', `contains an empty, '.' or '..' segment`],
  ['a//b', `contains an empty, '.' or '..' segment`],
  ['a/', `contains an empty, '.' or '..' segment`],
  ['a\\..\\b', 'contains a backslash'],
  ['a\nb', 'contains a control character'],
  ['a\0b', 'contains a control character'],
  ['a\ud800', 'is not valid Unicode'],
  ['ä'.repeat(128), 'has a segment of 256 bytes, and file systems allow 255'],
])('%j is refused on every system', (name, problem) => {
  for (const system of [linux, macos, windows]) {
    const [found = ''] = nameProblems(getsOf(name), system);
    expect(found).toContain(problem);
  }
});

describe('on Windows', () => {
  test.each(['con', 'sub/NUL.txt', 'COM1', 'lpt9.a.b', 'a:b', 'C:/a', 'a?', 'a.', 'sub /b', 'aux .c'])(
    '%s is refused',
    (name) => {
      expect(nameProblems(getsOf(name), windows)).toHaveLength(1);
      expect(nameProblems(getsOf(name), linux)).toEqual([]);
    },
  );

  test.each(['console', 'com', 'com10', 'a.con', 'lpt'])('%s is a valid name', (name) => {
    expect(nameProblems(getsOf(name), windows)).toEqual([]);
  });
});

test('names that are the same on a system are refused there', () => {
  const gets = getsOf('dist/A.js', 'Dist/a.js');
  expect(nameProblems(gets, linux)).toEqual([]);
  for (const system of [macos, windows])
    expect(nameProblems(gets, system)).toEqual([
      `'dist/A.js' and 'Dist/a.js' are the same name on this system`,
    ]);
  const composed = getsOf('\u00e9', 'e\u0301');
  expect(nameProblems(composed, linux)).toEqual([]);
  expect(nameProblems(composed, macos)).toHaveLength(1);
  expect(nameProblems(getsOf('a', 'a'), linux)).toEqual([`'a' appears twice`]);
});

test('a file where another file needs a folder is refused', () => {
  expect(nameProblems(getsOf('a', 'ab/c'), linux)).toEqual([]);
  expect(nameProblems(getsOf('a/b/c', 'a'), linux)).toEqual([
    `'a' is a file, and 'a/b/c' needs a folder of that name`,
  ]);
  expect(nameProblems(getsOf('A', 'a/b'), linux)).toEqual([]);
  expect(nameProblems(getsOf('A', 'a/b'), windows)).toHaveLength(1);
});

test('all problems are reported', () => {
  expect(nameProblems(getsOf('../a', 'b', '/c'), linux)).toHaveLength(2);
});

test('only empty objects stand for folders', () => {
  expect(isFolderMarker({ name: 'a/', size: 0 })).toBe(true);
  expect(isFolderMarker({ name: '', size: 0 })).toBe(true);
  expect(isFolderMarker({ name: 'a', size: 0 })).toBe(false);
  expect(isFolderMarker({ name: 'a/', size: 1 })).toBe(false);
});

test('no name without a problem leaves the folder', () => {
  const segment = fc.oneof(
    fc.constantFrom('..', '.', '', 'a', ' ', 'C:', '\\', '..\\', 'con', '...', '.. ', '\u0000'),
    fc.string({ unit: 'binary', maxLength: 4 }),
  );
  const name = fc.array(segment, { minLength: 1, maxLength: 5 }).map((segments) => segments.join('/'));
  fc.assert(
    fc.property(name, fc.constantFrom(linux, windows), (one, system) => {
      const [folder, { paths }] = [system.windows ? 'C:\\work\\out' : '/work/out', system];
      fc.pre(nameProblems(getsOf(one), system).length === 0);
      const below = paths.relative(folder, paths.join(folder, one));
      expect(below.replaceAll(paths.sep, '/')).toBe(one);
      expect(paths.isAbsolute(below) || below.startsWith(`..${path.sep}`)).toBe(false);
    }),
    { numRuns: 500 },
  );
});
