import type { Files } from './files.ts';
import { type Order, rankFiles } from './order.ts';
import { type Query, hasKind, readQuery } from './query.ts';
import { searchIn } from './search.ts';
import {
  type Folder,
  type Row,
  folderTree,
  foldersBelow,
  openAtFirst,
  openOnly,
  openPaths,
  treeRows,
} from './tree.ts';

/** The open folders: a list of paths without those of parents, all folders, or the folders that are open at first. */
export type OpenFolders = readonly string[] | 'all' | 'first';

/** The content of the table: the sorted folders, or the search results. */
export interface Model {
  readonly root: Folder;
  readonly order: () => Order;
  readonly sort: (order: Order) => void;
  /** False while the table shows folders. */
  readonly isSearch: () => boolean;
  /** The words to mark in the results. */
  readonly words: () => readonly string[];
  readonly find: (query: string) => void;
  /** The search as it was typed. Empty while the table shows folders. */
  readonly query: () => string;
  /** The beginning of the paths whose pictures are the rows, e.g. `docs/` or the empty string. Undefined while the rows are no gallery. */
  readonly pictures: () => string | undefined;
  readonly showPictures: (below: string | undefined) => void;
  /** Tells whether most of these files are pictures. */
  readonly arePictures: (files: readonly number[]) => boolean;
  /** Computes the rows. */
  readonly rows: () => readonly Row[];
  /** The files that were found, the pictures of the gallery, or all files. @param rows the rows that the table shows */
  readonly selected: (rows: readonly Row[]) => readonly number[];
  /** Opens the folders that contain a file. */
  readonly reveal: (file: number) => void;
  readonly isAllOpen: () => boolean;
  readonly openAll: (isOpen: boolean) => void;
  readonly openFolders: () => OpenFolders;
  readonly setOpenFolders: (folders: OpenFolders) => void;
}

export function createModel(files: Files): Model {
  const root = folderTree(files);
  const ranksBy = rankFiles(files);
  const search = searchIn(files);
  let order: Order = { column: 'name', descending: false };
  let ranks = ranksBy(order);
  let query: Query = { terms: [], words: [] };
  let asked = '';
  let pictures: string | undefined;
  const isPicture = hasKind('picture', files);
  const isSearch = () => query.terms.length > 0;
  const all = Array.from({ length: files.count }, (_, file) => file);
  openAtFirst(root);
  return {
    ...foldersOf(root),
    root,
    order: () => order,
    sort: (next) => {
      order = next;
      ranks = ranksBy(order);
    },
    isSearch,
    words: () => query.words,
    find: (text) => {
      query = readQuery(text, files);
      asked = isSearch() ? text.trim() : '';
    },
    query: () => asked,
    pictures: () => pictures,
    showPictures: (below) => (pictures = below),
    arePictures: (some) => {
      const found = some.reduce((sum, file) => sum + (isPicture(file) ? 1 : 0), 0);
      return found > 1 && found * 2 >= some.length;
    },
    rows: () => {
      const below = pictures;
      if (below !== undefined) {
        const isBelow = (file: number) => files.path(file).startsWith(below);
        return search([...query.terms, isPicture, isBelow], ranks);
      }
      return isSearch() ? search(query.terms, ranks) : treeRows(root, order, ranks);
    },
    selected: (rows) =>
      isSearch() || pictures !== undefined
        ? rows.flatMap((row) => (row.kind === 'file' ? [row.file] : []))
        : all,
    reveal: (file) => {
      const path = files.path(file);
      for (const folder of foldersBelow(root)) if (path.startsWith(`${folder.path}/`)) folder.isOpen = true;
    },
  };
}

/** Reads and changes which folders are open. */
function foldersOf(root: Folder): Pick<Model, 'isAllOpen' | 'openAll' | 'openFolders' | 'setOpenFolders'> {
  const atFirst = JSON.stringify(openPaths(root));
  const isAllOpen = () => [...foldersBelow(root)].every(({ isOpen }) => isOpen);
  const openAll = (isOpen: boolean): void => {
    for (const folder of foldersBelow(root)) folder.isOpen = isOpen;
  };
  return {
    isAllOpen,
    openAll,
    openFolders: () => {
      const paths = openPaths(root);
      if (JSON.stringify(paths) === atFirst) return 'first';
      return paths.length > 0 && isAllOpen() ? 'all' : paths;
    },
    setOpenFolders: (folders) => {
      if (folders === 'first') openAtFirst(root);
      else if (folders === 'all') openAll(true);
      else openOnly(root, folders);
    },
  };
}
