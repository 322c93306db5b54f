import type { IndexPageData } from '../../src/links/indexPageData.ts';
import { count, formatBytes } from '../../src/text/format.ts';
import { listenToFolders, listenToOrder } from './controls.ts';
import { byId } from './elements.ts';
import type { Files } from './files.ts';
import { type Model, createModel } from './model.ts';
import { type Pane, createPane } from './pane.ts';
import { rowElement } from './row.ts';
import { createSheet } from './sheet.ts';
import { type Table, createTable } from './table.ts';
import type { Folder, Row } from './tree.ts';
import { verifyCommands } from './verification.ts';
import type { Selection } from './zip/button.ts';

export interface ViewParts {
  readonly contents: IndexPageData;
  readonly files: Files;
  readonly copy: (what: string, text: string) => void;
  readonly hasExpired: () => boolean;
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
      rowElement({ files, words: model.words, copy: (file) => copy('Link', files.url(file) ?? '') }, row),
    onActive: (row) => {
      if (pane.isOpen() && row) pane.show(row);
    },
  });
  const { pane, open, close } = createPreview(parts, table, grid, (file) => show(file));
  const update = (): void => {
    table.show(model.rows());
    showFound(model, table.rows(), files);
    parts.onSelection({ files: model.selected(table.rows()), query: model.query() });
  };
  const find = (query: string): void => {
    const held = table.active();
    model.find(query);
    const isSearch = model.words().length > 0;
    // The selected search result stays visible, in its folder.
    if (!isSearch && held?.kind === 'file') model.reveal(held.file);
    update();
    table.activate(isSearch ? 0 : table.position());
  };
  const show = (file: number): void => {
    const isIt = (row: Row) => row.kind === 'file' && row.file === file;
    if (!table.rows().some(isIt)) {
      search.value = '';
      model.find('');
      model.reveal(file);
      update();
    }
    table.activate(table.rows().findIndex(isIt));
  };
  const toggle = (folder: Folder, isOpen: boolean): void => {
    folder.isOpen = isOpen;
    update();
  };
  const view = { table, pane, grid, search, close, find, toggle, open };
  listenToOrder(model, update);
  listenToFolders(model, update);
  listenToClicks(view);
  search.addEventListener('input', () => find(search.value));
  search.placeholder = `Search ${count(files.count, 'file')}`;
  update();
  return view;
}

/** The pane with the details of a row, beside the table or over it. */
function createPreview(
  parts: ViewParts,
  table: Table,
  grid: HTMLElement,
  onOpen: (file: number) => void,
): Pick<View, 'pane' | 'open' | 'close'> {
  const close = (): void => {
    if (!pane.isOpen()) return;
    pane.hide();
    sheet.close();
    grid.focus({ preventScroll: true });
  };
  const element = byId('pane');
  const pane = createPane({
    ...parts,
    pane: element,
    s3Uri: parts.contents.s3Uri,
    verifyCommands: verifyCommands(parts.files, parts.contents.run?.url ?? null),
    onClose: close,
    onOpen,
    onStep: (step) => table.activate(table.position() + step),
  });
  const sheet = createSheet(element, close);
  const open = (row: Row): void => {
    pane.show(row);
    sheet.open();
    table.reveal();
  };
  return { pane, open, close };
}

function showFound({ words, root, isAllOpen }: Model, rows: readonly Row[], files: Files): void {
  const isSearch = words().length > 0;
  const bytes = rows.reduce((sum, row) => sum + (row.kind === 'file' ? files.size(row.file) : 0), 0);
  byId('found').textContent = isSearch ? `${count(rows.length, 'file')} · ${formatBytes(bytes)}` : '';
  byId('nothing').hidden = rows.length > 0;
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
