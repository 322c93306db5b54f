import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { sanitize } from '../../../src/text/sanitize.ts';
import { name, pieces } from './hostileText.ts';
import { markdownLink, markdownTable, markdownText } from '../../../src/report/markdown.ts';

describe('text from outside', () => {
  test('is shown unchanged, without an effect in Markdown or HTML', () => {
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

  test('never becomes a mention or an issue number: GitHub searches for them after it resolves references', () => {
    fc.assert(
      fc.property(name, (text) => {
        for (const piece of pieces(markdownText(text))) expect(piece).not.toMatch(/[@#]./s);
      }),
    );
    // GitLab's merge requests, snippets, milestones, epics, alerts and labels.
    expect(markdownText('!1')).toBe('&#33;<!-- -->1');
    for (const sign of '$%&^~') expect(markdownText(`${sign}1`)).toMatch(/^&#\d+;<!-- -->1$/);
    expect(markdownText('@a/#1')).toBe('&#64;<!-- -->a/&#35;<!-- -->1');
  });

  test('without special characters is unchanged', () => {
    expect(markdownText('reports/main-2.txt')).toBe('reports/main-2.txt');
  });
});

test('a link has text and URL; without a URL, it is the text', () => {
  expect(markdownLink('a]b', 'https://x.example/?a=1&b=(2)')).toBe(
    '[a&#93;b](<https://x.example/?a=1&b=(2)>)',
  );
  expect(markdownLink('a]b', undefined)).toBe('a&#93;b');
});

test('a table has a header, a row of dashes, and its rows', () => {
  expect(markdownTable(['A', 'B'], [['1', '2']])).toBe('| A | B |\n| --- | --- |\n| 1 | 2 |');
});
