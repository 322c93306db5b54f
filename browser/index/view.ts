import type { IndexPageData } from '../../src/links/indexPageData.ts';
import { count, formatBytes } from '../../src/text/format.ts';
import { listenToFolders, listenToOrder } from './controls.ts';
import type { Place } from './address.ts';
import { createDetails } from './details.ts';
import { byId } from './elements.ts';
import type { Files } from './files.ts';
import { type Model, createModel } from './model.ts';
import type { Pane } from './pane.ts';
import { createPlaces } from './places.ts';
import { rowElement } from './row.ts';
import { type Table, createTable } from './table.ts';
import type { Folder, Row } from './tree.ts';
import type { Selection } from './zip/download.ts';

export interface ViewParts {
  readonly contents: IndexPageData;
  readonly files: Files;
  readonly copy: (what: string, text: string) => void;
  readonly hasExpired: () => boolean;
  /** Says a text to the reader, screen readers included. */
  readonly notify: (text: string) => void;
  /** Called after a change of folders, search or pane. */
  readonly onChange: () => void;
  /** Called with the files that are shown or found. */
  readonly onSelection: (selection: Selection) => void;
}

/** The actions of the page, for mouse, touch and keyboard. */
export interface View {
  readonly table: Table;
  readonly pane: Pane;
  readonly grid: HTMLElement;
  readonly search: HTMLInputElement;
  /** Shows search results. An empty query shows the folders. */
  readonly find: (query: string) => void;
  readonly toggle: (folder: Folder, isOpen: boolean) => void;
  /** Shows a row's details beside the table. */
  readonly open: (row: Row) => void;
  readonly close: () => void;
  /** What the page shows, for its address. */
  readonly place: () => Place;
  readonly show: (place: Place) => void;
}

export function createView(parts: ViewParts): View {
  const { files, copy } = parts;
  const grid = byId('table');
  const search = byId('search') as HTMLInputElement;
  const model = createModel(files);
  const table = createTable({
    grid,
    header: byId('head'),
    space: byId('space'),
    makeRow: (row) =>
      rowElement({ ...model, files, copy: (file) => copy('Link', files.url(file) ?? '') }, row),
    onActive: (row) => details.follow(row),
  });
  const details = createDetails(
    parts,
    () => table,
    grid,
    (file) => showFile(file),
  );
  const { pane, open, close } = details;
  const update = (): void => {
    if (!model.isSearch()) places.refresh();
    table.show(model.rows());
    showFound(model, table.rows(), files);
    parts.onSelection({ files: model.selected(table.rows()), query: model.query() });
    parts.onChange();
  };
  const places = createPlaces({ ...parts, model, table, details, search, update });
  const showFile = (file: number): void => {
    const place = places.place();
    const isListed = table.find({ kind: 'file', file, depth: 0 }) !== undefined;
    places.show({ ...place, search: isListed ? place.search : '', file: files.path(file) });
  };
  const find = (query: string): void => {
    const held = table.active();
    model.find(query);
    const isSearch = model.isSearch();
    // The selected search result stays visible, in its folder.
    if (!isSearch && held?.kind === 'file') model.reveal(held.file);
    update();
    table.activate(isSearch ? 0 : table.position());
  };
  const toggle = (folder: Folder, isOpen: boolean): void => {
    folder.isOpen = isOpen;
    update();
  };
  const view = { table, pane, grid, search, close, find, toggle, open, ...places };
  listenToOrder(model, update);
  listenToFolders(model, update);
  listenToClicks(view);
  listenToCopies(grid);
  search.addEventListener('input', () => find(search.value));
  search.placeholder = `Search ${count(files.count, 'file')}`;
  update();
  return view;
}

function showFound(model: Model, rows: readonly Row[], files: Files): void {
  const { root, isAllOpen } = model;
  const isSearch = model.isSearch();
  const bytes = rows.reduce((sum, row) => sum + (row.kind === 'file' ? files.size(row.file) : 0), 0);
  byId('found').textContent = isSearch ? `${count(rows.length, 'file')} · ${formatBytes(bytes)}` : '';
  byId('nothing').hidden = rows.length > 0;
  byId('table').classList.toggle('vacant', rows.length === 0);
  byId('nothing').textContent = isSearch ? 'No file matches the search.' : 'There are no files.';
  const fold = byId('fold');
  fold.hidden = isSearch || root.folders.length === 0;
  fold.textContent = isAllOpen() ? 'Close all folders' : 'Open all folders';
}

function listenToClicks({ grid, table, toggle, open }: View): void {
  grid.addEventListener('click', (event) => {
    const target = event.target as Element;
    const element = target.closest<HTMLElement>('.row[data-position]');
    if (!element || target.closest('.acts')) return;
    // The browser handles clicks that open new tabs.
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const position = Number(element.dataset['position']);
    const row = table.rows()[position];
    table.activate(position);
    if (row?.kind === 'folder') toggle(row.folder, !row.folder.isOpen);
    else if (row) open(row);
  });
}

/** A name that is cut has two parts. Browsers would copy them as two lines. */
function listenToCopies(grid: HTMLElement): void {
  grid.addEventListener('copy', (event) => {
    const selection = getSelection();
    const range = selection?.rangeCount === 1 ? selection.getRangeAt(0) : undefined;
    const place = range?.commonAncestorContainer;
    const element = place instanceof Element ? place : place?.parentElement;
    if (!range || !element?.closest('.label')) return;
    event.clipboardData?.setData('text/plain', range.toString());
    event.preventDefault();
  });
}
