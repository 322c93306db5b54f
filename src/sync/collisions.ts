import { sanitize } from '../text/sanitize.ts';
import type { Plan } from './plan.ts';

/**
 * Lines about objects whose key is a folder of the plan, and files of the plan whose key is a folder in the storage. No server can hold both;
 * MinIO hides the files below such an object.
 * @param needed all folders above the keys of the plan
 */
export function collisions(
  { puts }: Plan,
  remote: ReadonlySet<string>,
  needed: ReadonlySet<string>,
): string[] {
  const held = foldersOf(remote);
  return [
    ...[...needed]
      .filter((folder) => remote.has(folder))
      .map((folder) => `'${sanitize(folder)}' is an object, and the upload needs a folder there`),
    ...(held.size > 0 ? puts : [])
      .filter(({ key }) => held.has(key))
      .map(({ key }) => `'${sanitize(key)}' is a folder in the workspace, and a file of the upload`),
  ];
}

/** All folders above these keys, without a slash at the end: `a` and `a/b` for `a/b/c`. */
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
