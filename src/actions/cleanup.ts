import { staleKeys } from '../changes.ts';
import { ActionError, detailLines } from '../errors.ts';
import type { Plan } from '../plan.ts';
import { printable } from '../printable.ts';
import { count } from '../quantities.ts';
import { firstOf, logGroup } from '../report/log.ts';
import type { StorageClient } from '../storage/client.ts';
import { describeStorageError } from '../storage/failure.ts';
import { type Persist, listObjects } from '../storage/listing.ts';

/** A server may hide objects below one that is deleted, so it is asked again; a few times at most. */
const mostPasses = 5;

/** All keys of a plan, written or not: what is not stale. */
export function keptKeys({ puts, groups }: Plan): ReadonlySet<string> {
  return new Set([...puts, ...groups.flat()].map(({ key }) => key));
}

/**
 * Deletes what is below the destination, older than this upload, and not in it; by a listing made after the upload, so that what somebody
 * else wrote meanwhile is seen to be new.
 * @param generated keys of what was generated from the links of this upload: it belongs to it
 * @param startedAt milliseconds since the epoch by the storage's clock, not later than the upload's start
 * @returns how many objects were deleted
 * @throws ActionError `upload` when some could not be deleted, listing them
 */
export async function deleteStale(
  plan: Plan,
  generated: ReadonlySet<string>,
  client: StorageClient,
  startedAt: number,
  persist: Persist,
): Promise<number> {
  const { deleteObjects } = await import('../storage/deletion.ts');
  const kept = new Set([...keptKeys(plan), ...generated]);
  const gone: string[] = [];
  for (let pass = 0; pass < mostPasses; pass += 1) {
    const stale = staleKeys(plan.base, kept, await listObjects(client, plan.base, persist), startedAt);
    if (stale.length === 0) break;
    const { deleted, failed } = await deleteObjects(client, plan.base, stale, persist);
    gone.push(...deleted);
    if (failed.length > 0) {
      throw new ActionError(
        'upload',
        `All files are uploaded, but ${count(failed.length, 'stale object')} could not be deleted`,
        {
          hint: `See whether the client app may delete in this workspace, or set 'delete-stale: false'.`,
          details: detailLines(
            failed.map(({ key, error }) => `${printable(key)}: ${describeStorageError(error)}`),
          ),
        },
      );
    }
  }
  logGroup(`Deleted: ${count(gone.length, 'stale object')}`, firstOf(gone, 200, String));
  return gone.length;
}
