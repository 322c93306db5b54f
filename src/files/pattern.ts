import { homedir } from 'node:os';

import { Minimatch, type MinimatchOptions } from 'minimatch';

import { ActionError } from '../errors/error.ts';
import { sanitize } from '../text/sanitize.ts';
import { type System, foldCase, thisSystem } from './system.ts';

/** The syntax of `@actions/glob`, which users know from other actions: `*`, `**`, `?` and `[…]`, but no braces and no extended globs. */
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
  /** The line starts with `!`: it excludes files. */
  readonly negate: boolean;
  /** Absolute path of the folder or file before the first wildcard. */
  readonly searchPath: string;
  /** The segments from the first wildcard; empty for a plain folder or file. */
  readonly globs: readonly string[];
  /**
   * Whether the line matches a file. A line that matches a folder matches everything below it.
   * @param name path relative to the search path, with `/`; empty for the search path itself
   */
  matches(name: string): boolean;
  /** Whether the line matches everything below this folder. */
  covers(name: string): boolean;
  /** Whether the line may match something below this folder. */
  mayMatchBelow(name: string): boolean;
  /** Whether the line spells out a segment: literally, or by a wildcard that starts with `stem`, if given. */
  spells(segment: string, stem?: string): boolean;
}

/**
 * Parses the lines of the input `path`. Lines that start with `#` are comments.
 * @param home by default the user's home folder, if a line starts with `~`
 * @throws ActionError `invalid-input` if a line starts with `~` and the user has no home folder
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
  const slashed = slashedPath(text, system);
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

/** The text of a segment without wildcards; undefined for a segment with wildcards. */
function literal(segment: string, system: System): string | undefined {
  if (segment === '') return '';
  // Without `nocaseMagicOnly`, Minimatch returns a regular expression for every text on Windows.
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

/** The absolute path of a folder without wildcards. `~` is the home folder, and a relative path starts from `cwd`. */
export function resolveFolder(
  given: string,
  cwd: string,
  home?: string,
  system: System = thisSystem,
): string {
  const slashed = slashedPath(given, system);
  const share = shareOf(slashed, system);
  return resolve(share, slashed.slice(share.length).split('/'), cwd, home, system);
}

/**
 * The path with `/`. On Windows, it also removes the prefix `\\?\`: its `?` is not a wildcard, and Node.js adds the prefix where it is necessary
 * (Microsoft, "Naming Files, Paths, and Namespaces").
 */
function slashedPath(given: string, { windows }: System): string {
  if (!windows) return given;
  const slashed = given.replaceAll('\\', '/');
  return slashed.replace(/^\/\/\?\/(UNC\/)?/i, (_, unc: string | undefined) =>
    unc === undefined ? '' : '//',
  );
}

/**
 * The start of a UNC path, `//server/share`; empty for any other path.
 * @throws ActionError `invalid-input` if the share is missing
 */
function shareOf(slashed: string, { windows }: System): string {
  if (!windows || !/^\/\/[^/?.]/.test(slashed)) return '';
  const [share] = /^\/\/[^/]+\/[^/*?]+/.exec(slashed) ?? [];
  if (share !== undefined) return share;
  throw new ActionError(
    'invalid-input',
    `'${sanitize(slashed.replaceAll('/', '\\'))}' is not a valid network path: it names a computer, but no share`,
    {
      hint: String.raw`Write \\SERVER\SHARE\FOLDER.`,
    },
  );
}

function resolve(
  share: string,
  segments: readonly string[],
  cwd: string,
  home: string | undefined,
  system: System,
): string {
  const { paths, windows } = system;
  const [first, ...rest] = segments;
  if (share) return paths.resolve(`${share}/`, ...segments);
  if (first === '~') return paths.resolve(homeFolder(home, system), ...rest);
  if (first === '') return paths.resolve(paths.parse(cwd).root, ...rest);
  if (windows && first && /^[a-z]:$/i.test(first)) return paths.resolve(`${first}\\`, ...rest);
  return paths.resolve(cwd, ...segments);
}

/** On Linux, Node.js throws if there is neither `HOME` nor an entry for the user in the user database. */
function homeFolder(given: string | undefined, { paths, windows }: System): string {
  try {
    const home = given ?? homedir();
    if (paths.isAbsolute(home)) return home;
  } catch {
    // The error below explains it.
  }
  throw new ActionError('invalid-input', `'~' cannot be resolved: this user has no home folder`, {
    hint: `Set the environment variable ${windows ? 'USERPROFILE' : 'HOME'}, or write the whole path instead of '~'.`,
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
  // Like in `@actions/glob`, `a/**` also matches the file `a`.
  const end = globs.at(-1) === '**' ? '/' : '';
  const matchesItself = (name: string) => itself.match(name === '' ? '' : name + end);
  // `a/**` does not match the folder `a`, but covers everything in it.
  const whole = globs.slice(0, globs.findLastIndex((glob) => glob !== '**') + 1);
  const folder = new Minimatch(whole.length > 0 ? whole.join('/') : '**', options);
  return {
    matches: (name) => (!foldersOnly && matchesItself(name)) || (name !== '' && below.match(name)),
    covers: (name) => (name === '' ? whole.length === 0 : folder.match(name) || below.match(name)),
    mayMatchBelow: (name) => name === '' || below.match(name, true),
  };
}
