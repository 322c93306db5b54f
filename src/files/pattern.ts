import { homedir } from 'node:os';

import { Minimatch, type MinimatchOptions } from 'minimatch';

import { ActionError } from '../errors/error.ts';
import { sanitize } from '../text/sanitize.ts';
import { type System, foldCase, thisSystem } from './system.ts';

/** The dialect of `@actions/glob`, which users know from other actions: `*`, `**`, `?` and `[…]`, no braces, no extended globs. */
function dialect({ windows }: System): MinimatchOptions {
  return {
    dot: true,
    nobrace: true,
    noext: true,
    nocomment: true,
    nonegate: true,
    nocase: windows,
    windowsPathsNoEscape: windows,
    platform: windows ? 'win32' : 'linux',
  };
}

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
  /** Whether the line spells a segment out: as it is or, where `stem` is given, by a wildcard that begins with this text. */
  spells(segment: string, stem?: string): boolean;
}

/**
 * Reads the lines of the input `path`; lines that begin with `#` are comments.
 * @param home asked of the system when a line begins with `~`, where none is given
 * @throws ActionError `invalid-input` where a line begins with `~` and the user has no home folder
 */
export function readPatterns(
  lines: readonly string[],
  cwd: string,
  home?: string,
  system: System = thisSystem,
): Pattern[] {
  return lines.filter((line) => !line.startsWith('#')).map((line) => readPattern(line, cwd, home, system));
}

function readPattern(line: string, cwd: string, home: string | undefined, system: System): Pattern {
  const bangs = /^(?:!\s*)*/.exec(line)?.[0] ?? '';
  const text = line.slice(bangs.length);
  const negate = (bangs.match(/!/g)?.length ?? 0) % 2 === 1;
  const slashed = system.windows ? text.replaceAll('\\', '/') : text;
  const share = shareOf(slashed, system);
  const segments = slashed
    .slice(share.length)
    .split('/')
    .filter((segment, index) => index === 0 || (segment !== '' && segment !== '.'));
  const literals = segments.map((segment) => literal(segment, system));
  const first = literals.indexOf(undefined);
  const plain = literals.slice(0, first < 0 ? undefined : first).filter((part) => part !== undefined);
  const globs = first < 0 ? [] : segments.slice(first);
  return {
    line,
    negate,
    searchPath: resolve(share, plain, cwd, home, system),
    globs,
    ...matcher(globs, slashed.endsWith('/'), dialect(system)),
    spells: speller(segments, literals, system),
  };
}

/** The text that a segment stands for when nothing in it is a wildcard, else undefined. */
function literal(segment: string, system: System): string | undefined {
  if (segment === '') return '';
  // A text is not to become an expression for its letter case alone.
  const [part] = new Minimatch(segment, { ...dialect(system), nocaseMagicOnly: true }).set[0] ?? [];
  return typeof part === 'string' ? part : undefined;
}

function speller(
  segments: readonly string[],
  literals: readonly (string | undefined)[],
  system: System,
): Pattern['spells'] {
  const key = system.ignoresCase ? foldCase : (segment: string) => segment;
  const known = new Set(literals.filter((text) => text !== undefined).map(key));
  const wild = segments
    .filter((_, index) => literals[index] === undefined)
    .map((glob) => ({ start: foldCase(glob), glob: new Minimatch(glob, dialect(system)) }));
  return (segment, stem) =>
    known.has(key(segment)) ||
    (stem !== undefined && wild.some(({ start, glob }) => start.startsWith(stem) && glob.match(segment)));
}

/** The absolute path of a folder that was given as it is, without wildcards: `~` is home, and a relative path starts from `cwd`. */
export function resolveFolder(
  given: string,
  cwd: string,
  home?: string,
  system: System = thisSystem,
): string {
  const slashed = system.windows ? given.replaceAll('\\', '/') : given;
  const share = shareOf(slashed, system);
  return resolve(share, slashed.slice(share.length).split('/'), cwd, home, system);
}

/**
 * What a path on another computer begins with, `//server/share`; empty for any other path.
 * @throws ActionError `invalid-input` where the share is missing
 */
function shareOf(slashed: string, { windows }: System): string {
  if (!windows || !/^\/\/[^/?.]/.test(slashed)) return '';
  const [share] = /^\/\/[^/]+\/[^/*?]+/.exec(slashed) ?? [];
  if (share !== undefined) return share;
  throw new ActionError('invalid-input', `'${sanitize(slashed)}' names a computer, but no share`, {
    hint: String.raw`Write \\SERVER\SHARE\FOLDER.`,
  });
}

function resolve(
  share: string,
  segments: readonly string[],
  cwd: string,
  home: string | undefined,
  { paths, windows }: System,
): string {
  const [first, ...rest] = segments;
  if (share) return paths.resolve(`${share}/`, ...segments);
  if (first === '~') return paths.resolve(homeFolder(home, paths), ...rest);
  if (first === '') return paths.resolve(paths.parse(cwd).root, ...rest);
  if (windows && first && /^[a-z]:$/i.test(first)) return paths.resolve(`${first}\\`, ...rest);
  return paths.resolve(cwd, ...segments);
}

/** Node throws where there is neither `HOME` nor an entry for the user in the system's list of users. */
function homeFolder(given: string | undefined, paths: System['paths']): string {
  try {
    const home = given ?? homedir();
    if (paths.isAbsolute(home)) return home;
  } catch {
    // Said below.
  }
  throw new ActionError('invalid-input', `'~' has no meaning here: this user has no home folder`, {
    hint: `Set the environment variable HOME, or write the whole path instead of '~'.`,
  });
}

function matcher(
  globs: readonly string[],
  foldersOnly: boolean,
  options: MinimatchOptions,
): Pick<Pattern, 'matches' | 'covers' | 'mayMatchBelow'> {
  if (globs.length === 0) {
    return {
      matches: (name) => name !== '' || !foldersOnly,
      covers: () => true,
      mayMatchBelow: () => true,
    };
  }
  const itself = new Minimatch(globs.join('/'), options);
  const below = new Minimatch([...globs, '**'].join('/'), options);
  // As for `@actions/glob`, `a/**` means the file `a` too, as if it were a folder.
  const end = globs.at(-1) === '**' ? '/' : '';
  const matchesItself = (name: string) => itself.match(name === '' ? '' : name + end);
  // `a/**` does not match the folder `a`, and yet means all that is in it.
  const whole = globs.slice(0, globs.findLastIndex((glob) => glob !== '**') + 1);
  const folder = new Minimatch(whole.length > 0 ? whole.join('/') : '**', options);
  return {
    matches: (name) => (!foldersOnly && matchesItself(name)) || below.match(name),
    covers: (name) => name !== '' && (folder.match(name) || below.match(name)),
    mayMatchBelow: (name) => name === '' || below.match(name, true),
  };
}
