import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { sanitize } from '../../../src/text/sanitize.ts';
import { name, pieces } from './awkward.ts';
import { markdownLink, markdownTable, markdownText } from '../../../src/report/markdown.ts';

describe('text from outside', () => {
  test('is shown as it is, and nothing in it means anything to Markdown or HTML', () => {
    fc.assert(
      fc.property(name, (text) => {
        const written = markdownText(text);
        expect(pieces(written).join('')).toBe(sanitize(text));
        expect(written.replaceAll('<!-- -->', '').replace(/&#\d+;/g, '')).not.toMatch(
          /[!-,:-@[-`{-~\r\n\u2028\u202e]|www\./,
        );
      }),
    );
  });

  test('mentions nobody and no issue: GitHub looks for them when references are characters again', () => {
    fc.assert(
      fc.property(name, (text) => {
        for (const piece of pieces(markdownText(text))) expect(piece).not.toMatch(/[@#]./s);
      }),
    );
    expect(markdownText('@a/#1')).toBe('&#64;<!-- -->a/&#35;<!-- -->1');
  });

  test('without anything special stays readable', () => {
    expect(markdownText('reports/main-2.txt')).toBe('reports/main-2.txt');
  });
});

test('a link holds its text and its URL; without a URL there is the text alone', () => {
  expect(markdownLink('a]b', 'https://x.example/?a=1&b=(2)')).toBe(
    '[a&#93;b](<https://x.example/?a=1&b=(2)>)',
  );
  expect(markdownLink('a]b', undefined)).toBe('a&#93;b');
});

test('a table is a row for its header, one of dashes, and one for each row', () => {
  expect(markdownTable(['A', 'B'], [['1', '2']])).toBe('| A | B |\n| --- | --- |\n| 1 | 2 |');
});
