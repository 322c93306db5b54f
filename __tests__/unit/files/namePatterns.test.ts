import { expect, test } from '@jest/globals';

import { readNamePatterns } from '../../../src/files/namePatterns.ts';

test.each([
  [['**'], ['a', 'd/b', '.x/y', '~/a'], []],
  [['*.txt', '!b.txt'], ['a.txt'], ['b.txt', 'd/a.txt']],
  [['**/*.txt'], ['a.txt', 'd/e/a.txt'], ['a.TXT', 'a.txt2/b.html']],
  [['!**/*.map'], ['x', 'd/x'], ['a.map', 'd/a.map']],
  [
    ['**', '!d', 'd/keep'],
    ['a', 'd/keep'],
    ['d/a', 'd/e/f'],
  ],
  [['reports'], ['reports', 'reports/a', 'reports/d/a'], ['reports2/a', 'x/reports/a']],
  [
    ['./x', '/y', '# a comment'],
    ['x', 'y'],
    ['z', '# a comment'],
  ],
  [['~/a'], ['~/a'], ['~a', 'a']],
  [['reports/'], ['reports/a'], ['reports']],
  [['d/*.txt'], ['d/a.txt'], ['a.txt', 'd/e/a.txt', 'e/a.txt']],
  [['a[[]1].txt'], ['a[1].txt'], ['a1.txt']],
])('%j takes %j, but not %j', (lines, taken, left) => {
  const { includes } = readNamePatterns(lines);
  expect(taken.filter((name) => !includes(name))).toEqual([]);
  expect(left.filter(includes)).toEqual([]);
});

test.each(['..', '../a', 'a/../../b', './a', '/a', '/../a', 'a//b', 'a/', 'C:\\x', 'a\nb', '.env', '...'])(
  'everything includes names that are refused later: %j',
  (name) => {
    for (const lines of [['**'], ['!x']]) expect(readNamePatterns(lines).includes(name)).toBe(true);
  },
);

test('names the lines without effect', () => {
  const { includes, unmatched } = readNamePatterns(['*.txt', '!b.txt', 'c', '# comment']);
  expect(['a.txt', 'x'].filter(includes)).toEqual(['a.txt']);
  expect(unmatched()).toEqual(['!b.txt', 'c']);
});
