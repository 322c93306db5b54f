import { indexPageName } from '../links/generated.ts';
import { presentPreview } from './names.ts';

/**
 * The pages with links that uploads left among these names, each with the folder that it is of: empty, or ending in `/`. An upload to a folder
 * further down had pages of its own, so they are looked for in every folder.
 * @param names relative to one folder
 */
export function presentPages(names: Iterable<string>): ReadonlyMap<string, string> {
  const pages = new Map<string, string>();
  const candidates = new Map<string, Set<string>>();
  for (const name of names) {
    const start = name.lastIndexOf('/') + 1;
    const [folder, last] = [name.slice(0, start), name.slice(start)];
    if (last === indexPageName) pages.set(name, folder);
    if (!last.startsWith('_preview')) continue;
    const there = candidates.get(folder) ?? new Set();
    candidates.set(folder, there.add(last));
  }
  for (const [folder, there] of candidates) {
    const own = presentPreview(there);
    for (const last of own ? [own.entry, own.worker] : []) pages.set(`${folder}${last}`, folder);
  }
  return pages;
}

/**
 * Those of the pages that lead nowhere, as none of the files is in their folder or below it.
 * @param pages as {@link presentPages} gives them
 * @param files names of what is no page
 */
export function emptyPages(pages: ReadonlyMap<string, string>, files: Iterable<string>): string[] {
  const used = new Set<string>();
  for (const name of files) {
    for (let end = name.lastIndexOf('/') + 1; ; end = name.lastIndexOf('/', end - 2) + 1) {
      const folder = name.slice(0, end);
      if (used.has(folder)) break;
      used.add(folder);
      if (end <= 0) break;
    }
  }
  return [...pages].filter(([, folder]) => !used.has(folder)).map(([name]) => name);
}
