import type { IndexPageChanges } from '../../src/links/indexPageData.ts';
import { changeWords, sinceWords } from '../../src/text/changes.ts';

export type Change = 'new' | 'changed';

/** The change that a mark of {@link IndexPageChanges} means. */
export function changeOf(mark: string | undefined): Change | undefined {
  return mark === 'n' ? 'new' : mark === 'c' ? 'changed' : undefined;
}

/** The changes of all files in words, e.g. `3 new, 1 gone since c0ffee1`; undefined if nothing is known. */
export function changesLine({ added, changed, gone, commit }: IndexPageChanges): string | undefined {
  const words = changeWords(added, changed ?? undefined, gone);
  return words === undefined ? undefined : `${words} ${sinceWords(commit)}`;
}
