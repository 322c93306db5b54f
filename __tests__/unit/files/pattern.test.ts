import { execFileSync } from 'node:child_process';
import { homedir } from 'node:os';
import path from 'node:path';

import { describe, expect, test } from '@jest/globals';

import { resolveFolder, readPatterns } from '../../../src/files/pattern.ts';
import { linux, windows } from '../../../src/files/system.ts';
import { failureOf } from '../failure.ts';

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
    ['c:/x', '/work/c:/x'],
    ['//x/y', '/x/y'],
  ])('%s has the search path %s', (line, searchPath) => {
    expect(readPatterns([line], '/work', '/home/me', linux)).toMatchObject([{ searchPath }]);
  });

  test('that starts with # is a comment, and an odd number of ! excludes', () => {
    const patterns = readPatterns(['# a', '!a', '!!a', '! !a', '!!!a', 'a#b'], '/', '/');
    expect(patterns.map(({ negate }) => negate)).toEqual([true, false, false, true, false]);
  });
});

test.each([
  ['!**/node_modules/**', 'a/node_modules', true],
  ['!**/node_modules', 'node_modules', true],
  ['!**/node_modules/', 'node_modules/x', true],
  ['!**', 'a', true],
  ['!private/**', '', true],
  ['!private/**/', '', true],
  ['!private/*.js', '', false],
  ['!private/**/*.js', '', false],
  ['!a', '', true],
  ['!a/*', 'b', true],
  ['!**/node_modules/*.js', 'node_modules', false],
  ['!**/node_modules/**', 'a', false],
  ['!*/b/**', 'a', false],
  ['!*/b/**', 'a/b', true],
])('%s covers everything below the folder %j: %s', (line, name, covered) => {
  expect(readPatterns([line], '/', '/')[0]?.covers(name)).toBe(covered);
});

test.each([
  ['a', '', true],
  ['a/', '', false],
  ['a/**', '', true],
  ['a/**/', '', false],
  ['a/**/', 'b', true],
  ['a/**/**/', '', false],
  ['x/*/**', 'b', true],
  ['x/*.js', 'b.js', true],
  ['x/*.js', 'b.js/c', true],
  ['x/?(a)', 'a', false],
  ['x/?(a)', 'b(a)', true],
  ['x/#*', '#a', true],
  ['x/!*', '!a', true],
  ['x/!*', 'b', false],
  ['x/*', '.hidden', true],
  ['x/[{]a,b}', '{a,b}', true],
  ['x/*{a,b}', 'xa', false],
])('%s matches the file %j below its search path: %s', (line, name, matches) => {
  expect(readPatterns([line], '/', '/')[0]?.matches(name)).toBe(matches);
});

test('~ is the home folder of this user by default', () => {
  expect(resolveFolder('~/x', '/work')).toBe(path.join(homedir(), 'x'));
  expect(readPatterns(['~'], '/work')).toMatchObject([{ searchPath: homedir() }]);
});

describe('a path on Windows', () => {
  test.each([
    ['dist', 'D:\\work\\dist'],
    ['site\\css\\*.css', 'D:\\work\\site\\css'],
    ['C:\\dist/a', 'C:\\dist\\a'],
    ['\\dist', 'D:\\dist'],
    ['~\\dist', 'C:\\Users\\me\\dist'],
    ['\\\\server\\share\\dist', '\\\\server\\share\\dist'],
    ['//server/share/dist/**', '\\\\server\\share\\dist'],
    ['!\\\\server\\share\\dist\\*.map', '\\\\server\\share\\dist'],
    ['\\\\server\\share', '\\\\server\\share\\'],
    ['\\\\?\\C:\\dist\\a', 'C:\\dist\\a'],
    ['!\\\\?\\C:\\dist\\*.map', 'C:\\dist'],
    ['\\\\?\\UNC\\server\\share\\dist', '\\\\server\\share\\dist'],
  ])('%s has the search path %s', (line, searchPath) => {
    const [pattern] = readPatterns([line], 'D:\\work', 'C:\\Users\\me', windows);
    expect(pattern).toMatchObject({ searchPath });
    if (!/[*!]/.test(line))
      expect(resolveFolder(line, 'D:\\work', 'C:\\Users\\me', windows)).toBe(searchPath);
  });

  test('in the network needs a share', () => {
    for (const line of ['\\\\server', '//server/', '\\\\server\\*\\x']) {
      const { code, message } = failureOf(() => readPatterns([line], 'D:\\work', 'C:\\', windows));
      expect([code, message]).toEqual([
        'invalid-input',
        expect.stringMatching(/^'\\\\server.* names a computer, but no share$/),
      ]);
    }
  });

  test('is spelled out in any letter case', () => {
    const [pattern] = readPatterns(['**\\.Git\\*'], 'D:\\work', 'C:\\', windows);
    expect([pattern?.spells('.git'), pattern?.matches('a/.GIT/config')]).toEqual([true, true]);
  });
});

describe('a user without a home folder', () => {
  test.each([
    [linux, 'HOME'],
    [windows, 'USERPROFILE'],
  ])('gives an error that names the variable if a line starts with ~: %#', (system, variable) => {
    for (const fails of [
      () => readPatterns(['!~/x'], '/work', '', system),
      () => resolveFolder('~', '/work', '', system),
    ]) {
      const { code, message, hint } = failureOf(fails);
      expect([code, message]).toEqual(['invalid-input', expect.stringContaining('no home folder')]);
      expect(hint).toContain(`variable ${variable},`);
    }
  });

  (process.getuid?.() === 0 ? test : test.skip)('gives no error if no line does (needs root)', () => {
    const module = JSON.stringify(path.resolve(import.meta.dirname, '../../../src/files/pattern.ts'));
    const script = `
      const { resolveFolder, readPatterns } = await import(${module});
      const results = [readPatterns(['dist', '!a~', 'b/~'], '/work').length, resolveFolder('dist', '/work')];
      try { readPatterns(['~/x'], '/work') } catch (error) { results.push(error.message) }
      console.log(JSON.stringify(results));`;
    // This user has no entry in /etc/passwd, so Node.js finds no home folder.
    const results = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      env: {},
      uid: 54_321,
    });
    expect(JSON.parse(results)).toEqual([3, '/work/dist', expect.stringContaining('no home folder')]);
  });
});
