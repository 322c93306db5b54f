import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { expect, test } from '@jest/globals';

import { anchorsIn, brokenLinks, markdownFiles } from '../../scripts/markdown.ts';
import { type Actions, missingMarkers, withTables } from '../../scripts/tables.ts';

const top = path.resolve(import.meta.dirname, '../..');

test('the README has at most 15,000 bytes, every other document at most 25,000', () => {
  const tooLong = markdownFiles()
    .map((file) => ({ file, bytes: readFileSync(path.join(top, file)).length }))
    .filter(({ file, bytes }) => bytes > (file === 'README.md' ? 15_000 : 25_000));
  expect(tooLong).toEqual([]);
});

test('every relative link leads to an existing file and anchor', () => {
  expect(markdownFiles()).toContain('docs/reference.md');
  expect(brokenLinks(markdownFiles())).toEqual([]);
});

test('every path of this repository in a document is a file or folder', () => {
  const named = markdownFiles().flatMap((file) => {
    const text = readFileSync(path.join(top, file), 'utf8');
    return [
      ...text.matchAll(/`((?:src|scripts|docs|__tests__|platform|bench|browser|examples)\/[\w./-]*)`/g),
    ];
  });
  expect(named.length).toBeGreaterThan(20);
  expect(named.map(([, name = '']) => name).filter((name) => !existsSync(path.join(top, name)))).toEqual([]);
});

test('links to missing files and anchors are found, also in HTML and in reference links', () => {
  const pages: Readonly<Record<string, string>> = {
    'a.md': [
      '# Top',
      '[file](docs/none.md) [anchor](docs/b.md#none) [own](#none) [ref][r] <img src="none.png">',
      '[good](docs/b.md#b--b-1) [good](#top) [web](https://example.org/none)',
      '',
      '[r]: docs/b.md#no-ref',
    ].join('\n'),
    'docs/b.md': '## `B` & B!\n\n## B & B\n\n[up](../a.md#top)\n\n```md\n[code](none.md)\n# None\n```\n',
  };
  expect(brokenLinks(Object.keys(pages), (file) => pages[file])).toEqual([
    'a.md links to docs/none.md, but there is no file docs/none.md',
    'a.md links to docs/b.md#none, but docs/b.md has no heading with that anchor',
    'a.md links to #none, but a.md has no heading with that anchor',
    'a.md links to none.png, but there is no file none.png',
    'a.md links to docs/b.md#no-ref, but docs/b.md has no heading with that anchor',
  ]);
});

test(`anchors are GitHub's`, () => {
  expect([
    ...anchorsIn('# Über `a.b`: 1 & 2\n\n## Same\n\n## Same\n\n<a id="own"></a>\n\n## snake_case-x'),
  ]).toEqual(['über-ab-1--2', 'same', 'same-1', 'own', 'snake_case-x']);
});

test('inputs that several actions share are in one table, with these actions', () => {
  const actions: Actions = {
    'action.yml': {
      inputs: {
        id: { description: 'Who', required: true },
        path: { description: 'Which|what', default: '.' },
        run: { description: 'One' },
      },
    },
    'links/action.yml': {
      inputs: { id: { description: 'Who', required: true }, run: { description: 'Another' } },
    },
    'remove/action.yml': { inputs: {} },
  };
  const page = (...files: string[]) =>
    files.map((file) => `<!-- inputs:${file} -->\nold\n<!-- /inputs -->`).join('\n');
  const rows = (text: string) => text.split('\n').filter((line) => line.startsWith('| `'));
  expect(rows(withTables(page('shared'), actions))).toEqual([
    '| `id` | upload, links | **required** | Who |',
  ]);
  expect(rows(withTables(page('action.yml'), actions))).toEqual([
    '| `path` | `.` | Which\\|what |',
    '| `run` |  | One |',
  ]);
  expect(missingMarkers(page('shared', 'action.yml'), actions)).toEqual(['<!-- inputs:links/action.yml -->']);
});
