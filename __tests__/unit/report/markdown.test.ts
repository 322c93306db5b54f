import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { Publication } from '../../../src/links/manifest.ts';
import { sanitize } from '../../../src/text/sanitize.ts';
import {
  type SummaryOptions,
  markdownLink,
  markdownTable,
  markdownText,
  publicationSummary,
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

const now = Date.parse('2026-11-23T12:00:00Z');

/** What is published, of files with these names. */
function publication(names: readonly string[], more: Partial<Publication> = {}): Publication {
  return {
    workspace: 'gep-ci',
    destination: 'd',
    s3Uri: 's3://bucket/p/d/',
    fileCount: names.length,
    totalBytes: names.length * 1_024,
    files: () =>
      names.map((one) => ({ name: one, key: one, size: 1_024, contentType: 'text/plain; charset=utf-8' })),
    links: {
      signedBy: 'session',
      url: (key) => `https://s3.example.org/b/${encodeURIComponent(key.toWellFormed())}?X-Amz-Signature=abc`,
      expiresAt: now + 900_000,
    },
    main: undefined,
    ...more,
  };
}

function summaryOf(what: Publication, options: Partial<SummaryOptions> = {}, limit?: number): string {
  const all = {
    headline: `Uploaded ${what.fileCount} files`,
    now,
    showLinks: true,
    dryRun: false,
    ...options,
  };
  return publicationSummary(what, all, limit);
}

/** Cells of the rows of a summary's table. */
function rowsOf(summary: string): string[][] {
  return summary
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2)
    .map((line) => line.slice(2, -2).split(' | '));
}

describe('the summary of a publication', () => {
  test('tells what was done, where, until when, how to have new links, and every file', () => {
    const main = { name: 'a.txt', url: 'https://open.example/' };
    expect(summaryOf(publication(['a.txt'], { main }), { headline: 'Uploaded 1 file' })).toBe(
      `### Uploaded 1 file: gep-ci

**[Open a.txt](<https://open.example/>)**

1 file, 1.0 KiB in s3&#58;//bucket/p/d/

The links work for 15 min, until **2026-11-23 12:15:00 UTC**. For new ones run this job again, or the \`links\` action, which uploads no file.

| File | Size | Type |
| --- | --- | --- |
| [a.txt](<https://s3.example.org/b/a.txt?X-Amz-Signature=abc>) | 1.0 KiB | text/plain&#59; charset&#61;utf-8 |
`,
    );
  });

  test('has a row of three cells for each file, whatever its name', () => {
    fc.assert(
      fc.property(fc.array(name, { maxLength: 8 }), fc.boolean(), (names, showLinks) => {
        const rows = rowsOf(summaryOf(publication(names), { showLinks }));
        expect(rows.map((cells) => cells.length)).toEqual(names.map(() => 3));
        expect(rows.map(([cell = '']) => pieces(cell.replace(/^\[(.*)\]\(<.*>\)$/, '$1')).join(''))).toEqual(
          names.map(sanitize),
        );
      }),
    );
  });

  test('has its rows in order whatever a link holds', () => {
    const links = {
      signedBy: 'platform',
      url: () => 'https://p.example/a|b\\c?d=<e>',
      expiresAt: 0,
    } as const;
    const [row] = rowsOf(summaryOf(publication(['a'], { links })));
    expect(row?.[0]).toBe('[a](<https://p.example/a%7Cb%5Cc?d=%3Ce%3E>)');
  });

  test('links to the index page as well, where something else is opened first', () => {
    const index = { name: '_links.html', url: 'https://index.example/' };
    const main = { name: 'index.html', url: 'https://main.example/' };
    expect(summaryOf(publication(['a'], { main, index }))).toContain(
      '**[Open index.html](<https://main.example/>)** · **[Open &#95;links.html](<https://index.example/>)**',
    );
    expect(summaryOf(publication(['a'], { main: index, index })).match(/index\.example/g)).toHaveLength(1);
  });

  test('holds no link where links are masked, and says why', () => {
    const main = { name: 'a', url: 'https://open.example/' };
    const summary = summaryOf(publication(awkward, { main }), { showLinks: false });
    expect(summary).not.toMatch(/\]\(|https?:\/\//);
    expect(summary).toContain('`mask-links`');
  });

  test('shows neither workspace nor place as anything but text', () => {
    const summary = summaryOf(publication([], { workspace: '</h3>|@x', s3Uri: 's3://b/<i>/' }));
    expect(summary).not.toMatch(/<\/h3>|<i>|\|@/);
  });

  test('does not know when links end where nobody does', () => {
    const links = { signedBy: 'session', url: () => 'https://x.example/', expiresAt: undefined } as const;
    expect(summaryOf(publication(['a'], { links }))).toContain('Nobody can say when the links end.');
  });

  test('tells of no links where there are none', () => {
    const none = publication(['a'], { links: undefined });
    expect(summaryOf(none)).toContain('No links were asked for.');
    expect(rowsOf(summaryOf(none))).toHaveLength(1);
    expect(summaryOf(none, { dryRun: true })).not.toContain('inks');
  });

  test('keeps within its limit, and a line says how many rows were cut', () => {
    fc.assert(
      fc.property(
        fc.array(name, { maxLength: 60 }),
        fc.integer({ min: 1_000, max: 8_000 }),
        (names, limit) => {
          const summary = summaryOf(publication(names), {}, limit);
          expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(limit);
          const shown = rowsOf(summary).length;
          const [, left = '0'] = /… and (\d+) more: see the output `links-file`/.exec(summary) ?? [];
          expect(shown + Number(left)).toBe(names.length);
        },
      ),
    );
  });

  test('counts bytes, not characters', () => {
    const names = Array.from({ length: 300 }, () => 'ü🛰'.repeat(20));
    const summary = summaryOf(publication(names), { showLinks: false }, 10_000);
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(10_000);
  });

  test('makes no row, and so signs no link, beyond its limit', () => {
    let made = 0;
    const files = function* () {
      for (;;) {
        made += 1;
        yield { name: `f${made}`, key: `f${made}`, size: 1, contentType: 'text/plain' };
      }
    };
    const summary = summaryOf(publication([], { files, fileCount: 1_000_000 }), {}, 3_000);
    expect(made).toBeLessThan(60);
    expect(summary).toContain(`… and ${1_000_000 - (made - 1)} more`);
  });

  test('uses the room that it has', () => {
    const names = Array.from({ length: 200 }, (_, index) => `file-${index}.txt`);
    expect(Buffer.byteLength(summaryOf(publication(names), {}, 10_000))).toBeGreaterThan(9_000);
    expect(rowsOf(summaryOf(publication(names)))).toHaveLength(200);
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
