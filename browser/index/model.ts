import type { Files } from './files.ts';
import { type Order, rankFiles } from './order.ts';
import { searchIn, searchWords } from './search.ts';
import { type Folder, type Row, folderTree, foldersBelow, openAtFirst, treeRows } from './tree.ts';

/** The content of the table: the sorted folders, or the search results. */
export interface Model {
  readonly root: Folder;
  readonly order: () => Order;
  readonly sort: (order: Order) => void;
  /** Empty while the table shows folders. */
  readonly words: () => readonly string[];
  readonly find: (query: string) => void;
  /** The search as it was typed. Empty while the table shows folders. */
  readonly query: () => string;
  /** Computes the rows. */
  readonly rows: () => readonly Row[];
  /** The files that were found, or all files. @param rows the rows that the table shows */
  readonly selected: (rows: readonly Row[]) => readonly number[];
  /** Opens the folders that contain a file. */
  readonly reveal: (file: number) => void;
  readonly isAllOpen: () => boolean;
  readonly openAll: (isOpen: boolean) => void;
}

export function createModel(files: Files): Model {
  const root = folderTree(files);
  const ranksBy = rankFiles(files);
  const search = searchIn(files);
  let order: Order = { column: 'name', descending: false };
  let ranks = ranksBy(order);
  let words: readonly string[] = [];
  let asked = '';
  const all = Array.from({ length: files.count }, (_, file) => file);
  openAtFirst(root);
  return {
    root,
    order: () => order,
    sort: (next) => {
      order = next;
      ranks = ranksBy(order);
    },
    words: () => words,
    find: (query) => {
      words = searchWords(query);
      asked = words.length > 0 ? query.trim() : '';
    },
    query: () => asked,
    rows: () => (words.length > 0 ? search(words, ranks) : treeRows(root, order, ranks)),
    selected: (rows) =>
      words.length > 0 ? rows.flatMap((row) => (row.kind === 'file' ? [row.file] : [])) : all,
    reveal: (file) => {
      const path = files.path(file);
      for (const folder of foldersBelow(root)) if (path.startsWith(`${folder.path}/`)) folder.isOpen = true;
    },
    isAllOpen: () => [...foldersBelow(root)].every(({ isOpen }) => isOpen),
    openAll: (isOpen) => {
      for (const folder of foldersBelow(root)) folder.isOpen = isOpen;
    },
  };
}
