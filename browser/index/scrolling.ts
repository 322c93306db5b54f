import { createScaling } from './scaling.ts';

export interface ScrollingParts {
  readonly grid: HTMLElement;
  readonly space: HTMLElement;
  /** Pixels below the header of the table. */
  readonly room: () => number;
  /** Pixels of a row. */
  readonly rowHeight: () => number;
  /** Called when the rows in the document have wrong places. */
  readonly onShift: () => void;
}

export interface Scrolling {
  /** What is missing in the element above the visible rows, in pixels. */
  readonly offset: () => number;
  /** The position in the rows, in pixels. */
  readonly top: () => number;
  /** Call this after the scroll bar moved. */
  readonly follow: () => void;
  /** Scrolls as little as possible, until the row at this position is visible. */
  readonly scrollTo: (position: number) => void;
  readonly resize: (count: number) => void;
}

/** Scrolls the rows of a table. Many rows have an element that is less high than they are. */
export function createScrolling({ grid, space, room, rowHeight, onShift }: ScrollingParts): Scrolling {
  const scaling = createScaling();
  const set = (position: () => number): void => {
    const before = scaling.offset();
    const scrollTop = position();
    if (scaling.offset() !== before) onShift();
    if (scrollTop !== grid.scrollTop) grid.scrollTop = scrollTop;
  };
  const top = () => grid.scrollTop + scaling.offset();
  return {
    offset: scaling.offset,
    top,
    follow: () => set(() => scaling.scrolled(grid.scrollTop, room())),
    scrollTo: (position) => {
      const [start, end] = [position * rowHeight(), (position + 1) * rowHeight()];
      if (start < top()) set(() => scaling.reach(start));
      else if (end > top() + room()) set(() => scaling.reach(end - room()));
    },
    resize: (count) => {
      const now = top();
      scaling.resize(count * rowHeight());
      space.style.height = `${scaling.height()}px`;
      if (scaling.isScaled()) set(() => scaling.reach(Math.min(now, count * rowHeight() - room())));
    },
  };
}
