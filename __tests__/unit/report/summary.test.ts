import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { Publication } from '../../../src/links/manifest.ts';
import { sanitize } from '../../../src/text/sanitize.ts';
import {
  type SummaryOptions,
  publicationSummary,
  removalSummary,
  workspacesSummary,
} from '../../../src/report/summary.ts';
import { awkward, name, pieces } from './hostileText.ts';

const now = Date.parse('2026-11-23T12:00:00Z');

/** A publication of files with these names. */
function publication(names: readonly string[], more: Partial<Publication> = {}): Publication {
  return {
    title: 'Pages: d',
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
    showLinks: true,
    dryRun: false,
    commitUrl: (commit: string) => `https://host.example/commits/${commit}`,
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
  test('has the title, the link to open, totals, expiry, and every file', () => {
    const main = { name: 'a.txt', url: 'https://open.example/' };
    expect(summaryOf(publication(['a.txt'], { main }), { headline: 'Uploaded 1 file' })).toBe(
      `### Pages&#58; d

**Published.** The links expire on **2026-11-23 12:15:00 UTC**. For new links, run this job or the \`links\` action.

**[Open a.txt](<https://open.example/>)**

Uploaded 1 file, 1.0 KiB in s3&#58;//bucket/p/d/

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

  test('escapes links in a row', () => {
    const links = {
      signedBy: 'platform',
      url: () => 'https://p.example/a|b\\c?d=<e>',
      expiresAt: 0,
    } as const;
    const [row] = rowsOf(summaryOf(publication(['a'], { links })));
    expect(row?.[0]).toBe('[a](<https://p.example/a%7Cb%5Cc?d=%3Ce%3E>)');
  });

  test('links to the page with all files, without its name', () => {
    const index = { name: 'all files', url: 'https://index.example/' };
    const main = { name: 'index.html', url: 'https://main.example/' };
    expect(summaryOf(publication(['a'], { main, index }))).toContain(
      '**[Open index.html](<https://main.example/>)** · **[All files](<https://index.example/>)**',
    );
    const alone = summaryOf(publication(['a'], { main: index, index }));
    expect(alone).toContain('\n\n**[All files](<https://index.example/>)**\n\n');
    expect(alone.match(/index\.example/g)).toHaveLength(1);
  });

  test('has a table that is collapsed beyond 20 files', () => {
    const files = (total: number) => Array.from({ length: total }, (_, index) => `${index}.txt`);
    expect(summaryOf(publication(files(20)))).not.toContain('<details>');
    const summary = summaryOf(publication(files(21)));
    expect(summary).toMatch(/\n\n<details>\n<summary>21 files<\/summary>\n\n\| File [^]*\n\n<\/details>\n$/);
    expect(rowsOf(summary)).toHaveLength(21);
  });

  test('has no link with mask-links, and says why', () => {
    const main = { name: 'a', url: 'https://open.example/' };
    const summary = summaryOf(publication(awkward, { main }), { showLinks: false });
    expect(summary).not.toMatch(/\]\(|https?:\/\//);
    expect(summary).toContain('`mask-links: true`');
  });

  test('escapes title and place', () => {
    const summary = summaryOf(publication([], { title: '</h3>|@x', s3Uri: 's3://b/<i>/' }));
    expect(summary).not.toMatch(/<\/h3>|<i>|\|@/);
  });

  test('says that the expiry is unknown', () => {
    const links = { signedBy: 'session', url: () => 'https://x.example/', expiresAt: undefined } as const;
    expect(summaryOf(publication(['a'], { links }))).toContain('Link expiry is unknown.');
  });

  test('says that no links were requested', () => {
    const none = publication(['a'], { links: undefined });
    expect(summaryOf(none)).toContain('No links were requested.');
    expect(rowsOf(summaryOf(none))).toHaveLength(1);
    expect(summaryOf(none, { dryRun: true })).not.toContain('inks');
  });

  test('stays within its limit, and a line says how many rows are left out', () => {
    fc.assert(
      fc.property(
        fc.array(name, { maxLength: 60 }),
        fc.integer({ min: 1_000, max: 8_000 }),
        (names, limit) => {
          const summary = summaryOf(publication(names), {}, limit);
          expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(limit);
          const shown = rowsOf(summary).length;
          const [, left = '0'] = /… and ([\d,]+) more: see the output `links-file`/.exec(summary) ?? [];
          expect(shown + Number(left)).toBe(names.length);
        },
      ),
    );
  });

  test('says first that nothing was written, or that the run fails although it has published', () => {
    const what = publication(['a']);
    expect(summaryOf(what, { dryRun: true })).toContain('\n\n**Dry run: nothing was written.**\n\n');
    expect(summaryOf(what, { failedLog: 'https://log.example/' })).toContain(
      '\n\n**Published, but the run failed** ([log](https://log.example/)). The links expire',
    );
    expect(summaryOf(what, { failedLog: '' })).toContain('**Published, but the run failed**. The links');
  });

  test('leaves out scripts, styles, fonts and source maps if there is a preview, and says how many', () => {
    const parts = ['a.js', 'a.js.map', 'b.MJS', 'c.css', 'd.woff2'];
    const names = [...parts, 'index.html', 'data.json', 'places.map', 'report.pdf'];
    const index = { name: 'all files', url: 'https://index.example/' };
    const preview = { name: 'preview', url: 'https://preview.example/' };
    const rows = (more: Partial<Publication>) => rowsOf(summaryOf(publication(names, more)));
    expect(rows({ preview, index }).map(([cell]) => cell?.slice(1, cell.indexOf(']')))).toEqual([
      'index.html',
      'data.json',
      'places.map',
      'report.pdf',
    ]);
    expect(summaryOf(publication(names, { preview, index }))).toContain(
      '\n\n… and 5 scripts, styles, fonts or source maps: see [All files](<https://index.example/>).\n',
    );
    expect(rows({ index })).toHaveLength(names.length);
  });

  test('counts bytes, not characters', () => {
    const names = Array.from({ length: 300 }, () => 'ü🛰'.repeat(20));
    const summary = summaryOf(publication(names), { showLinks: false }, 10_000);
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(10_000);
  });

  test('makes no row beyond its limit, and so signs no link', () => {
    let made = 0;
    const files = function* () {
      for (;;) {
        made += 1;
        yield { name: `f${made}`, key: `f${made}`, size: 1, contentType: 'text/plain' };
      }
    };
    const summary = summaryOf(publication([], { files, fileCount: 1_000_000 }), {}, 3_000);
    expect(made).toBeLessThan(60);
    expect(summary).toContain(`… and ${(1_000_000 - (made - 1)).toLocaleString('en')} more`);
  });

  test('uses all of its limit', () => {
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

  test('says what to do without workspaces', () => {
    expect(workspacesSummary('a<b', [])).toBe(
      '### Workspaces of a&#60;b\n\nNone: set input `platforms`, or ask for access.\n',
    );
  });
});

describe('the summary of a removal', () => {
  const objectsOf = (total: number) =>
    Array.from({ length: total }, (_, index) => ({
      key: `d/${index}|.txt`,
      size: 1_024,
      etag: '',
      lastModified: now,
    }));
  const removal = (total: number, which?: string) => ({
    title: 'Pages: d',
    headline: `Removed ${total} files`,
    s3Uri: 's3://bucket/d/',
    base: 'd/',
    objects: objectsOf(total),
    which,
  });

  test('has the title, the numbers and every object', () => {
    expect(removalSummary(removal(2, 'older than 14 d'))).toBe(
      `### Pages&#58; d

**Removed 2 files**: 2 objects, 2.0 KiB, older than 14 d, in s3&#58;//bucket/d/

| Object | Size | Stored |
| --- | --- | --- |
| 0&#124;.txt | 1.0 KiB | 2026-11-23 12:00:00 UTC |
| 1&#124;.txt | 1.0 KiB | 2026-11-23 12:00:00 UTC |
`,
    );
  });

  test('has no table without objects, and a collapsed one beyond 20', () => {
    expect(removalSummary(removal(0))).not.toContain('|');
    expect(removalSummary(removal(20))).not.toContain('<details>');
    expect(removalSummary(removal(21))).toContain('<details>\n<summary>21 objects</summary>');
  });

  test('stays within its limit, and a line says how many rows are left out', () => {
    const summary = removalSummary(removal(500), 4_000);
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(4_000);
    const [, left = '0'] = /… and ([\d,]+) more\./.exec(summary) ?? [];
    expect(rowsOf(summary).length + Number(left)).toBe(500);
  });
});
