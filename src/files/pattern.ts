import { homedir } from 'node:os';
import path from 'node:path';

import { Minimatch, type MinimatchOptions } from 'minimatch';

const windows = process.platform === 'win32';

/** The dialect of `@actions/glob`, which users know from other actions: `*`, `**`, `?` and `[…]`, no braces, no extended globs. */
const dialect: MinimatchOptions = {
  dot: true,
  nobrace: true,
  noext: true,
  nocomment: true,
  nonegate: true,
  nocase: windows,
  nocaseMagicOnly: true,
  windowsPathsNoEscape: windows,
};

/** One line of the input `path`. */
export interface Pattern {
  readonly line: string;
  /** The line begins with `!`: it takes files out. */
  readonly negate: boolean;
  /** Absolute path of the folder or file before the first wildcard. */
  readonly searchPath: string;
  /** Segments from the first wildcard on; empty for a plain folder or file. */
  readonly globs: readonly string[];
  /**
   * Whether the line means a file at this path below its search path, by `/`; empty for the search path itself. A folder stands for all
   * below it.
   */
  matches(name: string): boolean;
  /** Whether the line means everything below this folder. */
  covers(name: string): boolean;
  /** Whether the line may mean something below this folder. */
  mayMatchBelow(name: string): boolean;
}

/** Reads the lines of the input `path`; lines that begin with `#` are comments. */
export function readPatterns(lines: readonly string[], cwd: string, home: string = homedir()): Pattern[] {
  return lines.filter((line) => !line.startsWith('#')).map((line) => readPattern(line, cwd, home));
}

function readPattern(line: string, cwd: string, home: string): Pattern {
  const bangs = /^(?:!\s*)*/.exec(line)?.[0] ?? '';
  const text = line.slice(bangs.length);
  const negate = (bangs.match(/!/g)?.length ?? 0) % 2 === 1;
  const slashed = windows ? text.replaceAll('\\', '/') : text;
  const segments = slashed
    .split('/')
    .filter((segment, index) => index === 0 || (segment !== '' && segment !== '.'));
  const literals = segments.map(literal);
  const first = literals.indexOf(undefined);
  const plain = literals.slice(0, first < 0 ? undefined : first).filter((part) => part !== undefined);
  const globs = first < 0 ? [] : segments.slice(first);
  const searchPath = resolve(plain, cwd, home);
  return { line, negate, searchPath, globs, ...matcher(globs, slashed.endsWith('/')) };
}

/** The text that a segment stands for when nothing in it is a wildcard, else undefined. */
function literal(segment: string): string | undefined {
  if (segment === '') return '';
  const [part] = new Minimatch(segment, dialect).set[0] ?? [];
  return typeof part === 'string' ? part : undefined;
}

/** The absolute path of a folder that was given as it is, without wildcards: `~` is home, and a relative path starts from `cwd`. */
export function folderAt(given: string, cwd: string, home: string = homedir()): string {
  return resolve((windows ? given.replaceAll('\\', '/') : given).split('/'), cwd, home);
}

function resolve(segments: readonly string[], cwd: string, home: string): string {
  const [first, ...rest] = segments;
  if (first === '~') return path.resolve(home, ...rest);
  if (first === '') return path.resolve(path.parse(cwd).root, ...rest);
  if (windows && first && /^[a-z]:$/i.test(first)) return path.resolve(`${first}\\`, ...rest);
  return path.resolve(cwd, ...segments);
}

function matcher(
  globs: readonly string[],
  foldersOnly: boolean,
): Pick<Pattern, 'matches' | 'covers' | 'mayMatchBelow'> {
  if (globs.length === 0) {
    return {
      matches: (name) => name !== '' || !foldersOnly,
      covers: () => true,
      mayMatchBelow: () => true,
    };
  }
  const itself = new Minimatch(globs.join('/'), dialect);
  const below = new Minimatch([...globs, '**'].join('/'), dialect);
  // As for `@actions/glob`, `a/**` means the file `a` too, as if it were a folder.
  const end = globs.at(-1) === '**' ? '/' : '';
  const matchesItself = (name: string) => itself.match(name === '' ? '' : name + end);
  // `a/**` does not match the folder `a`, and yet means all that is in it.
  const whole = globs.slice(0, globs.findLastIndex((glob) => glob !== '**') + 1);
  const folder = new Minimatch(whole.length > 0 ? whole.join('/') : '**', dialect);
  return {
    matches: (name) => (!foldersOnly && matchesItself(name)) || below.match(name),
    covers: (name) => name !== '' && (folder.match(name) || below.match(name)),
    mayMatchBelow: (name) => name === '' || below.match(name, true),
  };
}
