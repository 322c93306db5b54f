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
  ];
  const objects = keys.map((key) => ({ key, size: 1, etag: '', lastModified: 0 }));
  const groups = deletionGroups('d/', objects).map((group) => group.map(({ key }) => key));
  expect(groups).toEqual([
    ['d/index.html', 'd/_links.html', 'd/a/index.html', 'd/a/SHA256SUMS'],
    ['d/b/page.htm'],
    ['d/app.js'],
  ]);
});

test('there is no empty group', () => {
  expect(deletionGroups('d/', [])).toEqual([]);
});
