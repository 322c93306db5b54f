import { expect, test } from '@jest/globals';

import { missingIndexWarning } from '../../../src/preview/missingIndex.ts';

const message = (...names: string[]) => missingIndexWarning(new Set(names), 's3://b/p/');

test.each([
  [['index.html', 'a.css']],
  [['200.html']],
  [['lighthouse.report.html', 'b.js']],
  [['report.html', 'log.html', 'output.xml']],
  [['scan.html', 'pages/1.html', 'pages/2.html']],
  [['html/only.xhtml']],
])('a site of %j has a first page, and gives no warning', (names) => {
  expect(message(...names)).toBeUndefined();
});

test.each([
  [
    ['a.css', 'b.js'],
    /^The preview has no 'index\.html' in s3:\/\/b\/p\/: none of its 2 files ends in \.html\. /,
  ],
  [['a.html', 'b.html'], /: its link opens a list of its 2 pages\. Add an 'index\.html' to the site\.$/],
  [
    ['x/y/index.html', 'site/index.html'],
    /The nearest is 'site\/index\.html'\. To open it, set 'path' to its folder/,
  ],
  [['Index.html', 'b.html'], /The nearest is 'Index\.html'/],
])('a site of %j gives a warning that says what is missing and what to do', (names, says) => {
  expect(message(...names)).toMatch(says);
});
