import { describe, expect, test } from '@jest/globals';

import { outermost, pathBelow, pathOf } from '../../../src/files/root.ts';
import { linux, macos, windows } from '../../../src/files/system.ts';

describe('the path below a root', () => {
  test.each([
    ['/a', '/a', ''],
    ['/a', '/a/b/c', 'b/c'],
    ['/', '/a', 'a'],
    ['/a', '/ab', undefined],
    ['/a/b', '/a', undefined],
    ['/a', '/A/b', undefined],
    ['/a', '/a/b\\c', 'b\\c'],
  ])('%s of %s is %s on Linux', (root, file, below) => {
    expect(pathBelow(root, file, linux)).toBe(below);
  });

  test.each([
    ['/repo/dist', '/repo/Dist', ''],
    ['/repo/dist', '/Repo/DIST/Sub/a', 'Sub/a'],
    ['/repo/dist', '/repo/Dista', undefined],
    ['/repo/reſ', '/repo/RES/a', 'a'],
  ])('%s of %s is %s on a case-insensitive system', (root, file, below) => {
    expect(pathBelow(root, file, macos)).toBe(below);
  });

  test.each([
    ['C:\\repo\\dist', 'c:\\Repo\\Dist', ''],
    ['C:\\repo\\dist', 'c:\\Repo\\Dist\\a\\B.js', 'a/B.js'],
    ['C:\\', 'c:\\a', 'a'],
    ['C:\\a', 'D:\\a', undefined],
    ['\\\\server\\share\\', '\\\\SERVER\\share\\a\\b', 'a/b'],
  ])('%s of %s is %s on Windows', (root, file, below) => {
    expect(pathBelow(root, file, windows)).toBe(below);
  });
});

test.each([
  [linux, '/a', 'b/c\\d', '/a/b/c\\d'],
  [linux, '/', 'a', '/a'],
  [windows, 'C:\\', 'a/b', 'C:\\a\\b'],
  [windows, 'C:\\a', 'b/c', 'C:\\a\\b\\c'],
])('the path of a name below a root has the separators of the system', (system, root, name, expected) => {
  expect(pathOf(root, name, system)).toBe(expected);
});

describe('the folders to walk from', () => {
  test.each([
    [linux, ['/r/dist', '/r/Dist'], ['/r/dist', '/r/Dist']],
    [macos, ['/r/dist', '/r/Dist'], ['/r/dist']],
    [macos, ['/r/Dist/a', '/R/b', '/r/dist'], ['/R/b', '/r/dist']],
    [windows, ['C:\\r\\dist', 'c:\\R\\Dist', 'D:\\r'], ['C:\\r\\dist', 'D:\\r']],
    [linux, ['/a/b', '/a', '/a', '/ab', '/a/c'], ['/a', '/ab']],
  ])('are the outermost ones without duplicates: %#', (system, paths, found) => {
    expect(outermost(paths, system)).toEqual(found);
  });
});
