import { type FolderRanking, rankFolders } from '../sync/keptFolders.ts';
import {
  type RemovalChoice,
  chooseAll,
  chooseFolders,
  chooseOlder,
  isOlder,
  splitterByAge,
} from '../sync/removal.ts';
import { type FolderContents, generatedNames, separateGenerated } from '../storage/folderContents.ts';
import type { RemoteObject } from '../sync/remoteObject.ts';
import type { Destination } from './openDestination.ts';

export type Choose = (objects: readonly RemoteObject[]) => Promise<RemovalChoice>;

export interface Chooser {
  readonly choose: Choose;
  /** How many of the objects are files, as an upload counts them: generated objects and folder markers are not. */
  readonly fileCount: (objects: readonly RemoteObject[]) => number;
  /** With `keep-last`, after the first listing. */
  readonly folders: () => FolderRanking | undefined;
}

export interface RemovalRule {
  /** Milliseconds since the epoch: older objects are chosen; undefined for all. */
  readonly before: number | undefined;
  /** How many folders stay; undefined: `before` decides about each object. */
  readonly keepLast: number | undefined;
}

/**
 * Chooses the objects to delete from a listing. The object whose key is the folder itself is not below the destination and stays. With `keepLast`,
 * the first listing decides about the folders, so that an upload that runs meanwhile does not push others out.
 */
export function chooserFor(
  { before, keepLast }: RemovalRule,
  { client, base, startedAt }: Pick<Destination, 'client' | 'base' | 'startedAt'>,
): Chooser {
  const split = splitterByAge(startedAt);
  const fileKeys = new Set<string>();
  const isFile = ({ key }: RemoteObject) => fileKeys.has(key);
  let folders: FolderRanking | undefined;
  const nameOf = ({ key }: RemoteObject) => key.slice(base.length);
  const choose: Choose = async (objects) => {
    const below = objects.filter(({ key }) => key !== base);
    const { files, generated } = await separateGenerated(client, base, below).catch((error: unknown) => {
      if (before !== undefined || keepLast !== undefined) throw error;
      // The mark is read only to count files: a client app that may delete but not read can still remove everything.
      return unmarked(base, below);
    });
    for (const { key } of files) fileKeys.add(key);
    if (keepLast !== undefined) {
      const { removed } = (folders ??= rankFolders(below, base, isFile, { keepLast, before }));
      return chooseFolders(split(below), new Set(removed), base, [...generated.keys()]);
    }
    if (before === undefined) return chooseAll(split(below));
    const newer = below.filter((object) => !isOlder(object, before));
    const newerPages = newer.filter((object) => generated.has(nameOf(object)));
    const kept = { files: newer.filter(isFile).map(nameOf), generated: newerPages.map(nameOf) };
    return chooseOlder(split(below), before, base, kept);
  };
  return { choose, fileCount: (objects) => objects.filter(isFile).length, folders: () => folders };
}

/** What is below a folder if the marks of generated objects cannot be read: their names decide. */
function unmarked(base: string, objects: readonly RemoteObject[]): FolderContents {
  const names = generatedNames(objects.map(({ key }) => key.slice(base.length)));
  const files = objects.filter(({ key }) => !key.endsWith('/') && !names.has(key.slice(base.length)));
  return { files, generated: new Map() };
}
