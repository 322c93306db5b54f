import { foldersOf } from './collisions.ts';
import { folderOf } from './keptFolders.ts';
import { detectPages, pagesWithoutFiles } from './pageNames.ts';
import type { RemoteObject } from './remoteObject.ts';

/** Objects of a listing that were stored before a moment, and those that were stored since. */
export interface SplitByAge {
  readonly existing: readonly RemoteObject[];
  readonly fresh: readonly RemoteObject[];
}

/**
 * Separates the objects that existed at a moment from those stored later. If the storage has times in whole seconds, the objects of the same
 * second are uncertain. Of these, the objects in the first listing existed, and objects that one of them had hidden.
 * @param moment milliseconds since the epoch by the storage's clock
 * @returns a function to call with each listing, in their order
 */
export function splitterByAge(moment: number): (objects: readonly RemoteObject[]) => SplitByAge {
  let first: ReadonlySet<string> | undefined;
  return (objects) => {
    const known = (first ??= new Set(objects.map(({ key }) => key)));
    const isKnown = (key: string) => known.has(key) || [...foldersOf([key])].some((name) => known.has(name));
    const existing: RemoteObject[] = [];
    const fresh: RemoteObject[] = [];
    for (const object of objects) {
      const { key, lastModified } = object;
      const isUnclear = lastModified % 1000 === 0 && lastModified > moment - 1000;
      const existed = lastModified < moment && (!isUnclear || isKnown(key));
      (existed ? existing : fresh).push(object);
    }
    return { existing, fresh };
  };
}

/** Which objects `remove` deletes. */
export interface RemovalChoice extends SplitByAge {
  readonly chosen: readonly RemoteObject[];
  /** Generated pages that stay, by names relative to the destination. */
  readonly pages: readonly string[];
}

/** The choice without `older-than`: every object that existed when the step began. */
export function chooseAll(objects: SplitByAge): RemovalChoice {
  return { ...objects, chosen: objects.existing, pages: [] };
}

/** The names, relative to the destination, of the objects that are not old enough. */
export interface KeptNames {
  readonly files: readonly string[];
  readonly generated: readonly string[];
}

/**
 * The choice with `older-than`. A generated page is deleted with the last of its files, also if it is newer: without files, its links open
 * nothing.
 * @param before milliseconds since the epoch: older objects are chosen
 * @param base what every key of the destination begins with
 */
export function chooseOlder(
  objects: SplitByAge,
  before: number,
  base: string,
  kept: KeptNames,
): RemovalChoice {
  const nameOf = ({ key }: RemoteObject) => key.slice(base.length);
  const withoutFiles = new Set(pagesWithoutFiles(kept.generated, kept.files));
  const chosen = objects.existing.filter(
    (object) => isOlder(object, before) || withoutFiles.has(nameOf(object)),
  );
  const removed = new Set(chosen.map(nameOf));
  const pages = [...detectPages(kept.generated).keys()].filter((page) => !removed.has(page));
  return { ...objects, chosen, pages };
}

/**
 * The choice with `keep-last`: everything in the removed folders, generated pages included.
 * @param removed names of folders directly below the destination
 * @param generated names of the generated objects, relative to the destination
 */
export function chooseFolders(
  objects: SplitByAge,
  removed: ReadonlySet<string>,
  base: string,
  generated: readonly string[],
): RemovalChoice {
  const isRemoved = (object: Pick<RemoteObject, 'key'>) => {
    const folder = folderOf(object, base);
    return folder !== undefined && removed.has(folder);
  };
  const pages = [...detectPages(generated).keys()].filter((name) => !isRemoved({ key: `${base}${name}` }));
  return {
    existing: objects.existing,
    fresh: objects.fresh.filter(isRemoved),
    chosen: objects.existing.filter(isRemoved),
    pages,
  };
}

export function isOlder({ lastModified }: RemoteObject, before: number): boolean {
  return lastModified < before;
}

/** Generated pages that stay although some files that they list are removed. */
export function outdatedPages({ chosen, pages }: RemovalChoice, base: string): string[] {
  const removed = chosen.map(({ key }) => key.slice(base.length));
  const unchanged = new Set(pagesWithoutFiles(pages, removed));
  return pages.filter((page) => !unchanged.has(page));
}
