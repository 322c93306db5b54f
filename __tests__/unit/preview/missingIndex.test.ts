import { expect, test } from '@jest/globals';

import { missingIndexWarning } from '../../../src/preview/missingIndex.ts';

const message = (...names: string[]) => missingIndexWarning(new Set(names), 's3://b/p/');

test('a site with an index.html or 200.html gives no warning', () => {
  expect([message('index.html', 'a.css'), message('200.html')]).toEqual([undefined, undefined]);
});

test.each([
  [
    ['a.css', 'b.js'],
    /^The preview has no 'index\.html' in s3:\/\/b\/p\/: none of its 2 files ends in \.html\. /,
  ],
  [['a.html', 'b.js'], /: its link opens a list of its 1 page\. Add an 'index\.html' to the site\.$/],
  [
    ['x/y/index.html', 'site/index.html'],
    /The nearest is 'site\/index\.html'\. To open it, set 'path' to its folder/,
  ],
  [['Index.html'], /The nearest is 'Index\.html'/],
])('a site of %j gives a warning that says what is missing and what to do', (names, says) => {
  expect(message(...names)).toMatch(says);
});
