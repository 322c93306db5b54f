/**
 * Pixels. Firefox shows no element above 17.9 million pixels, and Chromium none above 33.5 million, or a fifth of that at 500 % zoom. Below 4
 * million, a `float` places rows to a quarter of a pixel.
 */
const mostHeight = 4_000_000;

/** Parts of the element with an offset each. */
const parts = 100;

/**
 * Shows rows of any total height in an element of limited height. A position of the scroll bar plus the offset is a position in the rows. Small
 * steps keep the offset, so that a wheel moves the rows by its own pixels. The offset grows with the position, from 0 at the first row, until
 * the last row is at the end of the element.
 */
export interface Scaling {
  /** Sets the height of all rows. */
  readonly resize: (all: number) => void;
  /** Height of the element. */
  readonly height: () => number;
  /** Whether the element is less high than the rows. */
  readonly isScaled: () => boolean;
  /** What is missing in the element above the visible rows. Zero if all rows fit. */
  readonly offset: () => number;
  /**
   * Takes a new position of the scroll bar.
   * @param room pixels that are visible
   * @returns the position to set instead. It differs at the border of two parts
   */
  readonly scrolled: (scrollTop: number, room: number) => number;
  /** Returns the position of the scroll bar for a position in the rows. */
  readonly reach: (top: number) => number;
}

export function createScaling(): Scaling {
  let [all, height, offset, last] = [0, 0, 0, 0];
  const part = () => height / parts;
  const isScaled = () => all > height;
  const offsetAt = (top: number): number => {
    if (!isScaled()) return 0;
    // The last part begins early enough, so that the part before it does not reach the end of the element.
    const latest = Math.floor(all / part()) - 1;
    const index = Math.max(0, Math.min(latest, Math.floor(top / part())));
    return Math.round((index * (all - height)) / latest);
  };
  const reach = (top: number): number => {
    offset = offsetAt(top);
    last = top - offset;
    return last;
  };
  return {
    resize: (next) => {
      all = next;
      height = Math.min(next, mostHeight);
      if (!isScaled()) offset = 0;
    },
    isScaled,
    height: () => height,
    offset: () => offset,
    reach,
    scrolled: (scrollTop, room) => {
      if (!isScaled()) return (last = scrollTop);
      if (Math.abs(scrollTop - last) < room) return reach(scrollTop + offset);
      // A jump with the scroll bar: its position is a share of all rows. The bar must not move under the pointer.
      offset = offsetAt((scrollTop * (all - room)) / (height - room));
      return (last = scrollTop);
    },
  };
}
