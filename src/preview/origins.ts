import type { LinkTable } from '../links/table.ts';
import { encodedPath } from '../text/encode.ts';
import { linkOf } from '../links/table.ts';

/** Where a preview's parts are, as browsers see it. */
export interface Origins {
  /** Why the parts do not make a preview; undefined where they do. */
  readonly problem: string | undefined;
  /** Links to files of other hosts than the worker's, one for each: these have to let it read them (Fetch standard, CORS). */
  readonly foreign: readonly string[];
}

/**
 * A browser gives a worker the folder that its script is in, and no other: entry and worker have to be side by side, under their own names.
 * @param own links of entry and worker, by their names
 * @param table links of the files
 */
export function lookAtOrigins(
  own: Readonly<Record<string, string>>,
  table: LinkTable,
  names: readonly string[],
): Origins {
  const folders = Object.entries(own).map(([name, link]) => folderOf(name, link));
  const [folder] = folders;
  const isFolder = folder !== undefined && folders.every((one) => one === folder);
  if (!isFolder) {
    return {
      problem: `the links to ${Object.keys(own).join(' and ')} do not end in these names below one folder`,
      foreign: [],
    };
  }
  const { origin } = new URL(folder);
  const foreign = new Map<string, string>();
  for (const [index, name] of names.entries()) {
    const link = linkOf(table, name, index);
    const host = new URL(link).origin;
    if (host !== origin && !foreign.has(host)) foreign.set(host, link);
  }
  return { problem: undefined, foreign: [...foreign.values()] };
}

function folderOf(name: string, link: string): string | undefined {
  const url = new URL(link);
  const end = `/${encodedPath(name)}`;
  return url.pathname.endsWith(end) ? `${url.origin}${url.pathname.slice(0, 1 - end.length)}` : undefined;
}
