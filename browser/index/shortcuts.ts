import { hasModifier } from './modifiers.ts';
import type { Row } from './tree.ts';
import { isTyping, nothingTyped, positionOfName, typeLetter } from './typeAhead.ts';
import type { View } from './view.ts';

/** What keys do with a file. */
export interface FileActs {
  readonly copy: (file: number) => void;
  /** Opens the file in a new tab. */
  readonly visit: (file: number) => void;
  readonly help: () => void;
  /** False if the reader turned off the shortcuts that are single letters or signs. */
  readonly hasShortcuts: () => boolean;
  readonly nameOf: (row: Row) => string;
}

/** Keyboard shortcuts: on the whole page, in the search box, and in the table. */
export function handleKeys(view: View, acts: FileActs): void {
  const { search, list } = view;
  const typeAhead = createTypeAhead(view, acts);
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || isInDialog(event)) return;
    const isHandled =
      everywhere(view, event, acts) ||
      (event.target === search && inSearch(view, event)) ||
      (list.isTarget(event.target) &&
        (typeAhead(event, 'continue') || inTable(view, event, acts) || typeAhead(event, 'start')));
    if (isHandled) event.preventDefault();
  });
}

function isInDialog({ target }: KeyboardEvent): boolean {
  return target instanceof Element && target.closest('dialog') !== null;
}

function everywhere(view: View, event: KeyboardEvent, { help, hasShortcuts }: FileActs): boolean {
  const { search, close, pane, list } = view;
  const isInSearch = event.target === search;
  const isAlone = !hasModifier(event) && hasShortcuts();
  const isFind = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'f';
  // The browser's own search sees only the visible rows. It works in the pane, and a second Ctrl+F opens it.
  const isInPane = event.target instanceof Element && event.target.closest('#pane') !== null;
  if (((isAlone && event.key === '/') || (isFind && !isInPane)) && !isInSearch) {
    search.focus();
    search.select();
    return true;
  }
  if (isAlone && event.key === '?' && !isInSearch) {
    help();
    return true;
  }
  if (event.key !== 'Escape') return false;
  if (pane.isOpen()) close();
  else if (search.value) clearSearch(view);
  else if (list.isGallery()) view.showPictures(undefined);
  else if (isInSearch) list.focus();
  else return false;
  return true;
}

function clearSearch({ search, find }: View): void {
  search.value = '';
  find('');
}

function inSearch({ list, table, open }: View, event: KeyboardEvent): boolean {
  if (event.key !== 'ArrowDown' && event.key !== 'Enter') return false;
  const row = table.active();
  list.focus();
  table.activate(table.position());
  if (event.key === 'Enter' && row?.kind === 'file') open(row);
  return true;
}

function inTable(view: View, event: KeyboardEvent, { copy, visit, hasShortcuts }: FileActs): boolean {
  if (hasModifier(event)) return false;
  const { table, toggle, open } = view;
  const row = table.active();
  const move = movement(view, event.key);
  if (move !== undefined) {
    table.activate(move);
    return true;
  }
  if (!row) return false;
  if (event.key === 'ArrowRight') return enter(view, row);
  if (event.key === 'ArrowLeft') return leave(view, row);
  if (event.key === 'Enter' || event.key === ' ') {
    if (row.kind === 'folder') toggle(row.folder, !row.folder.isOpen);
    else open(row);
    return true;
  }
  if (!hasShortcuts()) return false;
  // Shift and Caps Lock change the case of a letter.
  const letter = event.key.toLowerCase();
  if (row.kind === 'folder') {
    if (letter !== 'o' || !view.hasPictures(row.folder)) return false;
    view.showPictures(`${row.folder.path}/`);
    return true;
  }
  if (letter === 'c') copy(row.file);
  else if (letter === 'o') visit(row.file);
  else return false;
  return true;
}

/**
 * Moves to the next name that begins with the typed letters. The letters of shortcuts can continue a name, but not start it.
 * @returns a function that returns false if the key is no letter for a name
 */
function createTypeAhead({ table }: View, { nameOf, hasShortcuts }: FileActs) {
  let typed = nothingTyped;
  return (event: KeyboardEvent, way: 'start' | 'continue'): boolean => {
    const { key, timeStamp } = event;
    const isLetter = key !== ' ' && Array.from(key).length === 1 && !hasModifier(event);
    if (!isLetter) typed = nothingTyped;
    if (!isLetter || (way === 'continue' && !isTyping(typed, timeStamp))) return false;
    if (way === 'start' && hasShortcuts() && /^[co]$/i.test(key)) return false;
    typed = typeLetter(typed, key, timeStamp);
    const rows = table.rows();
    const nameAt = (position: number) => {
      const row = rows[position];
      return row ? nameOf(row) : '';
    };
    const found = positionOfName(typed, rows.length, nameAt, table.position());
    if (found !== undefined) table.activate(found);
    return true;
  };
}

/** The position that a key moves to from the active row. */
function movement({ table, list }: View, key: string): number | undefined {
  const [now, { line, page }, all] = [table.position(), list.steps(), table.rows().length];
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: now + line,
    ArrowUp: now - line,
    ...(list.isGallery() && { ArrowRight: now + 1, ArrowLeft: now - 1 }),
    PageDown: now + page,
    PageUp: now - page,
    Home: 0,
    End: all - 1,
  };
  return moves[key];
}

/** Right: opens a folder, or moves into an open one. */
function enter({ table, toggle }: View, row: Row): boolean {
  if (row.kind !== 'folder') return false;
  if (row.folder.isOpen) table.activate(table.position() + 1);
  else toggle(row.folder, true);
  return true;
}

/** Left: closes a folder, or moves to the parent folder. */
function leave({ table, toggle }: View, row: Row): boolean {
  if (row.kind === 'folder' && row.folder.isOpen) {
    toggle(row.folder, false);
    return true;
  }
  const rows = table.rows();
  for (let above = table.position() - 1; above >= 0; above -= 1) {
    if ((rows[above]?.depth ?? row.depth) < row.depth) {
      table.activate(above);
      return true;
    }
  }
  return false;
}
