import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { rankFiles } from '../../../browser/index/order.ts';
import { kindWords, readQuery } from '../../../browser/index/query.ts';
import { fold, hits, searchIn } from '../../../browser/index/search.ts';
import { filesNamed } from './files.ts';

const names = [
  'statistics/Île-de-France/2026-01.csv',
  'statistics/Łódzkie/2026-01.csv',
  'tiles/T31TCJ/B02.tif',
  'Tiles.md',
  'tiles/what?.txt',
];
const mediaTypes = ['text/csv; charset=utf-8', 'image/tiff', 'text/markdown', 'application/octet-stream'];
const files = filesNamed(names, { mediaTypes, types: [0, 0, 1, 2, 3] });
const ranks = rankFiles(files)({ column: 'name', descending: false });
const search = searchIn(files);

const found = (query: string): string[] =>
  search(readQuery(query, files).terms, ranks).map((row) =>
    row.kind === 'file' ? files.path(row.file) : 'a folder',
  );

describe('the search of the index page', () => {
  test.each([
    ['tiles', ['Tiles.md', 'tiles/T31TCJ/B02.tif', 'tiles/what?.txt']],
    ['  B02   t31 ', ['tiles/T31TCJ/B02.tif']],
    ['ile-de-france', ['statistics/Île-de-France/2026-01.csv']],
    ['ÎLE-DE', ['statistics/Île-de-France/2026-01.csv']],
    ['csv 2026', ['statistics/Île-de-France/2026-01.csv', 'statistics/Łódzkie/2026-01.csv']],
    ['csv tiles', []],
    ['.*', []],
    ['*.TIF', ['tiles/T31TCJ/B02.tif']],
    ['b0?.tif', ['tiles/T31TCJ/B02.tif']],
    ['*.csv ile', ['statistics/Île-de-France/2026-01.csv']],
    ['T31*', []],
    ['tiles/*', ['tiles/what?.txt']],
    ['**/*.tif', ['tiles/T31TCJ/B02.tif']],
    ['**/T31*/*', ['tiles/T31TCJ/B02.tif']],
    ['T31TCJ/*', []],
    ['tiles/**', ['tiles/T31TCJ/B02.tif', 'tiles/what?.txt']],
    ['**/tiles?md', ['Tiles.md']],
    ['hat?', ['tiles/what?.txt']],
    [
      'type:data',
      ['statistics/Île-de-France/2026-01.csv', 'statistics/Łódzkie/2026-01.csv', 'tiles/T31TCJ/B02.tif'],
    ],
    ['type:Text', ['Tiles.md', 'tiles/what?.txt']],
    ['type:csv ile', ['statistics/Île-de-France/2026-01.csv']],
    ['type:image/', ['tiles/T31TCJ/B02.tif']],
    ['type:audio', []],
    ['type:constructor', []],
    ['tiles type:', ['Tiles.md', 'tiles/T31TCJ/B02.tif', 'tiles/what?.txt']],
  ])('finds paths with all terms of %j', (query, expected) => {
    expect(found(query).sort()).toEqual([...expected].sort());
  });

  test('knows a word for each kind of file, also in the plural', () => {
    const pictures = filesNamed(['a.png'], { mediaTypes: ['image/png'] });
    for (const word of ['image', 'Images', 'picture', 'pictures'])
      expect(readQuery(`type:${word}`, pictures).terms.map((matches) => matches(0, 'a.png'))).toEqual([true]);
    const everyKind = ['archive', 'data', 'document', 'film', 'other', 'page', 'picture', 'sound', 'text'];
    expect([...new Set(Object.values(kindWords))].sort()).toEqual(everyKind);
  });

  test('marks plain words only', () => {
    expect(readQuery('Zürich *.png type:image', files).words).toEqual(['zurich']);
    expect(readQuery(' type: ', files)).toEqual({ terms: [], words: [] });
  });

  test('marks matches if folding changes the number of letters', () => {
    expect(hits('Île-de-France', ['ile', 'fr'])).toEqual([
      [0, 3],
      [7, 9],
    ]);
    expect(hits('I\u0302le', ['ile'])).toEqual([[0, 4]]);
    expect(hits('aﬁle', ['fil'])).toEqual([[1, 3]]);
    expect(hits('🚀 launch', ['la'])).toEqual([[3, 5]]);
    expect(hits('aaa', ['aa'])).toEqual([[0, 3]]);
    expect(hits('abc', ['x'])).toEqual([]);
  });

  test('marks every word in every found path', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1 }),
        fc.nat(),
        fc.integer({ min: 1, max: 5 }),
        (text, from, length) => {
          const start = from % text.length;
          const words = fold(text.slice(start, start + length))
            .split(/\s+/)
            .filter(Boolean);
          fc.pre(words.length > 0 && words.every((word) => fold(text).includes(word)));
          for (const [begin, end] of hits(text, words)) {
            expect(begin).toBeLessThan(end);
            expect(end).toBeLessThanOrEqual(text.length);
          }
        },
      ),
    );
  });
});

test('finds new and changed files', () => {
  const marks = { added: 1, changed: 1, gone: 0, commit: '', marks: 'nc.' };
  const changed = filesNamed(['a.txt', 'b.txt', 'is:c.txt'], { changes: marks });
  const found = (query: string) => {
    const { terms } = readQuery(query, changed);
    return [0, 1, 2].filter((file) => terms.every((matches) => matches(file, changed.path(file))));
  };
  expect(['is:new', 'is:changed', 'is:ch b', 'is:changed a', 'is:c.txt'].map(found)).toEqual([
    [0],
    [1],
    [1],
    [],
    [2],
  ]);
  expect(readQuery('is:new b', changed).words).toEqual(['b']);
});
