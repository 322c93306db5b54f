import { statSync } from 'node:fs';
import path from 'node:path';

import { ActionError } from '../errors/error.ts';
import { sanitize } from '../text/sanitize.ts';
import type { Pattern } from './pattern.ts';
import { foldCase, thisSystem } from './system.ts';

/** The default root: the least common ancestor of the search paths, or the folder of a single file. Exclusions do not count. */
export function chooseRoot(patterns: readonly Pattern[]): string {
  const searchPaths = patterns.filter(({ negate }) => !negate).map(({ searchPath }) => searchPath);
  const common = searchPaths.reduce(commonAncestor);
  return searchPaths.includes(common) && isFile(common) ? path.dirname(common) : common;
}

/**
 * The path from `root` to `file`, with `/` on every system.
 * @param root absolute and normalized, like `file`
 * @returns empty for the root itself; undefined if the file is not below it
 */
export function pathBelow(root: string, file: string, system = thisSystem): string | undefined {
  const isThere =
    file.startsWith(root) || (system.ignoresCase && foldCase(file.slice(0, root.length)) === foldCase(root));
  if (!isThere) return undefined;
  if (file.length === root.length) return '';
  const { sep } = system.paths;
  if (root.endsWith(sep)) return slashed(file.slice(root.length), sep);
  return file[root.length] === sep ? slashed(file.slice(root.length + 1), sep) : undefined;
}

/** The path of the file with a name that {@link pathBelow} returned. */
export function pathOf(root: string, name: string, system = thisSystem): string {
  const { sep } = system.paths;
  const relative = sep === '/' ? name : name.replaceAll('/', sep);
  return root.endsWith(sep) ? `${root}${relative}` : `${root}${sep}${relative}`;
}

function slashed(relative: string, sep: string): string {
  return sep === '/' ? relative : relative.replaceAll(sep, '/');
}

/** Removes duplicates, and paths that are below another one. */
export function outermost(paths: readonly string[], system = thisSystem): string[] {
  const found: string[] = [];
  for (const one of paths) {
    if (found.some((other) => pathBelow(other, one, system) !== undefined)) continue;
    const apart = found.filter((other) => pathBelow(one, other, system) === undefined);
    found.splice(0, found.length, ...apart, one);
  }
  return found;
}

function commonAncestor(a: string, b: string): string {
  let ancestor = a;
  while (pathBelow(ancestor, b) === undefined) {
    const above = path.dirname(ancestor);
    if (above === ancestor) {
      throw new ActionError(
        'files-outside-root',
        `No folder is above both ${sanitize(a)} and ${sanitize(b)}`,
        {
          hint: `They are on different drives. Upload them in separate steps.`,
        },
      );
    }
    ancestor = above;
  }
  return ancestor;
}

function isFile(name: string): boolean {
  try {
    return statSync(name).isFile();
  } catch {
    // The walk reports the error.
    return false;
  }
}
