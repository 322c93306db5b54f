import { isChecksumsName } from '../files/checksums.ts';
import { isGenerated } from '../files/headers.ts';
import type { StorageClient } from './client.ts';
import { type ObjectHead, headObject, headObjects } from './head.ts';
import type { RemoteObject } from '../sync/remoteObject.ts';
import { detectPages } from '../sync/pageNames.ts';

/** What is below a folder of the workspace, without folder markers. */
export interface FolderContents {
  /** The user's files, in the order of the listing. */
  readonly files: readonly RemoteObject[];
  /** Objects that the action generated, with their headers, by name relative to the folder. */
  readonly generated: ReadonlyMap<string, ObjectHead>;
}

/**
 * Separates generated objects from the user's files. A listing does not contain metadata, so a HEAD request reads the mark of each object whose
 * name a generated object may have.
 * @param base prefix of the keys: empty, or ending in `/`
 */
export async function separateGenerated(
  client: StorageClient,
  base: string,
  objects: readonly RemoteObject[],
): Promise<FolderContents> {
  const names = generatedNames(objects.map(({ key }) => key.slice(base.length)));
  const heads = await headObjects(
    client,
    [...names].map((name) => `${base}${name}`),
  );
  const generated = new Map<string, ObjectHead>();
  const files: RemoteObject[] = [];
  for (const object of objects) {
    const head = heads.get(object.key);
    // Folder markers: web consoles create objects whose keys end in a slash to show an empty folder.
    if (object.key === base || object.key.endsWith('/')) continue;
    if (head && isGenerated(head.headers)) generated.set(object.key.slice(base.length), head);
    else files.push(object);
  }
  return { files, generated };
}

/** The names that may be those of generated objects. */
export function generatedNames(names: readonly string[]): ReadonlySet<string> {
  const sums = names.filter(isChecksumsName);
  return new Set([...detectPages(names).keys(), ...sums]);
}

/** Whether a file of the user has this key, i.e. an object that the action did not generate. */
export async function isFileAt(client: StorageClient, key: string): Promise<boolean> {
  const head = await headObject(client, key);
  return head !== undefined && !isGenerated(head.headers);
}
