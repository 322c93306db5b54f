import { unprintable } from '../../src/text/unprintable.ts';
import type { Place } from './address.ts';
import type { Details } from './details.ts';
import type { Files } from './files.ts';
import type { Model, OpenFolders } from './model.ts';
import type { Table } from './table.ts';
import { type Row, foldersBelow } from './tree.ts';

export interface PlaceParts {
  readonly files: Files;
  readonly model: Model;
  readonly table: Table;
  readonly details: Details;
  readonly search: HTMLInputElement;
  /** Shows the rows of the model. */
  readonly update: () => void;
  readonly notify: (text: string) => void;
}

/** What the page shows, and how to show it again. */
export interface Places {
  readonly place: () => Place;
  readonly show: (place: Place) => void;
  /** Call this when folders were opened or closed. */
  readonly refresh: () => void;
}

export function createPlaces(parts: PlaceParts): Places {
  const { files, model, table, details, search, update, notify } = parts;
  let folders = model.openFolders();
  const refresh = (): void => {
    folders = model.openFolders();
  };
  const show = (wanted: Place): void => {
    const row = wanted.file === undefined ? undefined : rowOfPath(wanted.file, model, files);
    if (search.value.trim() !== wanted.search) search.value = wanted.search;
    model.find(wanted.search);
    model.showPictures(wanted.pictures);
    const hasChanged = openFoldersOf(wanted, model.isSearch() ? undefined : row, model);
    refresh();
    update();
    if (wanted.file !== undefined && !row)
      notify(`Not in this list: ${wanted.file.slice(0, 200).replace(unprintable, '\ufffd')}`);
    const position = row ? table.find(row) : hasChanged ? positionOfFolder(folders, table.rows()) : undefined;
    if (!row) details.close();
    if (position !== undefined) table.activate(position);
    if (row) details.open(row);
  };
  return {
    place: () => ({
      folders,
      search: model.query(),
      file: pathOfRow(details.row(), files),
      pictures: model.pictures(),
    }),
    show,
    refresh,
  };
}

/** The path of a row in an address. The path of a folder ends with `/`. */
function pathOfRow(row: Row | undefined, files: Files): string | undefined {
  if (!row) return undefined;
  return row.kind === 'file' ? files.path(row.file) : `${row.folder.path}/`;
}

/** The row with this path, undefined if there is none. */
function rowOfPath(path: string, model: Model, files: Files): Row | undefined {
  for (let file = 0; file < files.count; file += 1) {
    if (files.path(file) === path) return { kind: 'file', file, depth: 0 };
  }
  for (const folder of foldersBelow(model.root)) {
    if (`${folder.path}/` === path) return { kind: 'folder', folder, depth: 0 };
  }
  return undefined;
}

/** Opens the folders of a place, and the folders of the file that it names. Returns whether that changed anything. */
function openFoldersOf({ folders }: Place, row: Row | undefined, model: Model): boolean {
  const state = () => JSON.stringify(model.openFolders());
  const before = state();
  model.setOpenFolders(folders);
  if (row?.kind === 'file') model.reveal(row.file);
  return state() !== before;
}

/** The position of a folder that an address names alone. */
function positionOfFolder(folders: OpenFolders, rows: readonly Row[]): number | undefined {
  if (typeof folders === 'string' || folders.length !== 1) return undefined;
  const found = rows.findIndex((row) => row.kind === 'folder' && row.folder.path === folders[0]);
  return found < 0 ? undefined : found;
}
