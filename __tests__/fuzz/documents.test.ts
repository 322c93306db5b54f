import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { publicationComment, removalComment } from '../../src/report/comment.ts';
import { markdownLink, markdownText } from '../../src/report/markdown.ts';
import { commentLines } from '../../src/report/markdownLines.ts';
import { commentMarker, decodeText, encodeText } from '../../src/report/markers.ts';
import { blockMarkers, findBlock, putBlock } from '../../src/report/releaseBlock.ts';
import { releaseNotes } from '../../src/report/releaseNotes.ts';
import { damagedText, hostileText, longText, nearly } from './arbitraries.ts';
import { fuzz, isLinear } from './properties.ts';

const key = 'main/site';
const { begin, end } = blockMarkers(key);
const sum = 'ab'.repeat(32);
const line = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      begin,
      end,
      `${begin}\n\ntable\n\n${end}`,
      blockMarkers('other').begin,
      blockMarkers('other').end,
    ),
  },
  fc.constantFrom(
    '# Title',
    '- item',
    '  - nested',
    '> quote',
    '```',
    '~~~',
    '    code',
    '<details>',
    '</details>',
    '<!-- comment',
    '-->',
    '<script>',
    '',
    '1. one',
    '***',
    'text',
    '===',
    '<?php',
    '\t',
    `| a | 1 byte | \`${sum}\` | | <code>x</code> |`,
    '<!-- written: 2026-01-01T00:00:00.000Z -->',
  ),
  hostileText,
);
const notes = damagedText(
  fc
    .tuple(fc.array(line, { maxLength: 10 }), fc.constantFrom('\n', '\r\n', '\n\n'))
    .map(([lines, separator]) => lines.join(separator)),
);
const run = {
  url: 'https://github.com/octo/site/actions/runs/1',
  commit: 'a'.repeat(40),
  commitUrl: (commit: string) => `https://github.com/octo/site/commit/${commit}`,
} as never;
const text = fc.oneof(hostileText, longText, nearly('Docs preview'));
const publication = fc
  .record({
    names: fc.array(text, { maxLength: 5 }),
    title: text,
    workspace: text,
    link: fc.constant('https://storage.example.org/a?X-Amz-Signature=1'),
  })
  .map(({ names, title, workspace, link }) => ({
    title,
    workspace,
    destination: 'site',
    s3Uri: 's3://bucket/ci/site/',
    fileCount: names.length,
    totalBytes: 7,
    files: () =>
      names.map((name) => ({
        name,
        key: `ci/${name}`,
        size: 1,
        contentType: 'text/plain',
        modified: 5,
        sha256: undefined,
      })),
    links: { signedBy: 'session' as const, url: () => link, expiresAt: 4e12 },
    main: { name: names[0] ?? 'x', url: link },
  }));

describe('release notes', () => {
  fuzz(
    'keep every character outside of the table',
    fc.tuple(notes, publication),
    ([before, made]) => {
      const place = findBlock(before, key);
      const edit = releaseNotes(before, made, {
        key,
        run,
        host: 'GitHub',
        limit: 20_000,
        now: 1e12,
        showLinks: true,
      });
      if ('problem' in edit) {
        expect(edit.problem).not.toMatch(/[\r\n]/);
        return;
      }
      const { notes: after } = edit;
      if (place.kind === 'damaged') throw new Error('Damaged notes were changed');
      const found = findBlock(after, key);
      if (after !== before) {
        if (found.kind !== 'block') throw new Error('The table is not found again');
        expect(after.length).toBeLessThanOrEqual(20_000);
        const [start, stop] =
          place.kind === 'block' ? [place.start, place.end] : [before.length, before.length];
        expect(after.startsWith(before.slice(0, start)) && after.endsWith(before.slice(stop))).toBe(true);
      }
      // The blocks of others stay as they are.
      const other = findBlock(before, 'other');
      if (other.kind === 'block') {
        const same = findBlock(after, 'other');
        expect(same.kind === 'block' && same.content).toBe(other.content);
      }
    },
    { share: 0.5 },
  );
  test('are read in linear time', () => {
    for (const part of [
      '> ',
      '- ',
      '`',
      '```\n',
      '<!--',
      '<!-- -->\n',
      `${begin}\n`,
      '\t',
      '    ',
      '1. ',
      '<',
      '<a ',
      '<details>\n',
      '\r',
      '\n',
      '* * ',
      '- > ',
      '=',
      '<a a=',
    ])
      isLinear(
        (length) => part.repeat(length / part.length),
        (document) => {
          Array.from(commentLines(document));
          findBlock(document, key);
          putBlock(document, key, () => 'x');
        },
        50_000,
      );
  });
});

describe('comments', () => {
  const old = damagedText(
    fc.constantFrom(
      `${commentMarker(key)}\n<!-- commit: ${'b'.repeat(40)} -->\n<!-- title: Docs -->\n\n### Docs`,
      '<!-- title: %zz -->',
    ),
  );
  fuzz(
    'begin with their marker, fit the limit, and show text as text',
    fc.tuple(publication, fc.option(old, { nil: undefined }), fc.boolean()),
    ([made, before, built]) => {
      const options = {
        key,
        run,
        now: 1e12,
        limit: 65_536,
        built,
        hasTitle: false,
        showLinks: true,
        headline: 'Uploaded 1 file',
        dryRun: false,
      } as never;
      const comment = publicationComment(made, options, before);
      expect(comment.startsWith(commentMarker(key))).toBe(true);
      const removed = removalComment(
        {
          key,
          run,
          now: 1,
          hasTitle: false,
          title: made.title,
          headline: 'Removed 1 file',
          s3Uri: made.s3Uri,
        },
        before,
      );
      for (const html of [comment, removed])
        if (/<script|<img|javascript:|\]\(http:/i.test(html)) throw new Error(html);
    },
    { share: 0.3 },
  );
  fuzz('text in Markdown has no character that means something', text, (given) => {
    const shown = markdownText(given);
    expect(shown.replaceAll('<!-- -->', '').replace(/&#\d+;/g, '')).not.toMatch(/[!-,:-@[-`{-~]/);
    expect(markdownLink(given, 'https://example.org/<a b>|')).not.toMatch(/\n|\(<[^>]*[\s<|]/);
  });
  fuzz('titles come back from their marker', text, (given) => {
    const encoded = encodeText(given);
    expect(encoded).toMatch(/^[A-Za-z0-9%_./]*$/);
    expect(decodeText(encoded)).toBe(given.toWellFormed());
  });
});
