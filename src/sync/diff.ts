import { ActionError, detailLines } from '../errors/error.ts';
import { checksumsName } from '../files/checksums.ts';
import type { Plan, Put } from './plan.ts';
import { detectPages } from './pageNames.ts';
import { sanitize } from '../text/sanitize.ts';
import { count } from '../text/format.ts';
import type { RemoteObject } from './object.ts';

export type Overwrite = 'always' | 'changed' | 'never';

/** A plan cut down to what has to be written. */
export interface ChangedPlan extends Plan {
  /** Files that are there already with the same content. */
  readonly unchanged: readonly Put[];
}

/** Objects by their keys. */
export type Remote = ReadonlyMap<string, RemoteObject>;

/**
 * Files whose object may have the same content, as it has the same size: these have to be read to know.
 * @param puts all files, by their keys
 * @param objects some of what is there, e.g. a page of a listing
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
 * Takes out of a plan what is there already with the same content.
 * @param prints the ETags that the contents of the {@link comparable} files would get, by their keys
 * @throws ActionError `object-exists` with `never`, that lists every object that is there with other content
 */
export function planChanges(
  plan: Plan,
  remote: Remote,
  prints: ReadonlyMap<string, { readonly etag: string }>,
  overwrite: Overwrite,
): ChangedPlan {
  if (overwrite === 'always') return { ...plan, unchanged: [] };
  const same = new Set(
    plan.puts.filter(({ key }) => remote.has(key) && remote.get(key)?.etag === prints.get(key)?.etag),
  );
  const others = plan.puts.filter((put) => remote.has(put.key) && !put.replaces && !same.has(put));
  if (overwrite === 'never' && others.length > 0) throw existing(others);
  return {
    ...plan,
    unchanged: [...same],
    groups: plan.groups
      .map((group) => group.filter((put) => !same.has(put)))
      .filter((group) => group.length > 0),
  };
}

function existing(puts: readonly Put[]): ActionError {
  return new ActionError(
    'object-exists',
    `${count(puts.length, 'object')} ${puts.length === 1 ? 'exists' : 'exist'} already with other content, and 'overwrite' is 'never'`,
    {
      hint: `Choose another 'destination', or allow it with 'overwrite: changed'; nothing was written.`,
      details: detailLines(puts.map(({ key }) => sanitize(key))),
    },
  );
}

/**
 * Keys to delete after an upload: below the destination, older than the upload, and not in it. What is as old as its start stays.
 * @param startedAt milliseconds since the epoch by the storage's clock, not later than the upload's start
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

/**
 * Tells what was there at a moment from what was written after it. A storage that gives times in whole seconds leaves open what is of that
 * very second: then what the first listing has was there, and what such an object has hidden from it.
 * @param moment milliseconds since the epoch by the storage's clock
 * @returns to be asked with one listing after the other
 */
export function existingAt(moment: number): (objects: readonly RemoteObject[]) => RemoteObject[] {
  let first: ReadonlySet<string> | undefined;
  return (objects) => {
    const known = (first ??= new Set(objects.map(({ key }) => key)));
    const isKnown = (key: string) => known.has(key) || [...foldersOf([key])].some((name) => known.has(name));
    return objects.filter(({ key, lastModified }) => {
      const isOpen = lastModified % 1000 === 0 && lastModified > moment - 1000;
      return lastModified < moment && (!isOpen || isKnown(key));
    });
  };
}

/**
 * The order in which objects are deleted, so that a deletion that breaks off leaves no page without what it loads: first the pages that lead
 * to others, the outermost at the head, then all other pages, then the rest. No group is begun before the one before it is gone.
 */
export function deletionGroups(base: string, objects: readonly RemoteObject[]): RemoteObject[][] {
  const groups: [RemoteObject[], RemoteObject[], RemoteObject[]] = [[], [], []];
  const [entries, pages, rest] = groups;
  for (const object of objects) {
    if (isEntry(object.key)) entries.push(object);
    else if (/\.x?html?$/i.test(object.key)) pages.push(object);
    else rest.push(object);
  }
  const depth = ({ key }: RemoteObject) => key.slice(base.length).split('/').length;
  entries.sort((a, b) => depth(a) - depth(b));
  return groups.filter((group) => group.length > 0);
}

function isEntry(key: string): boolean {
  const name = key.slice(key.lastIndexOf('/') + 1);
  return name === 'index.html' || name === checksumsName || detectPages([name]).size > 0;
}

/**
 * Objects that stand where the plan needs a folder, and files of the plan that stand where the storage has a folder: no server can hold
 * both, and MinIO hides what is below such an object.
 */
export function collisions({ puts }: Plan, remote: ReadonlySet<string>): string[] {
  const needed = foldersOf(puts.map(({ key }) => key));
  const held = foldersOf(remote);
  return [
    ...[...needed]
      .filter((folder) => remote.has(folder))
      .map((folder) => `an object '${sanitize(folder)}' is where files need a folder`),
    ...puts
      .filter(({ key }) => held.has(key))
      .map(({ key }) => `'${sanitize(key)}' is a folder in the workspace, and a file here`),
  ];
}

/** All folders above these keys, without a slash at their ends: `a` and `a/b` for `a/b/c`. */
export function foldersOf(keys: Iterable<string>): Set<string> {
  const folders = new Set<string>();
  for (const key of keys) {
    for (let end = key.lastIndexOf('/'); end > 0; end = key.lastIndexOf('/', end - 1)) {
      const folder = key.slice(0, end);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  return folders;
}
