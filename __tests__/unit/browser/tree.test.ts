import { describe, expect, test } from '@jest/globals';

import type { Files } from '../../../browser/index/files.ts';
import { type Order, nextOrder, rankFiles } from '../../../browser/index/order.ts';
import { type Folder, folderTree, foldersBelow, openAtFirst, treeRows } from '../../../browser/index/tree.ts';
import { filesNamed } from './files.ts';

const byName: Order = { column: 'name', descending: false };

const shown = (files: Files, root: Folder, order = byName): string[] =>
  treeRows(root, order, rankFiles(files)(order)).map((row) =>
    row.kind === 'folder'
      ? `${'  '.repeat(row.depth)}${row.folder.name}/`
      : `${'  '.repeat(row.depth)}${files.name(row.file)}`,
  );

const allOpen = (files: Files): Folder => {
  const root = folderTree(files);
  for (const folder of foldersBelow(root)) folder.isOpen = true;
  return root;
};

describe('the folders of the index page', () => {
  test('contain every file once, at any depth, with totals', () => {
    const files = filesNamed(['a/b/c.txt', 'a/b/d.txt', 'a/e.txt', 'f.txt']);
    const root = folderTree(files);
    expect(root).toMatchObject({ fileCount: 4, size: 0 + 1 + 2 + 3, modified: 1_000_000_000_000 });
    expect([...foldersBelow(root)].map(({ path, fileCount, size }) => [path, fileCount, size])).toEqual([
      ['a', 3, 3],
      ['a/b', 2, 1],
    ]);
    expect(shown(files, allOpen(files))).toEqual([
      'a/',
      '  b/',
      '    c.txt',
      '    d.txt',
      '  e.txt',
      'f.txt',
    ]);
  });

  test('show their contents only while they are open', () => {
    const files = filesNamed(['a/b.txt', 'a/c/d.txt', 'e.txt']);
    const root = folderTree(files);
    expect(shown(files, root)).toEqual(['a/', 'e.txt']);
    for (const folder of root.folders) folder.isOpen = true;
    expect(shown(files, root)).toEqual(['a/', '  c/', '  b.txt', 'e.txt']);
  });

  test('distinguish keys with empty segments', () => {
    const files = filesNamed(['/a.txt', 'a//b.txt', 'a/b.txt', 'c/']);
    expect(shown(files, allOpen(files))).toEqual([
      '/',
      '  a.txt',
      'a/',
      '  /',
      '    b.txt',
      '  b.txt',
      'c/',
      '  ',
    ]);
  });

  test('are open at first if there are few files, or if they have no siblings', () => {
    const few = filesNamed(['a/b.txt', 'c/d.txt']);
    const small = folderTree(few);
    openAtFirst(small);
    expect(shown(few, small)).toEqual(['a/', '  b.txt', 'c/', '  d.txt']);
    const many = filesNamed(Array.from({ length: 100 }, (_, index) => `only/one/${index % 2}/${index}.txt`));
    const large = folderTree(many);
    openAtFirst(large);
    expect(shown(many, large)).toEqual(['only/', '  one/', '    0/', '    1/']);
  });

  test('support a key with five hundred folders', () => {
    const files = filesNamed([`${'d/'.repeat(500)}f`]);
    expect(shown(files, allOpen(files))).toHaveLength(501);
  });
});

describe('the order of the index page', () => {
  const names = ['File 10.txt', 'file 9.txt', 'Éclair.txt', 'eclipse.txt', 'zoo/x.txt', 'ant/y.txt'];
  const files = filesNamed(names, {
    sizes: [5, 5, 1, 9, 2, 8],
    types: [1, 0, 1, 0, 0, 0],
    mediaTypes: ['text/plain', 'image/png'],
  });

  test('sorts names naturally, folders first', () => {
    expect(shown(files, folderTree(files))).toEqual([
      'ant/',
      'zoo/',
      'Éclair.txt',
      'eclipse.txt',
      'file 9.txt',
      'File 10.txt',
    ]);
    expect(shown(files, folderTree(files), { column: 'name', descending: true })).toEqual([
      'zoo/',
      'ant/',
      'File 10.txt',
      'file 9.txt',
      'eclipse.txt',
      'Éclair.txt',
    ]);
  });

  test('sorts by size, date and type, then by name', () => {
    expect(shown(files, folderTree(files), { column: 'size', descending: true })).toEqual([
      'ant/',
      'zoo/',
      'eclipse.txt',
      'file 9.txt',
      'File 10.txt',
      'Éclair.txt',
    ]);
    expect(shown(files, folderTree(files), { column: 'modified', descending: true })).toEqual([
      'zoo/',
      'ant/',
      'File 10.txt',
      'file 9.txt',
      'Éclair.txt',
      'eclipse.txt',
    ]);
    expect(shown(files, folderTree(files), { column: 'type', descending: false })).toEqual([
      'ant/',
      'zoo/',
      'Éclair.txt',
      'File 10.txt',
      'eclipse.txt',
      'file 9.txt',
    ]);
  });

  test('starts with the largest and newest, and a second click reverses it', () => {
    expect(nextOrder(byName, 'size')).toEqual({ column: 'size', descending: true });
    expect(nextOrder({ column: 'size', descending: true }, 'size')).toEqual({
      column: 'size',
      descending: false,
    });
    expect(nextOrder({ column: 'size', descending: true }, 'name')).toEqual(byName);
  });
});
