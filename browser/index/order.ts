import type { Files } from './files.ts';

export type Column = 'name' | 'type' | 'size' | 'modified';

export interface Order {
  readonly column: Column;
  readonly descending: boolean;
}

/** Names as people sort them: `file 9` before `file 10`, in either case. */
export const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** What a click on a column's title leads to: names begin at A, sizes and dates at the largest and newest; a second click turns it around. */
export function nextOrder(now: Order, column: Column): Order {
  return now.column === column
    ? { column, descending: !now.descending }
    : { column, descending: column === 'size' || column === 'modified' };
}

/** Ranks all files by an order. The result holds at the place of each file its rank; files that are alike go by their names. */
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
