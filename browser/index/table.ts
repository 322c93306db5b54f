import { createScrolling } from './scrolling.ts';
import type { Row } from './tree.ts';

/** Elements and callbacks of the table. */
export interface TableParts {
  /** The scrolling element. Its header stays at the top. */
  readonly grid: HTMLElement;
  readonly header: HTMLElement;
  /** The parent of the rows. It is as high as all rows together, up to a limit, but contains the visible ones only. */
  readonly space: HTMLElement;
  readonly makeRow: (row: Row) => HTMLElement;
  readonly onActive: (row: Row | undefined) => void;
}

export interface Table {
  /** Replaces the rows. The active row stays active if it is still there. Otherwise the first row becomes active. */
  readonly show: (rows: readonly Row[]) => void;
  /** Renders the visible rows again. */
  readonly refresh: () => void;
  readonly rows: () => readonly Row[];
  readonly active: () => Row | undefined;
  /** The position of a row. */
  readonly find: (row: Row) => number | undefined;
  /** Activates a row and scrolls to it. A position out of range means the first or last row. */
  readonly activate: (position: number) => void;
  readonly position: () => number;
  /** Scrolls to the active row. */
  readonly reveal: () => void;
  /** Number of rows that fit on the screen. */
  readonly page: () => number;
}

/** Rows rendered beyond each edge, so that scrolling shows no gaps. */
const margin = 10;

/** Rows that are printed. More would be hundreds of pages. */
const mostPrinted = 10_000;

/** A table of any number of rows of the same height. Only the visible rows and a few around them are in the document. */
export function createTable(parts: TableParts): Table {
  const { grid, onActive } = parts;
  const window = rowWindow(parts);
  let rows: readonly Row[] = [];
  let active = 0;
  const activate = (position: number): void => {
    active = Math.max(0, Math.min(position, rows.length - 1));
    window.scrollTo(active);
    window.render(rows, active);
    onActive(rows[active]);
  };
  grid.addEventListener(
    'scroll',
    () => {
      window.follow();
      window.render(rows, active);
    },
    { passive: true },
  );
  addEventListener('beforeprint', () => {
    window.print(true);
    window.render(rows, active);
  });
  addEventListener('afterprint', () => {
    window.print(false);
    // In Firefox, the table has the height of the paper until the next frame.
    requestAnimationFrame(() => window.render(rows, active));
  });
  new ResizeObserver(() => {
    window.measure();
    window.resize(rows.length);
    window.clear();
    window.render(rows, active);
  }).observe(grid);
  return {
    show: (next) => {
      const held = rows[active];
      const place = held && placeOf(held, next);
      rows = next;
      active = place ?? 0;
      window.resize(rows.length);
      grid.setAttribute('aria-rowcount', String(rows.length + 1));
      window.clear();
      if (place === undefined) window.scrollTo(0);
      window.render(rows, active);
      if (place === undefined) onActive(rows[active]);
    },
    refresh: () => {
      window.clear();
      window.render(rows, active);
    },
    rows: () => rows,
    active: () => rows[active],
    find: (wanted) => placeOf(wanted, rows),
    activate,
    position: () => active,
    reveal: () => window.scrollTo(active),
    page: () => Math.max(1, Math.floor(window.room() / window.height()) - 1),
  };
}

function placeOf(wanted: Row, rows: readonly Row[]): number | undefined {
  const place = rows.findIndex((row) => isSame(row, wanted));
  return place < 0 ? undefined : place;
}

function isSame(a: Row, b: Row): boolean {
  if (a.kind === 'folder') return b.kind === 'folder' && a.folder === b.folder;
  return b.kind === 'file' && a.file === b.file;
}

/** The rows that are in the document. */
function rowWindow({ grid, header, space, makeRow }: TableParts) {
  const made = new Map<number, HTMLElement>();
  let height = 34;
  let isPrinting = false;
  const room = () => grid.clientHeight - header.offsetHeight;
  const clear = (): void => {
    made.clear();
    space.replaceChildren();
  };
  const scrolling = createScrolling({ grid, space, room, rowHeight: () => height, onShift: clear });
  const add = (row: Row, position: number): void => {
    const element = makeRow(row);
    element.id = `row-${position}`;
    element.dataset['position'] = String(position);
    element.setAttribute('aria-rowindex', String(position + 2));
    element.style.transform = `translateY(${position * height - scrolling.offset()}px)`;
    made.set(position, element);
    space.append(element);
  };
  /** The rows on the screen, and some around them: the first, and the one after the last. */
  const visible = (): [number, number] => {
    const top = scrolling.top();
    return [
      Math.max(0, Math.floor(top / height) - margin),
      Math.ceil((top + grid.clientHeight) / height) + margin,
    ];
  };
  const render = (rows: readonly Row[], active: number): void => {
    const [first, last] = isPrinting ? [0, mostPrinted] : visible();
    for (const [position, element] of made) {
      if (position >= first && position < last) continue;
      element.remove();
      made.delete(position);
    }
    for (let position = first; position < Math.min(last, rows.length); position += 1) {
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
  const print = (isStarting: boolean): void => {
    isPrinting = isStarting;
    // Paper shows the rows in the order of the document.
    clear();
  };
  measure();
  return { ...scrolling, print, render, clear, measure, room, height: () => height };
}
