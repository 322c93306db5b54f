import type { Row } from './tree.ts';

/** What the table wants to know of its page, and what it tells it. */
export interface TableParts {
  /** The element that scrolls, with a header that stays at its top. */
  readonly grid: HTMLElement;
  readonly header: HTMLElement;
  /** Where the rows go: as high as all of them, though only those are made that can be seen. */
  readonly space: HTMLElement;
  readonly makeRow: (row: Row) => HTMLElement;
  readonly onActive: (row: Row | undefined) => void;
}

export interface Table {
  /** Shows other rows. The row that was active stays so where it is still among them; else it is the first. */
  readonly show: (rows: readonly Row[]) => void;
  /** Makes all rows anew that can be seen. */
  readonly refresh: () => void;
  readonly rows: () => readonly Row[];
  readonly active: () => Row | undefined;
  /** Makes a row the active one and scrolls to it; the first or last for a position beyond them. */
  readonly activate: (position: number) => void;
  readonly position: () => number;
  /** Scrolls to the active row. */
  readonly reveal: () => void;
  /** How many rows can be seen at once. */
  readonly page: () => number;
}

/** Rows beyond the edges that are made as well, so that scrolling does not show gaps. */
const margin = 10;

/** A table of any number of rows, all of the same height. Only those are in the document that can be seen, and a few around them. */
export function createTable(parts: TableParts): Table {
  const { grid, space, onActive } = parts;
  const window = rowWindow(parts);
  let rows: readonly Row[] = [];
  let active = 0;
  const activate = (position: number): void => {
    active = Math.max(0, Math.min(position, rows.length - 1));
    window.scrollTo(active);
    window.render(rows, active);
    onActive(rows[active]);
  };
  grid.addEventListener('scroll', () => window.render(rows, active), { passive: true });
  new ResizeObserver(() => {
    window.measure();
    space.style.height = `${rows.length * window.height()}px`;
    window.clear();
    window.render(rows, active);
  }).observe(grid);
  return {
    show: (next) => {
      const held = rows[active];
      const place = held ? next.findIndex((row) => isSame(row, held)) : -1;
      rows = next;
      active = Math.max(0, place);
      space.style.height = `${rows.length * window.height()}px`;
      grid.setAttribute('aria-rowcount', String(rows.length + 1));
      window.clear();
      if (place < 0) grid.scrollTop = 0;
      window.render(rows, active);
      if (place < 0) onActive(rows[active]);
    },
    refresh: () => {
      window.clear();
      window.render(rows, active);
    },
    rows: () => rows,
    active: () => rows[active],
    activate,
    position: () => active,
    reveal: () => window.scrollTo(active),
    page: () => Math.max(1, Math.floor(window.room() / window.height()) - 1),
  };
}

function isSame(a: Row, b: Row): boolean {
  if (a.kind === 'folder') return b.kind === 'folder' && a.folder === b.folder;
  return b.kind === 'file' && a.file === b.file;
}

/** The part of the rows that is in the document. */
function rowWindow({ grid, header, space, makeRow }: TableParts) {
  const made = new Map<number, HTMLElement>();
  let height = 34;
  const room = () => grid.clientHeight - header.offsetHeight;
  const clear = (): void => {
    made.clear();
    space.replaceChildren();
  };
  const add = (row: Row, position: number): void => {
    const element = makeRow(row);
    element.id = `row-${position}`;
    element.dataset['position'] = String(position);
    element.setAttribute('aria-rowindex', String(position + 2));
    element.style.transform = `translateY(${position * height}px)`;
    made.set(position, element);
    space.append(element);
  };
  const render = (rows: readonly Row[], active: number): void => {
    const first = Math.max(0, Math.floor(grid.scrollTop / height) - margin);
    const last = Math.min(rows.length, Math.ceil((grid.scrollTop + grid.clientHeight) / height) + margin);
    for (const [position, element] of made) {
      if (position >= first && position < last) continue;
      element.remove();
      made.delete(position);
    }
    for (let position = first; position < last; position += 1) {
      const row = rows[position];
      if (row && !made.has(position)) add(row, position);
    }
    for (const [position, element] of made) {
      element.setAttribute('aria-selected', String(position === active));
    }
    if (made.has(active)) grid.setAttribute('aria-activedescendant', `row-${active}`);
    else grid.removeAttribute('aria-activedescendant');
  };
  const measure = (): void => {
    const probe = document.createElement('div');
    probe.className = 'row';
    space.append(probe);
    height = probe.getBoundingClientRect().height || height;
    probe.remove();
  };
  const scrollTo = (position: number): void => {
    const top = position * height;
    if (top < grid.scrollTop) grid.scrollTop = top;
    else if (top + height > grid.scrollTop + room()) grid.scrollTop = top + height - room();
  };
  measure();
  return { render, clear, measure, scrollTo, room, height: () => height };
}
