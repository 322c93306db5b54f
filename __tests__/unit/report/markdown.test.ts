import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { printable } from '../../../src/printable.ts';
import {
  type UploadReport,
  formatMoment,
  markdownLink,
  markdownTable,
  markdownText,
  uploadSummary,
  workspacesSummary,
} from '../../../src/report/markdown.ts';

const awkward = [
  'a|b.txt',
  '`code`',
  '<script>alert(1)</script>',
  '<!-- ',
  '[text](http://evil.example)',
  '![image](x)',
  '**bold** _it_ ~~gone~~',
  'back\\slash\\|',
  'new\nline\r\n| x |',
  '&lt;entity&gt; &#124;',
  'https://evil.example',
  'www.evil.example',
  '@octocat',
  'fixes #1',
  'octo/repo#2',
  'a\u202etxt.exe',
  '- list',
  '# title',
  '> quote',
  '$math$',
  ':tada:',
];

/** The texts that a browser holds, in the pieces that a comment divides them into. */
function pieces(markdown: string): string[] {
  return markdown
    .split('<!-- -->')
    .map((piece) => piece.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code))));
}

const name = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom(...awkward));

describe('text from outside', () => {
  test('is shown as it is, and nothing in it means anything to Markdown or HTML', () => {
    fc.assert(
      fc.property(name, (text) => {
        const written = markdownText(text);
        expect(pieces(written).join('')).toBe(printable(text));
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

test('a moment is told in UTC, and never later than it is', () => {
  expect(formatMoment(Date.parse('2026-11-23T17:59:12.999Z'))).toBe('2026-11-23 17:59:12 UTC');
});

function report(names: readonly string[], more: Partial<UploadReport> = {}): UploadReport {
  return {
    changes: { uploaded: names.length, unchanged: 0, deleted: 0 },
    workspace: 'gep-ci',
    s3Uri: 's3://bucket/p/d/',
    endsAt: Date.parse('2026-11-23T12:15:00Z'),
    main: undefined,
    fileCount: names.length,
    totalBytes: names.length * 1_024,
    files: names.map((one) => ({
      name: one,
      size: 1_024,
      contentType: 'text/plain; charset=utf-8',
      url: `https://s3.example.org/b/${encodeURIComponent(one.toWellFormed())}?X-Amz-Signature=abc`,
    })),
    dryRun: false,
    ...more,
  };
}

/** Cells of the rows of a summary's table. */
function rowsOf(summary: string): string[][] {
  return summary
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2)
    .map((line) => line.slice(2, -2).split(' | '));
}

describe('the summary of an upload', () => {
  test('tells what was done, where, until when, and every file', () => {
    const summary = uploadSummary(
      report(['a.txt'], { main: { name: 'a.txt', url: 'https://open.example/' } }),
    );
    expect(summary).toBe(
      `### Uploaded 1 file: gep-ci

**[Open a.txt](<https://open.example/>)**

1 file, 1.0 KiB in s3&#58;//bucket/p/d/

Links work until **2026-11-23 12:15:00 UTC**; run the job again for new ones.

| File | Size | Type |
| --- | --- | --- |
| [a.txt](<https://s3.example.org/b/a.txt?X-Amz-Signature=abc>) | 1.0 KiB | text/plain&#59; charset&#61;utf-8 |
`,
    );
  });

  test('has a row of three cells for each file, whatever its name', () => {
    fc.assert(
      fc.property(fc.array(name, { maxLength: 8 }), fc.boolean(), (names, masked) => {
        const { files, ...rest } = report(names);
        const shown = [...files].map((file) => ({ ...file, url: masked ? undefined : file.url }));
        const rows = rowsOf(uploadSummary({ ...rest, files: shown }));
        expect(rows.map((cells) => cells.length)).toEqual(names.map(() => 3));
        expect(rows.map(([cell = '']) => pieces(cell.replace(/^\[(.*)\]\(<.*>\)$/, '$1')).join(''))).toEqual(
          names.map(printable),
        );
      }),
    );
  });

  test('holds no link where links are masked', () => {
    const { files, ...rest } = report(awkward);
    const masked = [...files].map((file) => ({ ...file, url: undefined }));
    expect(uploadSummary({ ...rest, files: masked })).not.toMatch(/\]\(|https?:/);
  });

  test('shows neither workspace nor place as anything but text', () => {
    const summary = uploadSummary(report([], { workspace: '</h3>|@x', s3Uri: 's3://b/<i>/' }));
    expect(summary).not.toMatch(/<\/h3>|<i>|\|@/);
  });

  test('does not know when links end where nobody does, and tells of no links that a dry run did not make', () => {
    expect(uploadSummary(report(['a'], { endsAt: undefined }))).toContain(
      'Nobody can say when the links end.',
    );
    const dry = uploadSummary(report(['a'], { endsAt: undefined, dryRun: true }));
    expect(dry).toContain('### Would upload 1 file');
    expect(dry).not.toContain('inks');
  });

  test('keeps within its limit, and a line says how many rows were cut', () => {
    fc.assert(
      fc.property(
        fc.array(name, { maxLength: 60 }),
        fc.integer({ min: 1_000, max: 8_000 }),
        (names, limit) => {
          const summary = uploadSummary(report(names), limit);
          expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(limit);
          const shown = rowsOf(summary).length;
          const [, left = '0'] = /… and (\d+) more: see the output `links-file`/.exec(summary) ?? [];
          expect(shown + Number(left)).toBe(names.length);
        },
      ),
    );
  });

  test('counts bytes, not characters', () => {
    const { files, ...rest } = report(Array.from({ length: 300 }, () => 'ü🛰'.repeat(20)));
    const masked = [...files].map((file) => ({ ...file, url: undefined }));
    const summary = uploadSummary({ ...rest, files: masked }, 10_000);
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(10_000);
  });

  test('makes no row, and so signs no link, beyond its limit', () => {
    let made = 0;
    const files = function* () {
      for (;;) {
        made += 1;
        yield { name: `f${made}`, size: 1, contentType: 'text/plain', url: 'https://x.example/' };
      }
    };
    const summary = uploadSummary(report([], { files: files(), fileCount: 1_000_000 }), 3_000);
    expect(made).toBeLessThan(60);
    expect(summary).toContain(`… and ${1_000_000 - (made - 1)} more`);
  });

  test('uses the room that it has', () => {
    const names = Array.from({ length: 200 }, (_, index) => `file-${index}.txt`);
    expect(Buffer.byteLength(uploadSummary(report(names), 10_000))).toBeGreaterThan(9_000);
    expect(rowsOf(uploadSummary(report(names)))).toHaveLength(200);
  });
});

describe('the summary of workspaces', () => {
  const row = { name: 'a|b', type: 'workspace', platform: 'gep', storage_type: 's3', status: '@ok\nx' };

  test('has a row of five cells for each', () => {
    const rows = rowsOf(workspacesSummary('service-<b>', [row, row]));
    expect(rows).toEqual([
      ['a&#124;b', 'workspace', 'gep', 's3', '&#64;<!-- -->ok&#92;u000ax'],
      ['a&#124;b', 'workspace', 'gep', 's3', '&#64;<!-- -->ok&#92;u000ax'],
    ]);
  });

  test('says what to do where there are none', () => {
    expect(workspacesSummary('a<b', [])).toBe(
      '### Workspaces of a&#60;b\n\nNone: set input `platforms`, or ask for access.\n',
    );
  });
});
