import type { Files } from './files.ts';
import { type Order, collator } from './order.ts';

export interface Folder {
  /** Relative to the destination. Empty for the destination itself. */
  readonly path: string;
  readonly name: string;
  readonly parent: Folder | undefined;
  /** 0 for the destination itself. */
  readonly depth: number;
  readonly folders: Folder[];
  readonly files: number[];
  /** Number of files in this folder and below. */
  fileCount: number;
  /** Bytes of these files. */
  size: number;
  /** Modification time of the newest of them, in milliseconds since the epoch. */
  modified: number;
  isOpen: boolean;
}

/** A row of the table. */
export type Row =
  | { readonly kind: 'folder'; readonly folder: Folder; readonly depth: number }
  | { readonly kind: 'file'; readonly file: number; readonly depth: number };

/** Builds the folder tree from the paths of the files. */
export function folderTree(files: Files): Folder {
  const root = newFolder('', '', undefined);
  const known = new Map<string, Folder>([['', root]]);
  for (let file = 0; file < files.count; file += 1) {
    const hasFolder = files.path(file).includes('/');
    const folder = hasFolder ? folderAt(known, root, files.folder(file)) : root;
    folder.files.push(file);
    for (let above: Folder | undefined = folder; above; above = above.parent) {
      above.fileCount += 1;
      above.size += files.size(file);
      above.modified = Math.max(above.modified, files.modified(file));
    }
  }
  return root;
}

function newFolder(path: string, name: string, parent: Folder | undefined): Folder {
  const depth = parent ? parent.depth + 1 : 0;
  return {
    path,
    name,
    parent,
    depth,
    folders: [],
    files: [],
    fileCount: 0,
    size: 0,
    modified: 0,
    isOpen: !parent,
  };
}

/** Finds or creates a folder. The keys of `known` end with `/`, because a path may begin with `/`: then its first folder has an empty name. */
function folderAt(known: Map<string, Folder>, root: Folder, path: string): Folder {
  const found = known.get(`${path}/`);
  if (found) return found;
  const slash = path.lastIndexOf('/');
  const parent = slash < 0 ? root : folderAt(known, root, path.slice(0, slash));
  const folder = newFolder(path, path.slice(slash + 1), parent);
  parent.folders.push(folder);
  known.set(`${path}/`, folder);
  return folder;
}

/** Every folder below this one. */
export function* foldersBelow(folder: Folder): Generator<Folder> {
  for (const below of folder.folders) {
    yield below;
    yield* foldersBelow(below);
  }
}

/** Opens all folders if there are few files. Otherwise opens folders that are the only entry of their parent. */
export function openAtFirst(root: Folder): void {
  const few = 60;
  for (const folder of foldersBelow(root)) {
    const { parent } = folder;
    const isAlone = parent?.isOpen === true && parent.folders.length === 1 && parent.files.length === 0;
    folder.isOpen = root.fileCount <= few || isAlone;
  }
}

/** The paths of the open folders that have no open folder below them. With their parents, these are all open folders. */
export function openPaths(folder: Folder): string[] {
  return folder.folders.flatMap((below) => {
    if (!below.isOpen) return [];
    const deeper = openPaths(below);
    return deeper.length > 0 ? deeper : [below.path];
  });
}

/** Opens these folders and their parents, and closes all others. Unknown paths are ignored. */
export function openOnly(root: Folder, paths: readonly string[]): void {
  const wanted = new Set(paths);
  for (const folder of foldersBelow(root)) {
    folder.isOpen = false;
    if (!wanted.has(folder.path)) continue;
    for (let above: Folder | undefined = folder; above; above = above.parent) above.isOpen = true;
  }
}

/** The rows of all open folders. Folders come before files. */
export function treeRows(root: Folder, order: Order, ranks: Uint32Array): Row[] {
  const rows: Row[] = [];
  const compare = folderComparison(order);
  const visit = (folder: Folder, depth: number): void => {
    folder.folders.sort(compare);
    for (const below of folder.folders) {
      rows.push({ kind: 'folder', folder: below, depth });
      if (below.isOpen) visit(below, depth + 1);
    }
    folder.files.sort((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0));
    for (const file of folder.files) rows.push({ kind: 'file', file, depth });
  };
  visit(root, 0);
  return rows;
}

function folderComparison({ column, descending }: Order): (a: Folder, b: Folder) => number {
  const direction = descending ? -1 : 1;
  const byName = (a: Folder, b: Folder) => collator.compare(a.name, b.name);
  if (column === 'size') return (a, b) => direction * (a.size - b.size) || byName(a, b);
  if (column === 'modified') return (a, b) => direction * (a.modified - b.modified) || byName(a, b);
  return (a, b) => (column === 'name' ? direction : 1) * byName(a, b);
}
