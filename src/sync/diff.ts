import { ActionError, detailLines } from '../errors/error.ts';
import type { Plan, Put } from './plan.ts';
import { sanitize } from '../text/sanitize.ts';
import { count } from '../text/format.ts';
import type { RemoteObject } from './remoteObject.ts';
import { setting } from '../text/wording.ts';

export type Overwrite = 'always' | 'changed' | 'never';

/** A plan whose groups hold only the objects to write. */
export interface ChangedPlan extends Plan {
  /** Files that the storage already has with the same content. */
  readonly unchanged: readonly Put[];
}

/** Objects by their keys. */
export type Remote = ReadonlyMap<string, RemoteObject>;

/**
 * Files whose object has the same size. Only these must be read to compare the content.
 * @param puts all files, by their keys
 * @param objects some of the stored objects, e.g. a page of a listing
 */
export function comparable(puts: ReadonlyMap<string, Put>, objects: readonly RemoteObject[]): Put[] {
  const found: Put[] = [];
  for (const { key, size } of objects) {
    const put = puts.get(key);
    if (put?.file.size === size) found.push(put);
  }
  return found;
}

/**
 * Removes the unchanged files from the groups of a plan.
 * @param digests the ETags that the {@link comparable} files would get, by their keys
 * @throws ActionError `object-exists` with `overwrite: never`, listing every object that has other content
 */
export function planChanges(
  plan: Plan,
  remote: Remote,
  digests: ReadonlyMap<string, { readonly etag: string }>,
  overwrite: Overwrite,
): ChangedPlan {
  if (overwrite === 'always') return { ...plan, unchanged: [] };
  const unchanged = sameContent(plan.puts, remote, digests);
  const same = new Set(unchanged);
  if (overwrite === 'never') {
    const others = plan.puts.filter((put) => remote.has(put.key) && !put.replaces && !same.has(put));
    if (others.length > 0) throw existing(others);
  }
  return {
    ...plan,
    unchanged,
    groups: plan.groups
      .map((group) => group.filter((put) => !same.has(put)))
      .filter((group) => group.length > 0),
  };
}

/** Files that the storage already has with the same content. For the digests see {@link planChanges}. */
export function sameContent(
  puts: readonly Put[],
  remote: Remote,
  digests: ReadonlyMap<string, { readonly etag: string }>,
): Put[] {
  return puts.filter(({ key }) => {
    const object = remote.get(key);
    return object !== undefined && object.etag === digests.get(key)?.etag;
  });
}

function existing(puts: readonly Put[]): ActionError {
  return new ActionError(
    'object-exists',
    `${count(puts.length, 'object')} already ${puts.length === 1 ? 'exists' : 'exist'} with other content, and ${setting('overwrite')} is 'never'`,
    {
      hint: `Choose another ${setting('destination')}, or set ${setting('overwrite', 'changed')} to replace them. Nothing was written.`,
      details: detailLines(puts.map(({ key }) => sanitize(key))),
    },
  );
}
