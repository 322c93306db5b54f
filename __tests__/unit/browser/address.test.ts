import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { formatPlace, readPlace } from '../../../browser/index/address.ts';
import { createModel } from '../../../browser/index/model.ts';
import { filesNamed } from './files.ts';

const atFirst = { folders: 'first', search: '', file: undefined } as const;

test('a search in the fragment has a limited length', () => {
  expect(readPlace(`#search=${'*%20'.repeat(10_000)}`).search).toHaveLength(1_000);
});

describe('the fragment of the index page', () => {
  test.each([
    ['', atFirst],
    [
      '#folder=docs/img&search=*.png%20type:image&file=docs/img/a%20(1).png',
      { folders: ['docs/img'], search: '*.png type:image', file: 'docs/img/a (1).png' },
    ],
    ['#folder=a&folder=b/c/', { ...atFirst, folders: ['a', 'b/c'] }],
    ['#folders=all', { ...atFirst, folders: 'all' }],
    ['#folders=none', { ...atFirst, folders: [] }],
    ['#search=100%&file=&other', { ...atFirst, search: '100%' }],
    ['#pictures', { ...atFirst, pictures: '' }],
    ['#pictures=docs/img/&search=a', { ...atFirst, search: 'a', pictures: 'docs/img/' }],
    ['#search=a=b', { ...atFirst, search: 'a=b' }],
  ])('%j is read', (fragment, expected) => {
    expect(readPlace(fragment)).toEqual(expected);
  });

  test('is readable, and programs do not cut a link at its characters', () => {
    const place = { folders: ['docs/ü'], search: 'type:image, a', file: "docs/a&b=(1)'#?.png" };
    expect(formatPlace(place)).toBe(
      '#folder=docs/%C3%BC&search=type:image,%20a&file=docs/a%26b%3D%281%29%27%23%3F.png',
    );
    expect(formatPlace(atFirst)).toBe('');
    expect(formatPlace({ ...atFirst, pictures: '' })).toBe('#pictures');
    expect(formatPlace({ ...atFirst, pictures: 'a b/' })).toBe('#pictures=a%20b/');
  });

  test('brings every place back', () => {
    const path = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.endsWith('/'));
    const folders = fc.oneof(fc.constantFrom('first', 'all'), fc.array(path, { maxLength: 3 }));
    fc.assert(
      fc.property(
        folders,
        fc.string({ unit: 'grapheme' }),
        fc.option(path, { nil: undefined }),
        (...parts) => {
          const place = { folders: parts[0], search: parts[1], file: parts[2] };
          expect(readPlace(formatPlace(place as Parameters<typeof formatPlace>[0]))).toEqual(place);
        },
      ),
    );
  });

  test('stays short, and takes text that cannot be encoded', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => `folder ${index}`);
    expect(formatPlace({ ...atFirst, folders: many }).length).toBeLessThan(2_200);
    expect(formatPlace({ ...atFirst, search: '\ud800' })).toBe('#search=%EF%BF%BD');
  });
});

describe('the open folders of the index page', () => {
  const model = () => createModel(filesNamed(['a/b/1', 'a/c/2', 'd/3', ...Array(70).keys()].map(String)));

  test('are named by the deepest ones', () => {
    const { openFolders, setOpenFolders, openAll } = model();
    expect(openFolders()).toBe('first');
    setOpenFolders(['a/c', 'd', 'not there']);
    expect(openFolders()).toEqual(['a/c', 'd']);
    openAll(true);
    expect(openFolders()).toBe('all');
    openAll(false);
    expect(openFolders()).toBe('first');
  });

  test('can all be closed, although they are open at first', () => {
    const { openFolders, setOpenFolders, rows } = createModel(filesNamed(['a/b/1', 'd/3']));
    expect([openFolders(), rows().length]).toEqual(['first', 5]);
    setOpenFolders([]);
    expect([openFolders(), rows().length]).toEqual([[], 2]);
    setOpenFolders('first');
    expect([openFolders(), rows().length]).toEqual(['first', 5]);
  });
});

test('a gallery has the pictures below its folder that match the search, where most files are pictures', () => {
  const model = createModel(
    filesNamed(['a/1.png', 'a/b/2.png', 'a/3.txt', 'c/4.png'], {
      mediaTypes: ['image/png', 'text/plain'],
      types: [0, 0, 1, 0],
    }),
  );
  const shown = () => model.selected(model.rows());
  expect([[0, 1], [0, 2], [0, 1, 2], [0], [2], []].map((some) => model.arePictures(some))).toEqual([
    true,
    false,
    true,
    false,
    false,
    false,
  ]);
  model.showPictures('a/');
  expect([shown(), model.isSearch()]).toEqual([[0, 1], false]);
  model.showPictures('');
  expect(shown()).toEqual([0, 1, 3]);
  model.find('2');
  expect(shown()).toEqual([1]);
  model.showPictures(undefined);
  model.find('');
  expect(shown()).toEqual([0, 1, 2, 3]);
});
