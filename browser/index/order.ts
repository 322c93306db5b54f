import type { Files } from './files.ts';

export type Column = 'name' | 'type' | 'size' | 'modified';

export interface Order {
  readonly column: Column;
  readonly descending: boolean;
}

/** Natural order, without case: `file 9` before `file 10`. */
export const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** The order after a click on a column title. Names start at A, sizes and dates at the largest and newest. A second click reverses the order. */
export function nextOrder(now: Order, column: Column): Order {
  return now.column === column
    ? { column, descending: !now.descending }
    : { column, descending: column === 'size' || column === 'modified' };
}

/** The rank of each file in an order, by the file's index. Equal files are sorted by name. */
export function rankFiles(files: Files): (order: Order) => Uint32Array {
  const byName = ranksOf(files.count, (a, b) => collator.compare(files.path(a), files.path(b)) || a - b);
  const name = (file: number) => byName[file] ?? 0;
  const compare: Readonly<Record<Column, (a: number, b: number) => number>> = {
    name: () => 0,
    type: (a, b) => collator.compare(files.type(a), files.type(b)),
    size: (a, b) => files.size(a) - files.size(b),
    modified: (a, b) => files.modified(a) - files.modified(b),
  };
  return ({ column, descending }) => {
    const direction = descending ? -1 : 1;
    if (column === 'name' && !descending) return byName;
    const tie = column === 'name' ? direction : 1;
    return ranksOf(files.count, (a, b) => direction * compare[column](a, b) || tie * (name(a) - name(b)));
  };
}

function ranksOf(count: number, compare: (a: number, b: number) => number): Uint32Array {
  const sorted = Uint32Array.from({ length: count }, (_, file) => file).sort(compare);
  const ranks = new Uint32Array(count);
  sorted.forEach((file, rank) => (ranks[file] = rank));
  return ranks;
}
