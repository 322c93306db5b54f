import { type System, foldCase } from '../files/system.ts';
import { excerpt, sanitize } from '../text/sanitize.ts';

/** An object to download. */
export interface Get {
  /** Path relative to the target folder, with `/`. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** As in a listing, without quotes; undefined for a source that does not tell it, e.g. a links file. */
  readonly etag: string | undefined;
  /** In hex, from SHA256SUMS or a links file; undefined if unknown. */
  readonly sha256: string | undefined;
  /** What the reader of the download opens: the key of an object, or a presigned URL. */
  readonly source: string;
}

/** Whether an object stands for a folder. Consoles of S3 create such objects, and other clients ignore them. */
export function isFolderMarker({ name, size }: Pick<Get, 'name' | 'size'>): boolean {
  return size === 0 && (name === '' || name.endsWith('/'));
}

/**
 * Why names cannot be files below one folder, one line for each problem. Nothing that passes can be outside of the folder.
 * @param system decides which names are reserved, and whether names that differ only in letter case are the same
 */
export function nameProblems(gets: readonly Get[], system: System): string[] {
  const problems: string[] = [];
  const names = new Map<string, string>();
  const folders = new Map<string, string>();
  for (const { name } of gets) {
    const problem = isPlain(name) ? reservedProblem(name, system) : nameProblem(name, system);
    if (problem) problems.push(`${quoted(name)} ${problem}`);
    const same = keyOf(name, system);
    const other = names.get(same);
    if (other !== undefined)
      problems.push(
        other === name
          ? `${quoted(name)} appears twice`
          : `${quoted(other)} and ${quoted(name)} are the same name on this system`,
      );
    names.set(same, name);
    for (let end = same.lastIndexOf('/'); end > 0; end = same.lastIndexOf('/', end - 1)) {
      const folder = same.slice(0, end);
      if (folders.has(folder)) break;
      folders.set(folder, name);
    }
  }
  for (const [folder, below] of folders) {
    const file = names.get(folder);
    if (file !== undefined)
      problems.push(`${quoted(file)} is a file, and ${quoted(below)} needs a folder of that name`);
  }
  return problems;
}

/** File systems that ignore the letter case ignore the composition of characters as well. */
function keyOf(name: string, { ignoresCase }: System): string {
  return ignoresCase ? foldCase(name.normalize('NFC')) : name;
}

function quoted(name: string): string {
  return `'${excerpt(name, 120)}'`;
}

/** Bytes of UTF-8. The limit of most file systems. */
const longestSegment = 255;

/** Whether a name needs no further check: short segments of harmless characters, none of which is empty, `.` or `..`. */
function isPlain(name: string): boolean {
  return /^[\w-][\w .+,@=~()-]{0,80}(?:\/[\w-][\w .+,@=~()-]{0,80})*$/.test(name);
}

function nameProblem(name: string, system: System): string | undefined {
  if (name === '') return 'is empty';
  if (name.includes('\\')) return 'contains a backslash';
  if (name.startsWith('/')) return 'is an absolute path';
  if (/[\u0000-\u001f\u007f]/.test(name)) return 'contains a control character';
  if (!name.isWellFormed()) return 'is not valid Unicode';
  const segments = name.split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..'))
    return `contains an empty, '.' or '..' segment`;
  const long = segments.find((segment) => Buffer.byteLength(segment) > longestSegment);
  if (long !== undefined)
    return `has a segment of ${Buffer.byteLength(long)} bytes, and file systems allow ${longestSegment}`;
  return reservedProblem(name, system);
}

/** Device names of Windows, with any extension (Microsoft, "Naming Files, Paths, and Namespaces"). */
const devices = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?: *\..*)?$/i;

function reservedProblem(name: string, { windows }: System): string | undefined {
  if (!windows) return undefined;
  for (const segment of name.split('/')) {
    if (/[<>:"|?*]/.test(segment)) return `contains a character that Windows does not allow`;
    if (/[ .]$/.test(segment))
      return `has a segment that ends in a dot or space, which Windows does not allow`;
    if (devices.test(segment)) return `contains '${sanitize(segment)}', which is a device on Windows`;
  }
  return undefined;
}
