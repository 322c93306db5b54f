import { formatCount } from './format.ts';

/**
 * The numbers of files that differ from the previous upload, in words, e.g. `3 new, 2 changed, 1 gone`.
 * @param changed undefined if it is unknown
 * @returns `no changes` if no file differs; undefined if nothing is known
 */
export function changeWords(added: number, changed: number | undefined, gone: number): string | undefined {
  const parts = [
    [added, 'new'],
    [changed ?? 0, 'changed'],
    [gone, 'gone'],
  ] as const;
  const words = parts
    .filter(([number]) => number > 0)
    .map(([number, word]) => `${formatCount(number)} ${word}`);
  if (words.length > 0) return words.join(', ');
  return changed === undefined ? undefined : 'no changes';
}

/** The previous upload, in words. @param commit SHA; empty if unknown */
export function sinceWords(commit: string): string {
  return commit === '' ? 'since the previous upload' : `since ${commit.slice(0, 7)}`;
}
