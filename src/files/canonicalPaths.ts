import { realpathSync } from 'node:fs';
import path from 'node:path';

import { resolveFolder } from './pattern.ts';
import { pathBelow } from './root.ts';

/** Real paths of folders in which links are the user's: the working directory, the checkout, and what else there is. */
export type BaseFolders = readonly [cwd: string, checkout: string, ...others: string[]];

/** One name for each place, where symbolic links give it several. */
export interface CanonicalPaths {
  /** Where a path really is: the part of it that exists, and then the rest. */
  real(name: string): string;
  /**
   * The one name of a search path. A link inside of a tree keeps its name, because keys are made of it. Above the trees a link is the
   * system's own: where `/home/ci/_work` is a link to `/data/_work`, both are `/data/_work`.
   */
  canonical(name: string): string;
  /** The same of the folder that is given as root. */
  readonly root: string | undefined;
}

/** @param root the input, which starts from the working directory */
export function createCanonicalPaths(trees: BaseFolders, root: string | undefined): CanonicalPaths {
  const known = new Map<string, string | undefined>();
  const whereIs = (name: string): string | undefined => {
    if (!known.has(name)) known.set(name, realPath(name));
    return known.get(name);
  };
  const real = (name: string): string => {
    const there = waysTo(name).find((way) => whereIs(way) !== undefined) ?? name;
    return path.join(whereIs(there) ?? there, name.slice(there.length));
  };
  const homes = trees.slice(0, 2);
  /** A path's name in the checkout where it leads through that, else in the outermost tree that it leads into. */
  const inTree = (folders: readonly string[], name: string): string | undefined => {
    const ways = waysTo(name);
    const start =
      ways.find((way) => homes.some((home) => home === whereIs(way))) ??
      ways.findLast((way) => folders.some((folder) => isIn(folder, whereIs(way))));
    return start === undefined ? undefined : path.join(real(start), name.slice(start.length));
  };
  // A line that is itself a link keeps its name everywhere.
  const byParent = (name: string) => path.join(real(path.dirname(name)), path.basename(name));

  if (root === undefined) return { real, root, canonical: (name) => inTree(trees, name) ?? byParent(name) };
  const given = resolveFolder(root, trees[0]);
  const rootName = inTree(trees, given) ?? real(given);
  const rootReal = real(given);
  return {
    real,
    root: rootName,
    canonical: (name) => {
      const found = inTree([...trees, rootReal], name) ?? byParent(name);
      // The root may be a link inside of a tree, and the line name the folder behind it.
      const below = rootName === rootReal ? undefined : pathBelow(rootReal, found);
      return below === undefined ? found : path.join(rootName, below);
    },
  };
}

function isIn(folder: string, name: string | undefined): boolean {
  return name !== undefined && pathBelow(folder, name) !== undefined;
}

/** A path and all folders above it, the nearest first. */
function waysTo(name: string): string[] {
  const above = path.dirname(name);
  return above === name ? [name] : [name, ...waysTo(above)];
}

/** Where something really is; undefined where there is nothing, or nothing that this user may look at. */
export function realPath(name: string): string | undefined {
  try {
    return realpathSync(name);
  } catch {
    return undefined;
  }
}
