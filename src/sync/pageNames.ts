/** Names that this action gives to what it generates, apart from checksums. */
const pageName = /^_(?:links(?:-\d+)?\.html|preview(?:-\d+)?(?:\.html|-worker\.js))$/;

/**
 * Those of the names that generated pages may have, each with the folder that it is of: empty, or ending in `/`. An upload to a folder
 * further down had pages of its own, so they are looked for in every folder. Whether an object of such a name was generated, its metadata
 * alone says.
 * @param names relative to one folder
 */
export function detectPages(names: Iterable<string>): ReadonlyMap<string, string> {
  const pages = new Map<string, string>();
  for (const name of names) {
    const start = name.lastIndexOf('/') + 1;
    if (name.startsWith('_', start) && pageName.test(name.slice(start)))
      pages.set(name, name.slice(0, start));
  }
  return pages;
}

/**
 * Those of the generated objects that lead nowhere, as none of the files is in their folder or below it.
 * @param generated names, relative to the same folder as those of the files
 */
export function pagesWithoutFiles(generated: Iterable<string>, files: Iterable<string>): string[] {
  const used = new Set<string>();
  for (const name of files) {
    for (let end = name.lastIndexOf('/') + 1; ; end = name.lastIndexOf('/', end - 2) + 1) {
      const folder = name.slice(0, end);
      if (used.has(folder)) break;
      used.add(folder);
      if (end <= 0) break;
    }
  }
  return [...generated].filter((name) => !used.has(name.slice(0, name.lastIndexOf('/') + 1)));
}
