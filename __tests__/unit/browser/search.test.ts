import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { rankFiles } from '../../../browser/index/order.ts';
import { fold, hits, searchIn, searchWords } from '../../../browser/index/search.ts';
import { filesNamed } from './files.ts';

const names = [
  'statistics/Île-de-France/2026-01.csv',
  'statistics/Łódzkie/2026-01.csv',
  'tiles/T31TCJ/B02.tif',
  'Tiles.md',
];
const files = filesNamed(names);
const ranks = rankFiles(files)({ column: 'name', descending: false });
const search = searchIn(files);

const found = (query: string): string[] =>
  search(searchWords(query), ranks).map((row) => (row.kind === 'file' ? files.path(row.file) : 'a folder'));

describe('the search of the index page', () => {
  test.each([
    ['tiles', ['Tiles.md', 'tiles/T31TCJ/B02.tif']],
    ['  B02   t31 ', ['tiles/T31TCJ/B02.tif']],
    ['ile-de-france', ['statistics/Île-de-France/2026-01.csv']],
    ['ÎLE-DE', ['statistics/Île-de-France/2026-01.csv']],
    ['csv 2026', ['statistics/Île-de-France/2026-01.csv', 'statistics/Łódzkie/2026-01.csv']],
    ['csv tiles', []],
    ['.*', []],
  ])('finds paths with all words of %j', (query, expected) => {
    expect(found(query).sort()).toEqual([...expected].sort());
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
          const words = searchWords(text.slice(start, start + length));
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
