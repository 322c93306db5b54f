import { sumsName } from '../files/sums.ts';
import { isGenerated } from '../files/headers.ts';
import type { StorageClient } from '../storage/client.ts';
import { type ObjectHead, headObject, headObjects } from '../storage/head.ts';
import type { RemoteObject } from '../sync/remoteObject.ts';
import { detectPages } from '../sync/pageNames.ts';

/** What is below a folder of the workspace, without the objects that stand for folders. */
export interface Below {
  /** Somebody's files, in the order of the listing. */
  readonly files: readonly RemoteObject[];
  /** What this action generated, with what is stored with it, by names relative to the folder. */
  readonly generated: ReadonlyMap<string, ObjectHead>;
}

/**
 * Tells apart what a listing has. Generated objects are known by their mark, and a listing does not have it: so those whose names may be
 * such an object's are looked at one by one.
 * @param base what the keys begin with: empty, or ending in `/`
 */
export async function tellApart(
  client: StorageClient,
  base: string,
  objects: readonly RemoteObject[],
): Promise<Below> {
  const names = generatedNames(objects.map(({ key }) => key.slice(base.length)));
  const heads = await headObjects(
    client,
    [...names].map((name) => `${base}${name}`),
  );
  const generated = new Map<string, ObjectHead>();
  const files: RemoteObject[] = [];
  for (const object of objects) {
    const head = heads.get(object.key);
    // Consoles make objects whose keys end in a slash, to show a folder.
    if (object.key === base || object.key.endsWith('/')) continue;
    if (head && isGenerated(head.headers)) generated.set(object.key.slice(base.length), head);
    else files.push(object);
  }
  return { files, generated };
}

/** Those of the names that a generated object may have. */
export function generatedNames(names: readonly string[]): ReadonlySet<string> {
  const sums = names.filter((name) => name === sumsName || name.endsWith(`/${sumsName}`));
  return new Set([...detectPages(names).keys(), ...sums]);
}

/** Whether a file is at a key: an object that this action did not generate. */
export async function isFileAt(client: StorageClient, key: string): Promise<boolean> {
  const head = await headObject(client, key);
  return head !== undefined && !isGenerated(head.headers);
}
