/** The cost of an insertion. It is low, because people shorten a name more often than they misspell it. */
const insertionCost = 0.2;

/** The Levenshtein distance between two names, case-insensitive, with a lower cost for insertions. */
function editDistance(from: string, to: string): number {
  const [a, b] = [from.toLowerCase(), to.toLowerCase()];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index * insertionCost);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + insertionCost, replaced));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Sorts names by their edit distance from the given name. */
export function nearestFirst(given: string, names: readonly string[]): string[] {
  return names
    .map((name) => ({ name, distance: editDistance(given, name) }))
    .sort((a, b) => a.distance - b.distance)
    .map(({ name }) => name);
}

/** The name that the user probably meant: the nearest one, unless more than 40 % of the letters differ. */
export function probableName(given: string, names: readonly string[]): string | undefined {
  const [nearest] = nearestFirst(given, names);
  return nearest !== undefined && editDistance(given, nearest) <= 0.4 * given.length ? nearest : undefined;
}
