/** Names that this action gives to generated pages. `SHA256SUMS` is not one of them. */
const pageName = /^_(?:links(?:-\d+)?\.html|preview(?:-\d+)?(?:\.html|-worker\.js))$/;

/**
 * The names that generated pages may have, each with its folder: empty, or ending in `/`. An upload to a subfolder has pages there, so every
 * folder is searched. Only an object's metadata says whether it was generated.
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
 * The generated objects with no file in their folder or below it.
 * @param generated names, relative to the same folder as the names of the files
 */
export function pagesWithoutFiles(generated: Iterable<string>, files: Iterable<string>): string[] {
  const used = new Set<string>();
  for (const name of files) {
    for (let end = name.lastIndexOf('/') + 1; ; end = name.lastIndexOf('/', end - 2) + 1) {
      const folder = name.slice(0, end);
      if (used.has(folder)) break;
      used.add(folder);
    }
  }
  return [...generated].filter((name) => !used.has(name.slice(0, name.lastIndexOf('/') + 1)));
}
