import { expect, test } from '@jest/globals';

import { deletionGroups } from '../../../src/sync/deletionOrder.ts';

test('entry pages are deleted first, outermost first, then other pages, then the rest', () => {
  const keys = [
    'd/a/index.html',
    'd/app.js',
    'd/index.html',
    'd/b/page.htm',
    'd/_links.html',
    'd/a/SHA256SUMS',
    'd/page.html.gz',
  ];
  const objects = keys.map((key) => ({ key, size: 1, etag: '', lastModified: 0 }));
  const groups = deletionGroups(objects).map((group) => group.map(({ key }) => key));
  expect(groups).toEqual([
    ['d/index.html', 'd/_links.html', 'd/a/index.html', 'd/a/SHA256SUMS'],
    ['d/b/page.htm'],
    ['d/app.js', 'd/page.html.gz'],
  ]);
});

test('there is no empty group', () => {
  expect(deletionGroups([])).toEqual([]);
});

test('the number of folders decides which page is further out, not the length of their names', () => {
  const objects = ['d/a/b/index.html', 'd/a-long-name/index.html'].map((key) => ({
    key,
    size: 1,
    etag: '',
    lastModified: 0,
  }));
  expect(
    deletionGroups(objects)
      .flat()
      .map(({ key }) => key),
  ).toEqual(['d/a-long-name/index.html', 'd/a/b/index.html']);
});
