import { ActionError, detailLines } from '../errors/error.ts';
import type { Log } from '../hosts/host.ts';
import { count } from '../text/format.ts';
import { firstOf } from '../report/log.ts';
import { staleKeys } from '../sync/staleObjects.ts';
import type { Cancellation } from './cancellation.ts';
import { deleteUntilGone } from './deleteUntilGone.ts';
import type { Destination } from './openDestination.ts';
import { setting } from '../text/wording.ts';

/**
 * Deletes objects below the destination that are older than this upload and not part of it. It lists again after the upload, so that it sees
 * the new time of files that another job has replaced meanwhile, and keeps them.
 * @param kept keys that are part of the upload
 * @returns the number of deleted objects
 * @throws ActionError `delete-failed` if some could not be deleted, listing them
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
        hint: `Check whether the client app may delete in this workspace, or set ${setting('delete-stale', 'false')}.`,
        details: detailLines(failures),
      },
    );
  }
  if (deleted.length > 0) {
    log.group(
      `Deleted: ${count(deleted.length, 'stale object')}`,
      firstOf(deleted, 200, ({ key }) => key),
    );
  } else log.info(`No stale objects to delete`);
  return deleted.length;
}
