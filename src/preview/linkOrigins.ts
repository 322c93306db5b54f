import type { LinkTable } from '../links/linkTable.ts';
import { encodedPath } from '../text/encode.ts';
import { expandLink } from '../links/linkTable.ts';

/** The origins of the links of a preview. */
export interface LinkOrigins {
  /** Why the preview cannot work with these links; undefined if it can. */
  readonly problem: string | undefined;
  /** One link for each origin other than the worker's. These hosts have to allow cross-origin reads (CORS). */
  readonly foreign: readonly string[];
}

/**
 * Checks the links of a preview. The scope of a service worker is the folder of its script, so entry page and worker must be in the same folder,
 * under their own names.
 * @param own links of entry page and worker, by name
 * @param table links of the files
 */
export function checkOrigins(
  own: Readonly<Record<string, string>>,
  table: LinkTable,
  names: readonly string[],
): LinkOrigins {
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
    const link = expandLink(table, name, index);
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
