import { describe, expect, test } from '@jest/globals';

import { folderOf, rankFolders } from '../../../src/sync/keptFolders.ts';
import { chooseFolders, outdatedPages } from '../../../src/sync/removal.ts';
import type { RemoteObject } from '../../../src/sync/remoteObject.ts';

const object = (key: string, lastModified: number): RemoteObject => ({
  key: `d/${key}`,
  size: 1,
  etag: '',
  lastModified,
});

/** Objects from names and times. Names of pages are those of generated objects. */
function rank(times: Readonly<Record<string, number>>, keepLast: number, before?: number) {
  const objects = Object.entries(times).map(([name, time]) => object(name, time));
  return rankFolders(objects, 'd/', ({ key }) => !key.endsWith('_links.html'), { keepLast, before });
}

describe('the newest folders stay', () => {
  test('by the newest file in each, also in subfolders', () => {
    const times = { 'a/old': 1, 'a/sub/deep/new': 9, 'b/x': 5, 'c/x': 7, 'c/y': 2 };
    expect(rank(times, 2)).toEqual({ kept: ['a', 'c'], removed: ['b'] });
    expect(rank(times, 1)).toEqual({ kept: ['a'], removed: ['c', 'b'] });
  });

  test('all of them, if there are no more', () => {
    expect(rank({ 'a/x': 1, 'b/x': 2 }, 2)).toEqual({ kept: ['b', 'a'], removed: [] });
    expect(rank({ 'a/x': 1 }, 3)).toEqual({ kept: ['a'], removed: [] });
    expect(rank({}, 1)).toEqual({ kept: [], removed: [] });
  });

  test('files directly below the destination are no folders', () => {
    expect(rank({ 'a/x': 1, file: 9, other: 8 }, 1)).toEqual({ kept: ['a'], removed: [] });
  });

  test('a page that was renewed does not make its folder newer', () => {
    expect(rank({ 'a/x': 1, 'a/_links.html': 9, 'b/x': 2 }, 1)).toEqual({ kept: ['b'], removed: ['a'] });
    expect(rank({ 'a/_links.html': 9, 'b/x': 2, 'c/x': 1 }, 2)).toEqual({ kept: ['b', 'c'], removed: ['a'] });
  });

  test('folders that are equally new stay together', () => {
    const times = { 'a/x': 5, 'b/x': 5, 'c/x': 5, 'd/x': 4 };
    expect(rank(times, 1)).toEqual({ kept: ['a', 'b', 'c'], removed: ['d'] });
    expect(rank(times, 3)).toEqual({ kept: ['a', 'b', 'c'], removed: ['d'] });
  });

  test('and so do folders without a date', () => {
    expect(rank({ 'a/x': Infinity, 'b/x': Infinity, 'c/x': 1 }, 1).removed).toEqual(['c']);
  });

  test('with an age, so do folders with a newer file', () => {
    const times = { 'a/x': 9, 'b/x': 7, 'b/y': 1, 'c/x': 4, 'd/x': 3 };
    expect(rank(times, 1, 5)).toEqual({ kept: ['a', 'b'], removed: ['c', 'd'] });
    expect(rank(times, 3, 5)).toEqual({ kept: ['a', 'b', 'c'], removed: ['d'] });
    expect(rank(times, 1, 1).removed).toEqual([]);
    expect(rank(times, 1, 4).removed).toEqual(['d']);
  });
});

test.each([
  ['d/a/b/c', 'a'],
  ['d/a/', 'a'],
  ['d//x', ''],
  ['d/__proto__/x', '__proto__'],
  ['d/ \n/x', ' \n'],
  ['d/x', undefined],
])('the folder of %j is %j', (key, folder) => {
  expect(folderOf({ key }, 'd/')).toBe(folder);
});

describe('the objects of removed folders', () => {
  const existing = ['_links.html', 'a/_links.html', 'a/x', 'aa/x', 'b/_links.html', 'x'].map((key) =>
    object(key, 1),
  );
  const objects = { existing, fresh: [object('a/new', 9), object('b/new', 9)] };
  const pages = ['_links.html', 'a/_links.html', 'b/_links.html'];
  const choice = chooseFolders(objects, new Set(['a']), 'd/', pages);

  test('are chosen with their pages, and nothing else', () => {
    expect(choice.chosen.map(({ key }) => key)).toEqual(['d/a/_links.html', 'd/a/x']);
    expect(choice.pages).toEqual(['_links.html', 'b/_links.html']);
  });

  test('that were written meanwhile are fresh; those of other folders are of no interest', () => {
    expect(choice.fresh.map(({ key }) => key)).toEqual(['d/a/new']);
  });

  test('leave a page outdated that lists them', () => {
    expect(outdatedPages(choice, 'd/')).toEqual(['_links.html']);
  });
});
