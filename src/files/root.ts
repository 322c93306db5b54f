import { statSync } from 'node:fs';
import path from 'node:path';

import { ActionError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { Pattern } from './pattern.ts';

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
export function pathBelow(root: string, file: string): string | undefined {
  const isThere = file.startsWith(root);
  if (isThere && file.length === root.length) return '';
  if (isThere && root.endsWith(path.sep)) return slashed(file.slice(root.length));
  if (isThere && file[root.length] === path.sep) return slashed(file.slice(root.length + 1));
  return path.sep === '/' ? undefined : windowsPathBelow(root, file);
}

/** Capitals and small letters are the same there, and drives have nothing above them. */
function windowsPathBelow(root: string, file: string): string | undefined {
  const relative = path.relative(root, file);
  const isElsewhere = path.isAbsolute(relative) || /^\.\.(?:\\|$)/.test(relative);
  return isElsewhere ? undefined : slashed(relative);
}

function slashed(relative: string): string {
  return path.sep === '/' ? relative : relative.replaceAll(path.sep, '/');
}

function commonAncestor(a: string, b: string): string {
  let ancestor = a;
  while (pathBelow(ancestor, b) === undefined) {
    const above = path.dirname(ancestor);
    if (above === ancestor) {
      throw new ActionError('files', `No folder is above both ${printable(a)} and ${printable(b)}`, {
        hint: `They are on different drives: upload them in steps of their own.`,
      });
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
