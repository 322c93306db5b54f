import { deletionGroups, staleKeys } from '../sync/diff.ts';
import { ActionError, detailLines } from '../errors/error.ts';
import type { Log } from '../hosts/host.ts';
import type { Plan } from '../sync/plan.ts';
import { sanitize } from '../text/sanitize.ts';
import { count } from '../text/format.ts';
import { firstOf } from '../report/log.ts';
import type { StorageClient } from '../storage/client.ts';
import { describeStorageError } from '../storage/s3Error.ts';
import { listObjects } from '../storage/listing.ts';
import type { RemoteObject } from '../sync/object.ts';
import type { Cancellation } from './cancellation.ts';
import type { Destination } from './destination.ts';

/** A server may hide objects below one that is deleted, so it is asked again; a few times at most. */
const mostPasses = 20;

/** Times that an object is deleted; one that is listed even then is left to the storage. */
const mostTries = 3;

/** All keys of a plan, written or not: what is not stale. */
export function keptKeys({ puts, groups }: Plan): ReadonlySet<string> {
  return new Set([...puts, ...groups.flat()].map(({ key }) => key));
}

/**
 * Deletes what is below the destination, older than this upload, and not in it; by a listing made after the upload, so that what somebody
 * else wrote meanwhile is seen to be new.
 * @param kept keys of what belongs to the upload
 * @returns how many objects were deleted
 * @throws ActionError `delete-failed` when some could not be deleted, listing them
 */
export async function deleteStale(
  log: Log,
  kept: ReadonlySet<string>,
  destination: Pick<Destination, 'client' | 'base' | 'serverTime'>,
  done: Cancellation['done'],
): Promise<number> {
  const { base, serverTime } = destination;
  const { deleted, failures } = await deleteUntilGone(destination, done, (objects) => {
    const stale = new Set(staleKeys(base, kept, objects, serverTime));
    return objects.filter(({ key }) => stale.has(key));
  });
  if (failures.length > 0) {
    throw new ActionError(
      'delete-failed',
      `All files are uploaded, but ${count(failures.length, 'stale object')} could not be deleted`,
      {
        hint: `See whether the client app may delete in this workspace, or set 'delete-stale: false'.`,
        details: detailLines(failures),
      },
    );
  }
  log.group(
    `Deleted: ${count(deleted.length, 'stale object')}`,
    firstOf(deleted, 200, ({ key }) => key),
  );
  return deleted.length;
}

export interface Removed {
  /** What is gone: the storage said so, and does not list it any more. */
  readonly deleted: readonly RemoteObject[];
  /** A line for each object that could not be deleted, with the reason. */
  readonly failures: readonly string[];
  /** What is still below the destination; undefined where some could not be deleted. */
  readonly left: readonly RemoteObject[] | undefined;
}

/** Chooses those objects of a listing that have to go. */
type Choose = (
  objects: readonly RemoteObject[],
) => readonly RemoteObject[] | Promise<readonly RemoteObject[]>;

/**
 * Deletes objects below the destination, and lists again until none is left that has to go: a server may say that an object is deleted and
 * leave it, or list some only when another one is gone.
 * @param done gets what is deleted so far
 * @param listed a listing made already, to begin with
 */
export async function deleteUntilGone(
  { client, base }: Pick<Destination, 'client' | 'base'>,
  done: Cancellation['done'],
  choose: Choose,
  listed?: readonly RemoteObject[],
): Promise<Removed> {
  const deleted = new Map<string, RemoteObject>();
  let underWay = 0;
  done.set('deleted', () => [
    `Deleted before that, ${count(deleted.size, 'object')}.`,
    ...(underWay > 0
      ? [`${count(underWay, 'more object')} may be deleted: the storage was asked to, and has not answered.`]
      : []),
  ]);
  const tries = new Map<string, number>();
  for (let pass = 0; ; pass += 1) {
    const objects = (pass === 0 ? listed : undefined) ?? (await listObjects(client, base));
    const chosen = await choose(objects);
    for (const { key } of chosen) deleted.delete(key);
    const gone = () => [...deleted.values()];
    if (chosen.length === 0) return { deleted: gone(), failures: [], left: objects };
    const stuck = chosen.filter(({ key }) => pass >= mostPasses || tries.get(key) === mostTries);
    if (stuck.length > 0) return { deleted: gone(), failures: stuck.map(stillThere), left: undefined };
    for (const { key } of chosen) tries.set(key, (tries.get(key) ?? 0) + 1);
    const failures = await deleteInOrder(client, base, chosen, deleted, (keys) => (underWay = keys));
    if (failures.length > 0) return { deleted: gone(), failures, left: undefined };
  }
}

const stillThere = ({ key }: RemoteObject) =>
  `${sanitize(key)}: the storage says that it is deleted, and lists it still`;

/**
 * Deletes objects group by group, and no further than the first group of which some stay.
 * @param deleted gets what is deleted, by its keys
 * @param onAsk told how many objects the storage is asked to delete, and 0 when it has answered
 * @returns a line for each object that could not be deleted
 */
async function deleteInOrder(
  client: StorageClient,
  base: string,
  chosen: readonly RemoteObject[],
  deleted: Map<string, RemoteObject>,
  onAsk: (objects: number) => void,
): Promise<string[]> {
  const { deleteObjects } = await import('../storage/deletion.ts');
  for (const group of deletionGroups(base, chosen)) {
    const keys = group.map(({ key }) => key);
    onAsk(keys.length);
    const result = await deleteObjects(client, base, keys);
    onAsk(0);
    const those = new Set(result.deleted);
    for (const object of group) if (those.has(object.key)) deleted.set(object.key, object);
    if (result.failed.length > 0)
      return result.failed.map(({ key, error }) => `${sanitize(key)}: ${describeStorageError(error)}`);
  }
  return [];
}
