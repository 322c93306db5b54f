import type { RemoteObject } from './remoteObject.ts';

/** The folders directly below the destination, by name, newest first. */
export interface FolderRanking {
  readonly kept: readonly string[];
  readonly removed: readonly string[];
}

export interface KeepOptions {
  /** How many folders stay. */
  readonly keepLast: number;
  /** Milliseconds since the epoch: a folder with a file that is not older stays as well. */
  readonly before: number | undefined;
}

/**
 * Decides which folders directly below the destination stay. A folder is as new as its newest file. Generated pages do not count, because the
 * `links` action renews them; a folder that has only pages is the oldest. Folders that are as new as the last one to stay, stay too: nothing says
 * which of them is newer.
 * @param base what every key of the destination begins with
 */
export function rankFolders(
  objects: readonly RemoteObject[],
  base: string,
  isFile: (object: RemoteObject) => boolean,
  { keepLast, before = Infinity }: KeepOptions,
): FolderRanking {
  const newest = new Map<string, number>();
  for (const object of objects) {
    const folder = folderOf(object, base);
    if (folder === undefined) continue;
    const time = isFile(object) ? object.lastModified : -Infinity;
    newest.set(folder, Math.max(newest.get(folder) ?? -Infinity, time));
  }
  // Sorting is stable, and a listing is sorted by key. The difference of two infinite times counts as 0.
  const ranked = [...newest].sort(([, a], [, b]) => b - a);
  const last = ranked[keepLast - 1]?.[1];
  const removed = ranked.filter(([, time], rank) => rank >= keepLast && time < before && time !== last);
  const isRemoved = new Set(removed.map(([folder]) => folder));
  return {
    kept: ranked.map(([folder]) => folder).filter((folder) => !isRemoved.has(folder)),
    removed: [...isRemoved],
  };
}

/** The folder directly below the destination that contains an object; undefined for an object directly below the destination. */
export function folderOf({ key }: Pick<RemoteObject, 'key'>, base: string): string | undefined {
  const end = key.indexOf('/', base.length);
  return end === -1 ? undefined : key.slice(base.length, end);
}
