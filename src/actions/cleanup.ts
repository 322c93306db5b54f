import { staleKeys } from '../changes.ts';
import { ActionError, detailLines } from '../errors.ts';
import type { Plan } from '../plan.ts';
import { printable } from '../printable.ts';
import { count } from '../quantities.ts';
import { firstOf } from '../report/log.ts';
import { describeStorageError } from '../storage/failure.ts';
import { type RemoteObject, listObjects } from '../storage/listing.ts';
import type { Destination } from './storage.ts';

/** A server may hide objects below one that is deleted, so it is asked again; a few times at most. */
const mostPasses = 20;

/** All keys of a plan, written or not: what is not stale. */
export function keptKeys({ puts, groups }: Plan): ReadonlySet<string> {
  return new Set([...puts, ...groups.flat()].map(({ key }) => key));
}

/**
 * Deletes what is below the destination, older than this upload, and not in it; by a listing made after the upload, so that what somebody
 * else wrote meanwhile is seen to be new.
 * @param kept keys of what belongs to the upload
 * @returns how many objects were deleted
 * @throws ActionError `upload` when some could not be deleted, listing them
 */
export async function deleteStale(kept: ReadonlySet<string>, destination: Destination): Promise<number> {
  const { host, base, askedAt } = destination;
  const { deleted, failures } = await sweep(destination, (objects) => {
    const stale = new Set(staleKeys(base, kept, objects, askedAt));
    return objects.filter(({ key }) => stale.has(key));
  });
  if (failures.length > 0) {
    throw new ActionError(
      'upload',
      `All files are uploaded, but ${count(failures.length, 'stale object')} could not be deleted`,
      {
        hint: `See whether the client app may delete in this workspace, or set 'delete-stale: false'.`,
        details: detailLines(failures),
      },
    );
  }
  host.log.group(
    `Deleted: ${count(deleted.length, 'stale object')}`,
    firstOf(deleted, 200, ({ key }) => key),
  );
  return deleted.length;
}

export interface Sweep {
  readonly deleted: readonly RemoteObject[];
  /** A line for each object that could not be deleted, with the reason. */
  readonly failures: readonly string[];
}

/**
 * Deletes objects below the destination.
 * @param choose those of a listing that have to go; asked again as long as there are any, for a server may list objects only when another
 *   one is gone
 * @param listed a listing made already, to begin with
 */
export async function sweep(
  { client, base, cancellation }: Destination,
  choose: (objects: readonly RemoteObject[]) => readonly RemoteObject[],
  listed?: readonly RemoteObject[],
): Promise<Sweep> {
  const { deleteObjects } = await import('../storage/deletion.ts');
  const gone: RemoteObject[] = [];
  cancellation.done.set('deleted', () => [`Deleted before that, ${count(gone.length, 'object')}.`]);
  for (let pass = 0; pass < mostPasses; pass += 1) {
    const objects = (pass === 0 ? listed : undefined) ?? (await listObjects(client, base));
    const chosen = choose(objects);
    if (chosen.length === 0) break;
    const keys = chosen.map(({ key }) => key);
    const { deleted, failed } = await deleteObjects(client, base, keys);
    const deletedKeys = new Set(deleted);
    gone.push(...chosen.filter(({ key }) => deletedKeys.has(key)));
    if (failed.length > 0) {
      const failures = failed.map(({ key, error }) => `${printable(key)}: ${describeStorageError(error)}`);
      return { deleted: gone, failures };
    }
  }
  return { deleted: gone, failures: [] };
}
