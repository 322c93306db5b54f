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

/** The path from `root` down to `file`, by segments; undefined where the file is not below it. */
export function segmentsBelow(root: string, file: string): string[] | undefined {
  const folder = withSeparator(root);
  if (file.startsWith(folder)) return file.slice(folder.length).split(path.sep);
  const relative = path.relative(root, file);
  if (relative === '') return [];
  if (path.isAbsolute(relative)) return undefined;
  const segments = relative.split(path.sep);
  return segments[0] === '..' ? undefined : segments;
}

/** As {@link segmentsBelow}, joined by `/`; empty where the file is not below the root. */
export function nameBelow(root: string, file: string): string {
  const folder = withSeparator(root);
  if (path.sep === '/' && file.startsWith(folder)) return file.slice(folder.length);
  return (segmentsBelow(root, file) ?? []).join('/');
}

function withSeparator(folder: string): string {
  return folder.endsWith(path.sep) ? folder : `${folder}${path.sep}`;
}

function commonAncestor(a: string, b: string): string {
  let ancestor = a;
  while (!segmentsBelow(ancestor, b)) {
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
