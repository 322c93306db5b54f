import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fromMarkdown } from 'mdast-util-from-markdown';

import { commentLines } from '../../../src/report/markdownLines.ts';

/** The offsets of the comments that a full Markdown parser finds. */
function commentsByParser(document: string): number[] {
  return fromMarkdown(document).children.flatMap(({ type, position }) => {
    const [start = 0, end = 0] = [position?.start.offset, position?.end.offset];
    const isLine = type === 'html' && /^<!--.*-->$/.test(document.slice(start, end));
    return isLine && (start === 0 || /[\r\n]/.test(document.charAt(start - 1))) ? [start] : [];
  });
}

const comments = (document: string) => [...commentLines(document)].map(({ offset }) => offset);

const pieces = [
  '',
  'text',
  '# heading',
  '===',
  '---',
  '* * *',
  '```',
  '~~~',
  '  ```',
  '    ```',
  '````js',
  '``` a`',
];
const containers = [
  '- item',
  '-',
  '2. two',
  '1) one',
  '  nested',
  '    code',
  '> quote',
  '>',
  '- ```',
  '> ```',
  '-   > a',
];
const html = [
  '<div>',
  '</div>',
  '<b>',
  '<a href="x">',
  '<pre>',
  '</pre>',
  '<!--',
  '-->',
  '<?php',
  '?>',
  '<![CDATA[',
  ']]>',
  '<!x',
  '>',
];
const comment = '<!-- mark -->';

/**
 * Whether the parser violates CommonMark 0.31 in a document: it ends the paragraph of a list or quote at a lone tag, and reads an
 * empty item after indented code as text. In a million other documents there was no difference.
 */
function misreads(lines: readonly string[]): boolean {
  const isTag = (one: string) => /^<(?:[ab]\b|\/pre)/.test(one);
  const paragraphBefore = (index: number) => lines.slice(lines.lastIndexOf('', index) + 1, index);
  const textBefore = (index: number) => lines.slice(0, index).findLast((one) => one !== '') ?? '';
  return lines.some((one, index) =>
    isTag(one)
      ? paragraphBefore(index).some((before) => containers.includes(before) || isTag(before))
      : /^(?:-|2\. two)$/.test(one) && textBefore(index).startsWith('    '),
  );
}

describe('comments at the top level of a document', () => {
  test('are those that a full Markdown parser finds', () => {
    const line = fc.oneof(
      { weight: 2, arbitrary: fc.constant(comment) },
      { weight: 6, arbitrary: fc.constantFrom(...pieces, ...containers, ...html) },
    );
    const document = fc.tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom('\n', '\r\n', '\r'));
    fc.assert(
      fc.property(document, ([lines, newline]) => {
        fc.pre(!misreads(lines));
        const text = [...lines, comment].join(newline);
        expect(comments(text)).toEqual(commentsByParser(text));
      }),
      // A failure prints its seed.
      { numRuns: 400 },
    );
  });

  test.each([
    ...['a\n===\n', '> a\n\n', '* * *\n', '- - - a\n', '> a\nb\n', '[a]: <\n', '[a]:\n', '<a \n', '``` a'],
    ...[
      '>',
      '- ',
      '\t',
      ' ',
      '`',
      '<',
      '<!',
      '=',
      '-',
      '1. ',
      '\n',
      '\r',
      '-\t',
      '> - ',
      '<!--',
      '<a b',
      '\ud83d',
    ],
  ])('are found in linear time in a mebibyte of %j', (evil) => {
    // A full parser takes 28 s for an eighth of it. Jest's limit is a minute.
    const document = `${evil.repeat(2 ** 20 / evil.length)}\n\n${comment}\n`;
    expect(comments(document).length).toBeLessThanOrEqual(1);
  });
});
