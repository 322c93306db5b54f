import { realpathSync } from 'node:fs';
import path from 'node:path';

import { resolveFolder } from './pattern.ts';
import { pathBelow } from './root.ts';

/** Real paths of the folders in which symbolic links belong to the user. */
export type BaseFolders = readonly [cwd: string, checkout: string, ...others: string[]];

/** Resolves paths, so that a file that has several paths through symbolic links is found by one of them. */
export interface CanonicalPaths {
  /** The real path. For a path that does not exist, the real path of its nearest existing folder, and the rest. */
  real(name: string): string;
  /**
   * The canonical path of a search path. Links in base folders keep their names, because keys contain them. Links above base folders belong to the
   * system and are resolved: if `/home/ci/_work` is a link to `/data/_work`, both become `/data/_work`.
   */
  canonical(name: string): string;
  /** The canonical path of the input `root`. */
  readonly root: string | undefined;
}

/** @param root the input `root`, relative to the working directory */
export function createCanonicalPaths(baseFolders: BaseFolders, root: string | undefined): CanonicalPaths {
  const cache = new Map<string, string | undefined>();
  const realOf = (name: string): string | undefined => {
    if (!cache.has(name)) cache.set(name, realPath(name));
    return cache.get(name);
  };
  const real = (name: string): string => {
    const existing = withParents(name).find((folder) => realOf(folder) !== undefined) ?? name;
    return path.join(realOf(existing) ?? existing, name.slice(existing.length));
  };
  const [cwd, checkout] = baseFolders;
  /**
   * The path with its start resolved, up to the working directory or the checkout if the path contains one of them, else up to the outermost folder
   * that is in one of `folders`. Undefined if there is no such folder on the path.
   */
  const inFolders = (folders: readonly string[], name: string): string | undefined => {
    const parents = withParents(name);
    const start =
      parents.find((parent) => [cwd, checkout].some((base) => base === realOf(parent))) ??
      parents.findLast((parent) => folders.some((folder) => isIn(folder, realOf(parent))));
    return start === undefined ? undefined : path.join(real(start), name.slice(start.length));
  };
  // A line that is itself a link keeps its name, in base folders and elsewhere.
  const byParent = (name: string) => path.join(real(path.dirname(name)), path.basename(name));

  if (root === undefined)
    return { real, root, canonical: (name) => inFolders(baseFolders, name) ?? byParent(name) };
  const given = resolveFolder(root, cwd);
  const rootName = inFolders(baseFolders, given) ?? real(given);
  const rootReal = real(given);
  return {
    real,
    root: rootName,
    canonical: (name) => {
      const found = inFolders([...baseFolders, rootReal], name) ?? byParent(name);
      // The root may be a link in a base folder, and the line may name its target.
      const below = rootName === rootReal ? undefined : pathBelow(rootReal, found);
      return below === undefined ? found : path.join(rootName, below);
    },
  };
}

function isIn(folder: string, name: string | undefined): boolean {
  return name !== undefined && pathBelow(folder, name) !== undefined;
}

/** A path and all folders above it, nearest first. */
function withParents(name: string): string[] {
  const parent = path.dirname(name);
  return parent === name ? [name] : [name, ...withParents(parent)];
}

/** @returns undefined if the path does not exist or the user may not access it */
export function realPath(name: string): string | undefined {
  try {
    return realpathSync(name);
  } catch {
    return undefined;
  }
}
