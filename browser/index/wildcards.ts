/**
 * Reads a pattern with `*`, `?` and `**`. Without a `/`, it matches the name of a file. Otherwise it matches the whole path, and `**` matches
 * any number of folders. The time is at most the product of both lengths, so that no pattern can block the page.
 * @returns a function that tells whether a path matches
 */
export function pathPattern(pattern: string): (path: string) => boolean {
  const needed = longestText(pattern);
  if (!pattern.includes('/')) {
    return (path) => path.includes(needed) && stepMatches(pattern, path.slice(path.lastIndexOf('/') + 1));
  }
  const steps = pattern.split('/');
  return (path) =>
    path.includes(needed) && matchesInOrder(steps, path.split('/'), (step) => step === '**', stepMatches);
}

/** Whether a term of a search is a pattern. */
export function isPattern(text: string): boolean {
  return /[*?]/.test(text);
}

/** The longest text between wildcards. Most paths do not contain it, and need no further look. */
function longestText(pattern: string): string {
  const texts = pattern.split(/[*?/]+/);
  return texts.reduce((longest, text) => (text.length > longest.length ? text : longest), '');
}

function stepMatches(step: string, name: string): boolean {
  return matchesInOrder(
    Array.from(step),
    Array.from(name),
    (character) => character === '*',
    (character, other) => character === '?' || character === other,
  );
}

/**
 * Compares items in order. A star matches any number of them. After a mismatch, only the last star takes one more item: an earlier star cannot
 * help, because the items between two stars match at their first place.
 */
function matchesInOrder(
  pattern: readonly string[],
  items: readonly string[],
  isStar: (part: string) => boolean,
  isMatch: (part: string, item: string) => boolean,
): boolean {
  let [place, star, start] = [0, -1, 0];
  for (let at = 0; at < items.length;) {
    const [part, item = ''] = [pattern[place], items[at]];
    if (part !== undefined && isStar(part)) [star, start, place] = [place, at, place + 1];
    else if (part !== undefined && isMatch(part, item)) [place, at] = [place + 1, at + 1];
    else if (star < 0) return false;
    else [place, at, start] = [star + 1, start + 1, start + 1];
  }
  return pattern.slice(place).every(isStar);
}
