import type { Row } from './tree.ts';

/** Elements and callbacks of the table. */
export interface TableParts {
  /** The scrolling element. Its header stays at the top. */
  readonly grid: HTMLElement;
  readonly header: HTMLElement;
  /** The parent of the rows. It is as high as all rows together, but contains the visible ones only. */
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

/** The rows on the screen, and some around them: the first, and the one after the last. */
function visibleRows({ scrollTop, clientHeight }: HTMLElement, height: number): [number, number] {
  return [
    Math.max(0, Math.floor(scrollTop / height) - margin),
    Math.ceil((scrollTop + clientHeight) / height) + margin,
  ];
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
    const [first, last] = isPrinting ? [0, mostPrinted] : visibleRows(grid, height);
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
  const scrollTo = (position: number): void => {
    const top = position * height;
    if (top < grid.scrollTop) grid.scrollTop = top;
    else if (top + height > grid.scrollTop + room()) grid.scrollTop = top + height - room();
  };
  const print = (isStarting: boolean): void => {
    isPrinting = isStarting;
    // Paper shows the rows in the order of the document.
    clear();
  };
  measure();
  return { print, render, clear, measure, scrollTo, room, height: () => height };
}
