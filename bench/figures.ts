import type { Figures } from './measure.ts';
import type { Result } from './rounds.ts';

/** Minimum, median and maximum. */
export interface Spread {
  readonly least: number;
  readonly median: number;
  readonly greatest: number;
}

/** @throws if there are no numbers */
export function spreadOf(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((a, b) => a - b);
  const [least] = sorted;
  const greatest = sorted.at(-1);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (least === undefined || greatest === undefined || upper === undefined || lower === undefined) {
    throw new Error('There are no measurements');
  }
  return { least, median: (lower + upper) / 2, greatest };
}

/** The spread of one figure over all runs. `undefined` if there are none. */
export function figureOf({ runs }: Result, figure: keyof Figures): Spread | undefined {
  return runs.length === 0 ? undefined : spreadOf(runs.map((run) => run[figure]));
}

/** A contender's time as a multiple of another's. */
export interface Ratio {
  /** Ratio of the medians. */
  readonly ofMedians: number;
  /** Ratios within each round. Their spread shows the accuracy of `ofMedians`. */
  readonly ofRounds: Spread;
}

/** `undefined` if one of them has no runs. */
export function ratioOf(result: Result, reference: Result): Ratio | undefined {
  const [own, other] = [figureOf(result, 'seconds'), figureOf(reference, 'seconds')];
  if (own === undefined || other === undefined) return undefined;
  const pairs = result.runs.flatMap((run, round) => {
    const against = reference.runs[round];
    return against === undefined ? [] : [run.seconds / against.seconds];
  });
  return { ofMedians: own.median / other.median, ofRounds: spreadOf(pairs) };
}
