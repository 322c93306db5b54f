import type { IndexPageData } from '../../src/links/indexPageData.ts';
import { count, formatBytes } from '../../src/text/format.ts';
import { listenToFolders, listenToOrder } from './controls.ts';
import type { Place } from './address.ts';
import { createDetails } from './details.ts';
import { byId } from './elements.ts';
import type { Files } from './files.ts';
import { mostPictures } from './gallery.ts';
import { type List, createList, createPicturesButton } from './list.ts';
import { type Model, createModel } from './model.ts';
import { hasModifier } from './modifiers.ts';
import { shownName } from './names.ts';
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
  readonly list: List;
  readonly search: HTMLInputElement;
  /** Shows search results. An empty query shows the folders. */
  readonly find: (query: string) => void;
  readonly toggle: (folder: Folder, isOpen: boolean) => void;
  /** Tells whether most files of a folder are pictures. */
  readonly hasPictures: (folder: Folder) => boolean;
  /** Shows the pictures below a folder, e.g. `docs/`, or all pictures with the empty string. Undefined shows the table. */
  readonly showPictures: (below: string | undefined) => void;
  /** Shows a row's details beside the table. */
  readonly open: (row: Row) => void;
  readonly close: () => void;
  /** What the page shows, for its address. */
  readonly place: () => Place;
  readonly show: (place: Place) => void;
}

export function createView(parts: ViewParts): View {
  const { files } = parts;
  const grid = byId('table');
  const search = byId('search') as HTMLInputElement;
  const model = createModel(files);
  const table = createTable({
    grid,
    header: byId('head'),
    space: byId('space'),
    makeRow: (row) => rowElement({ ...parts, ...model, ...actions }, row),
    onActive: (row) => {
      details.follow(row);
      list.mark();
    },
  });
  const list = createList(() => table, model, files);
  const details = createDetails(
    parts,
    () => table,
    list,
    (file) => showFile(file),
  );
  const { pane, open, close } = details;
  const update = (): void => {
    if (!model.isSearch()) places.refresh();
    table.show(model.rows());
    list.update();
    showFound(model, table.rows(), files);
    const selected = model.selected(table.rows());
    updateButton(selected);
    parts.onSelection({
      files: selected,
      query: [...(model.query() ? [model.query()] : []), ...(list.isGallery() ? ['pictures'] : [])].join(' '),
    });
    parts.onChange();
  };
  const places = createPlaces({ ...parts, model, table, details, search, update });
  const showFile = (file: number): void => {
    const place = places.place();
    const isListed = table.find({ kind: 'file', file, depth: 0 }) !== undefined;
    places.show({
      ...place,
      ...(!isListed && { search: '', pictures: undefined }),
      file: files.path(file),
    });
  };
  const actions = createActions({ files, model, table, list, update });
  const updateButton = createPicturesButton(model, files, actions.showPictures);
  const view = { table, pane, list, search, close, open, ...actions, ...places };
  listenToOrder(model, update);
  listenToFolders(model, update);
  for (const place of [grid, byId('gallery')]) listenToClicks(view, place);
  listenToCopies(grid);
  search.addEventListener('input', () => actions.find(search.value));
  search.placeholder = `Search ${count(files.count, 'file')}`;
  update();
  return view;
}

interface ActionParts {
  readonly files: Files;
  readonly model: Model;
  readonly table: Table;
  readonly list: List;
  /** Shows the rows of the model. */
  readonly update: () => void;
}

/** What changes the rows. */
function createActions({ files, model, table, list, update }: ActionParts) {
  /** The selected file stays visible, in its folder. */
  const reveal = (held: Row | undefined): void => {
    if (held?.kind === 'file') model.reveal(held.file);
  };
  const find = (query: string): void => {
    const held = table.active();
    model.find(query);
    const isSearch = model.isSearch();
    if (!isSearch) reveal(held);
    update();
    table.activate(isSearch ? 0 : table.position());
  };
  const toggle = (folder: Folder, isOpen: boolean): void => {
    folder.isOpen = isOpen;
    update();
  };
  const showPictures = (below: string | undefined): void => {
    const held = table.active();
    model.showPictures(below);
    if (below === undefined) reveal(held);
    update();
    table.activate(table.position());
    list.focus();
  };
  const hasPictures = ({ files: some }: Folder) => files.url(0) !== undefined && model.arePictures(some);
  return { find, toggle, hasPictures, showPictures };
}

function showFound(model: Model, rows: readonly Row[], files: Files): void {
  const { root, isAllOpen } = model;
  const below = model.pictures();
  const isGallery = below !== undefined;
  const isSearch = model.isSearch() || isGallery;
  const bytes = rows.reduce((sum, row) => sum + (row.kind === 'file' ? files.size(row.file) : 0), 0);
  const found = [
    count(rows.length, isGallery ? 'picture' : 'file'),
    ...(below ? [' in ', shownName(below.slice(0, -1))] : []),
    ` · ${formatBytes(bytes)}`,
    isGallery && rows.length > mostPictures ? ` · the first ${count(mostPictures, 'picture')} shown` : '',
  ];
  byId('found').replaceChildren(...(isSearch ? found : []));
  byId('nothing').hidden = rows.length > 0;
  byId('table').classList.toggle('vacant', rows.length === 0);
  byId('nothing').textContent = isGallery
    ? 'No picture matches the search.'
    : isSearch
      ? 'No file matches the search.'
      : 'There are no files.';
  const fold = byId('fold');
  fold.hidden = isSearch || root.folders.length === 0;
  fold.textContent = isAllOpen() ? 'Close all folders' : 'Open all folders';
}

function listenToClicks({ table, toggle, open }: View, place: HTMLElement): void {
  place.addEventListener('click', (event) => {
    const target = event.target as Element;
    const element = target.closest<HTMLElement>('[data-position]');
    if (!element || target.closest('.acts')) return;
    // The browser handles clicks that open new tabs.
    if (hasModifier(event) || event.shiftKey) return;
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
