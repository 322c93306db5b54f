/** How much a figure may grow from the first quarter of a soak to the last one. */
interface Tolerance {
  /** Factor, e.g. 1.2 for a fifth more. */
  readonly ratio: number;
  /** Added after the factor, in the unit of the figure. */
  readonly extra: number;
}

interface FigureKind {
  readonly label: string;
  readonly unit: '' | 'MiB' | 's';
  readonly tolerance: Tolerance;
}

const exact: Tolerance = { ratio: 1, extra: 0 };

/** What a soak measures. Each publisher has some of these figures. */
export const figureKinds = {
  rss: {
    label: 'resident memory after a garbage collection',
    unit: 'MiB',
    tolerance: { ratio: 1.2, extra: 16 },
  },
  heap: {
    label: 'heap and buffers after a garbage collection',
    unit: 'MiB',
    tolerance: { ratio: 1.2, extra: 4 },
  },
  peak: { label: 'peak memory of a process', unit: 'MiB', tolerance: { ratio: 1.2, extra: 16 } },
  descriptors: { label: 'open file descriptors', unit: '', tolerance: { ratio: 1, extra: 2 } },
  sockets: { label: 'open sockets', unit: '', tolerance: { ratio: 1, extra: 2 } },
  handles: {
    label: 'timers, sockets, threads and other handles',
    unit: '',
    tolerance: { ratio: 1, extra: 3 },
  },
  listeners: { label: 'listeners for signals and errors', unit: '', tolerance: exact },
  temporary: { label: 'temporary files', unit: '', tolerance: exact },
  parts: { label: 'unfinished files beside downloads', unit: '', tolerance: exact },
  pending: { label: 'orphaned multipart uploads', unit: '', tolerance: exact },
  objects: { label: 'objects that a removal left', unit: '', tolerance: exact },
  cpu: { label: 'CPU time of a round', unit: 's', tolerance: { ratio: 1.4, extra: 0.5 } },
  // The machine has other work too, so this limit is wide.
  wall: { label: 'time of a round', unit: 's', tolerance: { ratio: 2, extra: 3 } },
} as const satisfies Record<string, FigureKind>;

type FigureName = keyof typeof figureKinds;

/** Figures at one moment, e.g. after a round. Memory is in MiB, time in seconds. */
export type Sample = Readonly<Partial<Record<FigureName, number>>>;

export interface Verdict {
  readonly name: FigureName;
  /** Medians of the quarters, in order. */
  readonly quarters: readonly number[];
  readonly highest: number;
  readonly isFlat: boolean;
}

/** Samples while a program warms up. They count for no quarter, except if there are few samples. */
const warmUp = 3;
/** One for each quarter. */
const fewest = 4;

/**
 * Compares the last quarter of the samples with the first one, by their medians.
 * @param samples of one publisher, oldest first
 * @throws Error if there are too few samples
 */
export function judge(samples: readonly Sample[]): Verdict[] {
  const names = Object.keys(figureKinds) as FigureName[];
  return names.flatMap((name) => {
    const all = samples.flatMap(({ [name]: value }) => (value === undefined ? [] : [value]));
    if (all.length === 0) return [];
    if (all.length < fewest)
      throw new Error(
        `There are ${all.length} samples of '${figureKinds[name].label}': run the soak for longer.`,
      );
    const values = all.length >= fewest + warmUp ? all.slice(warmUp) : all;
    const quarters = [0, 1, 2, 3].map((index) => {
      const bound = (quarter: number) => Math.round((quarter * values.length) / 4);
      return median(values.slice(bound(index), bound(index + 1)));
    });
    const [first = 0, last = 0] = [quarters[0], quarters[3]];
    const { ratio, extra } = figureKinds[name].tolerance;
    return [{ name, quarters, highest: Math.max(...all), isFlat: last <= first * ratio + extra }];
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] =
    sorted.length % 2 === 1 ? [sorted[middle], sorted[middle]] : sorted.slice(middle - 1);
  return (low + high) / 2;
}
