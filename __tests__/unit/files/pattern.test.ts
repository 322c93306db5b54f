import { homedir } from 'node:os';

import { describe, expect, test } from '@jest/globals';

import { folderAt, readPatterns } from '../../../src/files/pattern.ts';

describe('a line of path', () => {
  test.each([
    ['~', '/home/me'],
    ['~/dist', '/home/me/dist'],
    ['~/dist/*.js', '/home/me/dist'],
    ['~other/dist', '/work/~other/dist'],
    ['dist/~', '/work/dist/~'],
    ['.', '/work'],
    ['./a//b/', '/work/a/b'],
    ['/', '/'],
    ['/etc/*', '/etc'],
    ['! dist', '/work/dist'],
    ['[d]ist', '/work/dist'],
    ['a\\*b', '/work/a*b'],
  ])('%s is looked for in %s', (line, searchPath) => {
    expect(readPatterns([line], '/work', '/home/me')).toMatchObject([{ searchPath }]);
  });

  test('that begins with # is a comment, and ! takes out as often as it is odd', () => {
    const patterns = readPatterns(['# a', '!a', '!!a', '! !a', '!!!a', 'a#b'], '/', '/');
    expect(patterns.map(({ negate }) => negate)).toEqual([true, false, false, true, false]);
  });
});

test.each([
  ['!**/node_modules/**', 'a/node_modules', true],
  ['!**/node_modules', 'node_modules', true],
  ['!**/node_modules/', 'node_modules/x', true],
  ['!**', 'a', true],
  ['!a', '', true],
  ['!a/*', 'b', true],
  ['!**/node_modules/*.js', 'node_modules', false],
  ['!**/node_modules/**', 'a', false],
  ['!*/b/**', 'a', false],
  ['!*/b/**', 'a/b', true],
])('%s covers all below the folder %j: %s', (line, name, covered) => {
  expect(readPatterns([line], '/', '/')[0]?.covers(name)).toBe(covered);
});

test('a folder from home is below the home of this user where no other is given', () => {
  expect(folderAt('~/x', '/work')).toBe(`${homedir()}/x`);
  expect(readPatterns(['~'], '/work')).toMatchObject([{ searchPath: homedir() }]);
});
