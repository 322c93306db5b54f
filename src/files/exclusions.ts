import path from 'node:path';

import type { CanonicalPaths } from './canonicalPaths.ts';
import type { Pattern } from './pattern.ts';
import { pathBelow } from './root.ts';

/** Whether an exclusion may take out something that another line takes in. Only the texts decide, not the files that are there today. */
export function mayExclude(exclusion: Pattern, line: Pattern): boolean {
  if (pathBelow(line.searchPath, exclusion.searchPath) !== undefined) return true;
  const above = pathBelow(exclusion.searchPath, line.searchPath);
  return above !== undefined && mayReach(exclusion, above);
}

/** Whether a pattern means a path below its search path, or may mean something below that. */
function mayReach(pattern: Pattern, name: string): boolean {
  return pattern.matches(name) || pattern.mayMatchBelow(name);
}

/**
 * The patterns, and beside an exclusion the same one by other names: a line may name a folder by a link, and an exclusion by its real
 * path, or the other way round. Without that, the exclusion would do nothing and the file would be published.
 */
export function withAliases(patterns: readonly Pattern[], naming: CanonicalPaths): Pattern[] {
  const lines = patterns.filter(({ negate }) => !negate);
  return patterns.flatMap((pattern) => {
    if (!pattern.negate) return [pattern];
    const strangers = lines.filter((line) => !mayExclude(pattern, line));
    return [pattern, ...strangers.flatMap((line) => otherName(pattern, line, naming))];
  });
}

function otherName(exclusion: Pattern, line: Pattern, naming: CanonicalPaths): Pattern[] {
  const [real, realLine] = [naming.real(exclusion.searchPath), naming.real(line.searchPath)];
  const below = pathBelow(realLine, real);
  if (below !== undefined) return [{ ...exclusion, searchPath: path.join(line.searchPath, below) }];
  const above = pathBelow(real, realLine);
  return above !== undefined && mayReach(exclusion, above)
    ? [seenFrom(line.searchPath, above, exclusion)]
    : [];
}

/** An exclusion as it is seen from a folder that is this path below its search path. */
function seenFrom(searchPath: string, above: string, exclusion: Pattern): Pattern {
  const whole = (name: string) => (name === '' ? above : `${above}/${name}`);
  return {
    ...exclusion,
    searchPath,
    matches: (name) => exclusion.matches(whole(name)),
    covers: (name) => exclusion.covers(whole(name)),
    mayMatchBelow: (name) => exclusion.mayMatchBelow(whole(name)),
  };
}
