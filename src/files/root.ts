import { statSync } from 'node:fs';
import path from 'node:path';

import { ActionError } from '../errors/error.ts';
import { sanitize } from '../text/sanitize.ts';
import type { Pattern } from './pattern.ts';
import { foldCase, thisSystem } from './system.ts';

/**
 * The folder that keys are relative to when none is given: the least common ancestor of the search paths, and for a lone file the folder
 * that it is in. Lines that take files out have no say.
 */
export function chooseRoot(patterns: readonly Pattern[]): string {
  const searchPaths = patterns.filter(({ negate }) => !negate).map(({ searchPath }) => searchPath);
  const common = searchPaths.reduce(commonAncestor);
  return searchPaths.includes(common) && isFile(common) ? path.dirname(common) : common;
}

/**
 * The path from `root` down to `file`, by `/` on every system: empty for the root itself, undefined for what is not below it.
 * @param root absolute and normalized, as the file is
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

function slashed(relative: string, sep: string): string {
  return sep === '/' ? relative : relative.replaceAll(sep, '/');
}

/** Paths without those that lie below another, or are the same in other letters where letter case does not count. */
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
          hint: `They are on different drives: upload them in steps of their own.`,
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
    // The walk says what is wrong with it.
    return false;
  }
}
