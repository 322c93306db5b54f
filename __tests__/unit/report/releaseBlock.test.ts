import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { blockMarkers, findBlock, putBlock } from '../../../src/report/releaseBlock.ts';

const key = 'gep-ci/releases/v1.2.3';
const { begin, end } = blockMarkers(key);
const other = blockMarkers(`${key}/docs`);
const block = `${begin}\n\nold\n\n${end}`;
const long = `## News\n\n${'A line of notes with a [link](https://example.org) and \`code\`.\n\n'.repeat(1_600)}`;

/** The notes with the content `new` in the table; undefined if they stay unchanged. */
function edited(notes: string, content: string | undefined = 'new'): string | undefined {
  const edit = putBlock(notes, key, () => content);
  return 'notes' in edit ? edit.notes : undefined;
}

describe('a table in the notes', () => {
  test.each([
    ['', `${begin}\n\nnew\n\n${end}`],
    ['Notes', `Notes\n\n${begin}\n\nnew\n\n${end}`],
    ['Notes\n', `Notes\n\n${begin}\n\nnew\n\n${end}`],
    ['Notes\n\n', `Notes\n\n${begin}\n\nnew\n\n${end}`],
    ['Notes\r\n', `Notes\r\n\r\n${begin}\r\n\r\nnew\r\n\r\n${end}`],
    ['- a list', `- a list\n\n${begin}\n\nnew\n\n${end}`],
    [`a\n\n${block}\n\nb `, `a\n\n${begin}\n\nnew\n\n${end}\n\nb `],
    [`a\n${block}\nb`, `a\n${begin}\n\nnew\n\n${end}\nb`],
  ])('is added to or replaced in %j', (notes, expected) => {
    expect(edited(notes)).toBe(expected);
  });

  test('gets its current content, and stays without new content', () => {
    const seen: (string | undefined)[] = [];
    for (const notes of ['Notes', `a\n\n${block}`]) {
      putBlock(notes, key, (before) => void seen.push(before));
      expect(edited(notes, '')).not.toBe(notes);
      expect(putBlock(notes, key, () => undefined)).toEqual({ notes });
    }
    expect(seen).toEqual([undefined, '\n\nold\n\n']);
  });

  test('does not change tables of other keys, even with the same beginning', () => {
    const notes = `${other.begin}\n\nx\n\n${other.end}`;
    expect(edited(notes)).toBe(`${notes}\n\n${begin}\n\nnew\n\n${end}`);
    expect(edited(`${block}\n\n${notes}`)).toBe(`${begin}\n\nnew\n\n${end}\n\n${notes}`);
  });

  test('changes no other character of the notes', () => {
    const text = fc
      .array(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.constantFrom(
            '\n',
            '\r\n',
            '\n\n',
            '```\n',
            '~~~',
            '> ',
            '- ',
            '1. ',
            '    ',
            '\t',
            '<div>\n',
            '</div>',
            '<!--',
            '-->',
            '<pre>',
            '<![CDATA[',
            '# ',
          ),
        ),
      )
      .map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const first = edited(before);
        // The notes are unchanged, or the table follows them.
        if (first === undefined) return;
        expect(first.startsWith(before)).toBe(true);
        const second = edited(`${first}\n\n${after}`, 'newer');
        if (second === undefined) return;
        expect(second.startsWith(before)).toBe(true);
        expect(second.endsWith(`\n\n${after}`)).toBe(true);
        const table = second.slice(first.indexOf(begin, before.length), second.length - after.length - 2);
        expect(table.replaceAll('\r\n', '\n')).toBe(`${begin}\n\nnewer\n\n${end}`);
      }),
      { numRuns: 150 },
    );
  });
});

describe('damaged notes of 100,000 characters stay unchanged:', () => {
  test.each<[string, string]>([
    ['the end is missing', `${begin}\n\nold`],
    ['the beginning is missing', `old\n\n${end}`],
    ['the markers are in the wrong order', `${end}\n\nold\n\n${begin}`],
    ['the table occurs twice', `${block}\n\n${block}`],
    ['a table is inside another', `${begin}\n\n${block}\n\n${end}`],
    ['a table of another key is inside it', `${begin}\n\n${other.begin}\n\nx\n\n${other.end}\n\n${end}`],
    ['half a table of another key is inside it', `${begin}\n\n${other.begin}\n\n${end}`],
    ['it is in a code block', `\`\`\`\n${block}\n\`\`\``],
    ['it is in a code block of tildes', `~~~md\n${block}\n~~~`],
    ['it is indented as code', block.replaceAll(/^/gm, '    ')],
    ['one marker is in a code block', `\`\`\`\n${begin}\n\`\`\`\n\nold\n\n${end}`],
    ['a code block begins inside it', `${begin}\n\n\`\`\`\n\n${end}`],
    ['it is in a quote', block.replaceAll(/^/gm, '> ')],
    ['it is in a list', `- x\n\n${block.replaceAll(/^/gm, '  ')}`],
    ['it is in HTML', `<div>\n${block}\n</div>`],
    ['a marker is not alone on its line', `see ${begin}\n\nold\n\n${end}`],
    ['text follows a marker', `${begin} see\n\nold\n\n${end}`],
    ['a marker is cut', `${begin.slice(0, -2)}\n\nold\n\n${end}`],
    ['the only marker is cut', begin.slice(0, -2)],
  ])('%s', (_, damaged) => {
    for (const notes of [`${long}${damaged}`, `${long}${damaged}\n\nand more`]) {
      expect(putBlock(notes, key, () => 'new')).toMatchObject({ isDamage: true });
      expect(findBlock(notes, key).kind).toBe('damaged');
    }
  });

  test.each(['```\nnever closed', '~~~\n', '<!-- never closed', '<pre>\n'])(
    'the notes end in %j, so a table would not be visible',
    (ending) => {
      expect(putBlock(`${long}${ending}`, key, () => 'new')).toMatchObject({ isDamage: false });
    },
  );

  test.each(['>'.repeat(100_000), '- '.repeat(50_000) + 'x', '['.repeat(100_000), '[a](b'.repeat(20_000)])(
    'hostile text is read in linear time (%#)',
    (evil) => {
      // A full parser takes two and a half minutes. Jest's limit is a minute.
      expect(['block', 'damaged']).toContain(findBlock(`${evil}\n\n${block}`, key).kind);
    },
  );
});
