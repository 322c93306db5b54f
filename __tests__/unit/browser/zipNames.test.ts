import { describe, expect, test } from '@jest/globals';

import { zipFileName, zipNames } from '../../../browser/index/zipNames.ts';

describe('names in a zip', () => {
  test('are the paths', () => {
    const paths = ['a.txt', 'Île/été 1.txt', '🛰️/b', '..a/b..', 'x\\y'];
    expect(zipNames(paths)).toEqual(paths);
  });

  test('stay below the folder where the zip is unpacked', () => {
    expect(zipNames(['../../etc/passwd', '/etc/passwd', 'a/./b', 'a//c', 'd/', 'e\0f', '..'])).toEqual([
      '__/__/etc/passwd',
      '_/etc/passwd',
      'a/_/b',
      'a/_/c',
      'd/_',
      'e_f',
      '__ (2)',
    ]);
  });

  test('are unique, and no file has the name of a folder', () => {
    expect(zipNames(['a', 'a/b', 'c/../d.txt', 'c/__/d.txt', '/', '_/_'])).toEqual([
      'a (2)',
      'a/b',
      'c/__/d (2).txt',
      'c/__/d.txt',
      '_/_ (2)',
      '_/_',
    ]);
  });
});

test.each([
  ['atlas/2026', '', 'atlas-2026.zip'],
  ['atlas', 'figure  *.png', 'atlas - figure  -.png.zip'],
  ['../..', '', 'files.zip'],
  ['Pages: reports/main', '', 'Pages- reports-main.zip'],
  ['x'.repeat(300), '', `${'x'.repeat(100)}.zip`],
  ['\u202egnp', '', 'gnp.zip'],
])('the zip of %j with the search %j is %j', (title, query, name) => {
  expect(zipFileName(title, query)).toBe(name);
});
