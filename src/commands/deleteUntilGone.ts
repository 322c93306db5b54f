import { deletionGroups } from '../sync/deletionOrder.ts';
import type { RemoteObject } from '../sync/remoteObject.ts';
import { sanitize } from '../text/sanitize.ts';
import { count } from '../text/format.ts';
import type { StorageClient } from '../storage/client.ts';
import { formatStorageError } from '../storage/s3Error.ts';
import { listObjects } from '../storage/listing.ts';
import type { Cancellation } from './cancellation.ts';
import type { Destination } from './openDestination.ts';

/** How often the objects are listed at most: a server may hide objects below one that is deleted. */
const mostPasses = 20;

/** How often one object is deleted at most. */
const mostTries = 3;

export interface Deletion {
  /** Objects that the storage deleted and does not list any more. */
  readonly deleted: readonly RemoteObject[];
  /** A line for each object that could not be deleted, with the reason. */
  readonly failures: readonly string[];
  /** Objects that are still below the destination; undefined after a failure. */
  readonly left: readonly RemoteObject[] | undefined;
}

/** Chooses the objects of a listing to delete. */
type Choose = (
  objects: readonly RemoteObject[],
) => readonly RemoteObject[] | Promise<readonly RemoteObject[]>;

/**
 * Deletes objects below the destination, and lists again until there is none left to delete. A server may report an object as deleted and
 * still have it, or list an object only after another one is deleted.
 * @param done gets a line with the number of deleted objects
 * @param listed a listing to start with
 */
export async function deleteUntilGone(
  { client, base }: Pick<Destination, 'client' | 'base'>,
  done: Cancellation['done'],
  choose: Choose,
  listed?: readonly RemoteObject[],
): Promise<Deletion> {
  const progress: Progress = { deleted: new Map(), unanswered: 0 };
  done.set('deleted', () => progressLines(progress));
  const deleted = () => [...progress.deleted.values()];
  const tries = new Map<string, number>();
  for (let pass = 0; ; pass += 1) {
    const objects = (pass === 0 ? listed : undefined) ?? (await listObjects(client, base));
    const chosen = await choose(objects);
    for (const { key } of chosen) progress.deleted.delete(key);
    if (chosen.length === 0) return { deleted: deleted(), failures: [], left: objects };
    const remaining = chosen.filter(({ key }) => pass >= mostPasses || tries.get(key) === mostTries);
    if (remaining.length > 0)
      return { deleted: deleted(), failures: remaining.map(stillListed), left: undefined };
    for (const { key } of chosen) tries.set(key, (tries.get(key) ?? 0) + 1);
    const failures = await deleteGroups(client, base, chosen, progress);
    if (failures.length > 0) return { deleted: deleted(), failures, left: undefined };
  }
}

const stillListed = ({ key }: RemoteObject) =>
  `${sanitize(key)}: the storage reports it as deleted, but still lists it`;

interface Progress {
  /** Deleted objects by key. */
  readonly deleted: Map<string, RemoteObject>;
  /** Objects of the request under way. */
  unanswered: number;
}

function progressLines({ deleted, unanswered }: Progress): string[] {
  return [
    `Deleted before that: ${count(deleted.size, 'object')}.`,
    ...(unanswered > 0
      ? [`${count(unanswered, 'more object')} may be deleted: the storage has not answered the request yet.`]
      : []),
  ];
}

/**
 * Deletes objects group by group, and stops after the first group with a failure.
 * @returns a line for each object that could not be deleted
 */
async function deleteGroups(
  client: StorageClient,
  base: string,
  chosen: readonly RemoteObject[],
  progress: Progress,
): Promise<string[]> {
  const { deleteObjects } = await import('../storage/deletion.ts');
  for (const group of deletionGroups(chosen)) {
    const keys = group.map(({ key }) => key);
    progress.unanswered = keys.length;
    const { deleted, failed } = await deleteObjects(client, base, keys);
    progress.unanswered = 0;
    const isDeleted = new Set(deleted);
    for (const object of group) if (isDeleted.has(object.key)) progress.deleted.set(object.key, object);
    if (failed.length > 0)
      return failed.map(({ key, error }) => `${sanitize(key)}: ${formatStorageError(error)}`);
  }
  return [];
}
