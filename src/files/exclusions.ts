import path from 'node:path';

import type { CanonicalPaths } from './canonicalPaths.ts';
import type { Pattern } from './pattern.ts';
import { pathBelow } from './root.ts';

/** Whether an exclusion may match files that a line includes. It compares the patterns only, not the existing files. */
export function mayExclude(exclusion: Pattern, line: Pattern): boolean {
  if (pathBelow(line.searchPath, exclusion.searchPath) !== undefined) return true;
  const above = pathBelow(exclusion.searchPath, line.searchPath);
  return above !== undefined && mayMatch(exclusion, above);
}

/** Whether a pattern matches a path below its search path, or may match something below that path. */
function mayMatch(pattern: Pattern, name: string): boolean {
  return pattern.matches(name) || pattern.mayMatchBelow(name);
}

/**
 * Adds aliases of exclusions. A line may name a folder by a link and an exclusion by its real path, or the other way round. Without the alias, the
 * exclusion would have no effect and the file would be published.
 */
export function withAliases(patterns: readonly Pattern[], paths: CanonicalPaths): Pattern[] {
  const lines = patterns.filter(({ negate }) => !negate);
  return patterns.flatMap((pattern) => {
    if (!pattern.negate) return [pattern];
    const unrelated = lines.filter((line) => !mayExclude(pattern, line));
    return [pattern, ...unrelated.flatMap((line) => aliasFor(pattern, line, paths))];
  });
}

/** The exclusion with a search path that starts like the one of the line. */
function aliasFor(exclusion: Pattern, line: Pattern, paths: CanonicalPaths): Pattern[] {
  const [real, realLine] = [paths.real(exclusion.searchPath), paths.real(line.searchPath)];
  const below = pathBelow(realLine, real);
  if (below !== undefined) return [{ ...exclusion, searchPath: path.join(line.searchPath, below) }];
  const above = pathBelow(real, realLine);
  return above !== undefined && mayMatch(exclusion, above)
    ? [relativeTo(line.searchPath, above, exclusion)]
    : [];
}

/**
 * The exclusion relative to another search path.
 * @param below the path from the search path of the exclusion to the new one
 */
function relativeTo(searchPath: string, below: string, exclusion: Pattern): Pattern {
  const whole = (name: string) => (name === '' ? below : `${below}/${name}`);
  return {
    ...exclusion,
    searchPath,
    matches: (name) => exclusion.matches(whole(name)),
    covers: (name) => exclusion.covers(whole(name)),
    mayMatchBelow: (name) => exclusion.mayMatchBelow(whole(name)),
  };
}
