import { expect, test } from '@jest/globals';

import { isHtml, isPagePart } from '../../../src/files/webPages.ts';

test.each(['a.html', 'd/A.HTM', 'a.xhtml', 'a.xht', '.html'])('%s is a page', (name) => {
  expect([isHtml(name), isPagePart({ name })]).toEqual([true, false]);
});

test.each([
  'a.js',
  'a.mjs',
  'd/a.CJS',
  'a.css',
  'a.woff',
  'a.woff2',
  'a.ttf',
  'a.js.map',
  'a.mjs.map',
  'a.css.map',
])('%s is a part of a page', (name) => {
  expect([isHtml(name), isPagePart({ name })]).toEqual([false, true]);
});

test.each(['a.html.gz', 'html', 'ahtml', 'a.json', 'a.map', 'a.js/b', 'a.cssx', 'js', 'site.css.txt'])(
  '%s is neither',
  (name) => {
    expect([isHtml(name), isPagePart({ name })]).toEqual([false, false]);
  },
);
