/** What a letter that is missing from a name costs: little, because people cut a name short more often than they misspell it. */
const missing = 0.2;

/**
 * How far a name is from another: insertions, deletions and replacements (Levenshtein), in any letter case, with insertions at a lower
 * price.
 */
function distance(from: string, to: string): number {
  const [a, b] = [from.toLowerCase(), to.toLowerCase()];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index * missing);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + missing, replaced));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The names in the order of their distance from the one that was given. */
export function nearestFirst(given: string, names: readonly string[]): string[] {
  return names
    .map((name) => ({ name, far: distance(given, name) }))
    .sort((a, b) => a.far - b.far)
    .map(({ name }) => name);
}

/** The name that was probably meant: the nearest, unless more than two letters in five differ. */
export function probableName(given: string, names: readonly string[]): string | undefined {
  const [nearest] = nearestFirst(given, names);
  return nearest !== undefined && distance(given, nearest) <= 0.4 * given.length ? nearest : undefined;
}
