/**
 * The names of files in a zip, unique and below the folder where the zip is unpacked. Keys in a storage may be `/a`, `a//b` or `../b`, and there
 * may be both a file `a` and a file `a/b`. No folder can hold these.
 * @param paths paths with `/`, all of them different
 */
export function zipNames(paths: readonly string[]): string[] {
  const safe = paths.map(safePath);
  const folders = new Set<string>();
  for (const path of safe)
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) folders.add(path.slice(0, at));
  const taken = new Set(folders);
  // A name that needs no change is never given to another file.
  safe.forEach((path, index) => {
    if (path === paths[index] && !folders.has(path)) taken.add(path);
  });
  return safe.map((path, index) =>
    path === paths[index] && !folders.has(path) ? path : freeName(path, taken),
  );
}

/** Finds a name that is not taken, and takes it: `a (2).txt` after `a.txt`. */
export function freeName(path: string, taken: Set<string>): string {
  const [, stem = path, ending = ''] = /^(.*?[^/])(\.[^./]+)?$/s.exec(path) ?? [];
  let name = path;
  for (let number = 2; taken.has(name); number += 1) name = `${stem} (${number})${ending}`;
  taken.add(name);
  return name;
}

function safePath(path: string): string {
  return path
    .split('/')
    .map((step) => (/^\.{0,2}$/.test(step) ? step.replace(/\./g, '_') || '_' : step.replaceAll('\0', '_')))
    .join('/');
}

/** The name of the zip itself: the title and the search, without characters that file systems refuse. */
export function zipFileName(title: string, query: string): string {
  const base = [title, query]
    .map((part) => part.replace(/[\p{C}\\/:*?"<>|]+/gu, '-').replace(/^[\s.-]+|[\s.-]+$/g, ''))
    .filter(Boolean)
    .join(' - ');
  return `${Array.from(base || 'files')
    .slice(0, 100)
    .join('')}.zip`;
}
