import type { Plan } from './plan.ts';
import type { RemoteObject } from './remoteObject.ts';

/** Keys of all objects of a plan, written or unchanged: none of them is stale. */
export function keptKeys({ puts, groups }: Pick<Plan, 'puts' | 'groups'>): ReadonlySet<string> {
  return new Set([...puts, ...groups.flat()].map(({ key }) => key));
}

/**
 * Keys that `delete-stale` deletes after an upload: objects below the destination that are older than the upload and not part of it. An
 * object as old as the start of the upload is kept.
 * @param base what every key of the destination begins with
 * @param kept keys that are part of the upload
 * @param startedAt milliseconds since the epoch by the storage's clock, not later than the start of the upload
 */
export function staleKeys(
  base: string,
  kept: ReadonlySet<string>,
  remote: Iterable<RemoteObject>,
  startedAt: number,
): string[] {
  return [...remote]
    .filter(
      ({ key, lastModified }) =>
        key.startsWith(base) && key !== base && !kept.has(key) && lastModified < startedAt,
    )
    .map(({ key }) => key);
}
