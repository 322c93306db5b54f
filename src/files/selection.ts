import path from 'node:path';

import type { Warning } from '../errors/codes.ts';
import { ActionError, detailLines } from '../errors/error.ts';
import { sanitize } from '../text/sanitize.ts';
import { count } from '../text/format.ts';
import { createFileFilter } from './filter.ts';
import { withAliases } from './exclusions.ts';
import { type BaseFolders, createCanonicalPaths, realPath } from './canonicalPaths.ts';
import { readPatterns } from './pattern.ts';
import { chooseRoot, outermost, pathBelow, pathOf } from './root.ts';
import { secretNamesWarning } from './sensitive.ts';
import { unmatchedLines } from './unmatched.ts';
import { type SymlinkRule, type Walk, type WalkedFile, walkFrom } from './walk.ts';
import { inputs, setting } from '../text/wording.ts';

export interface SelectionOptions {
  /** Lines of the input `path`. */
  readonly lines: readonly string[];
  readonly root: string | undefined;
  readonly includeHiddenFiles: boolean;
  readonly symlinks: SymlinkRule;
  /** The folder that relative paths start from. */
  readonly cwd: string;
  /** With `symlinks: inside`, links may lead into the checkout. */
  readonly checkout: string;
  /** The runner's temporary folder. Links in it follow the same rules as links in the checkout. */
  readonly temp?: string;
  /** Called for each file during the walk. The selection may still fail afterwards. */
  readonly onFile: (file: WalkedFile) => void;
}

/** A file to upload. */
export interface LocalFile extends WalkedFile {
  /** Path relative to the root, with `/` on every system. */
  readonly name: string;
}

export interface Selection {
  /** Absolute path of the folder that names are relative to. */
  readonly root: string;
  /** Sorted by name. */
  readonly files: readonly LocalFile[];
  /** Hidden files and folders that were left out. Folders end in a separator. */
  readonly hidden: readonly string[];
  /** Sensitive files and folders that were left out. Folders end in a separator. */
  readonly sensitive: readonly string[];
  /** Files and folders behind symbolic links that were left out because a line excludes their real path. */
  readonly excludedTargets: readonly string[];
  readonly skippedLinks: readonly string[];
  readonly warnings: readonly Warning[];
}

/**
 * Finds the files that the lines of `path` select. A later line wins over an earlier one.
 * @throws ActionError `files-outside-root` or `unusable-files` with a list of all files and folders that cannot be uploaded; `invalid-input` for
 * an invalid line
 */
export function selectFiles(options: SelectionOptions): Selection {
  const baseFolders = baseFoldersOf(options);
  const paths = createCanonicalPaths(baseFolders, options.root);
  const lines = readPatterns(options.lines, baseFolders[0]).map((pattern) => ({
    ...pattern,
    searchPath: paths.canonical(pattern.searchPath),
  }));
  const patterns = withAliases(lines, paths);
  const root = paths.root ?? chooseRoot(patterns);
  const filter = createFileFilter(patterns, {
    includeHidden: options.includeHiddenFiles,
    paths,
    baseFolders,
  });
  const starts = patterns.filter(({ negate }) => !negate).map(({ searchPath }) => searchPath);
  const walks = outermost(starts).map((start) =>
    walkFrom(start, {
      symlinks: options.symlinks,
      // If the root itself is a link in a base folder, no real path is below it. Links then have to lead into the checkout.
      inside: [root, baseFolders[1]],
      enter: filter.enter,
      includes: filter.includes,
      excludesTarget: filter.excludesTarget,
      onFile: options.onFile,
    }),
  );
  const files = namedFiles(walks, root);
  return {
    root,
    files,
    hidden: filter.skipped.hidden,
    sensitive: filter.skipped.sensitive,
    excludedTargets: filter.excludedTargets,
    skippedLinks: walks.flatMap((walk) => walk.skippedLinks),
    warnings: [
      ...secretNamesWarning(files, filter.linkTargets),
      ...unmatchedLines(patterns, filter.matchedLines, baseFolders[0]),
      ...walks.flatMap((walk) => walk.warnings),
    ],
  };
}

function baseFoldersOf({ cwd, checkout, temp }: SelectionOptions): BaseFolders {
  const home = realPath(cwd) ?? cwd;
  const others = temp === undefined ? [] : [realPath(temp) ?? path.resolve(temp)];
  return [home, checkout === '' ? home : (realPath(checkout) ?? path.resolve(checkout)), ...others];
}

/** All files of the walks, sorted by name. */
function namedFiles(walks: readonly Walk[], root: string): LocalFile[] {
  const nameOf = namer(root);
  const placeOf = sharedPlaces(root);
  const named: LocalFile[] = [];
  const outside: string[] = [];
  for (const { files } of walks)
    // Takes each file out of its list, because two lists of 300,000 files would take 60 MB more.
    for (let file = files.pop(); file; file = files.pop()) {
      const name = nameOf(file.path);
      if (name === '') outside.push(file.path);
      else named.push(new FileBelowRoot(placeOf(file), name, file));
    }
  failOnErrors(walks, outside.sort(), root);
  return named.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Returns the names of files relative to the root; empty for a file that is not below it. `join` makes texts of their own. In V8, a slice keeps the
 * whole path in memory, and `+` keeps both of its parts.
 */
function namer(root: string): (file: string) => string {
  let [folder, folderName] = ['', undefined as string | undefined];
  return (file) => {
    const end = file.lastIndexOf(path.sep);
    if (end !== folder.length || !file.startsWith(folder)) {
      folder = file.slice(0, end);
      folderName = pathBelow(root, folder);
    }
    if (folderName === undefined) return pathBelow(root, file) ?? '';
    const base = file.slice(end + 1);
    return folderName === '' ? [base.charAt(0), base.slice(1)].join('') : [folderName, base].join('/');
  };
}

/** What many files have in common. */
interface Place extends Pick<WalkedFile, 'dev' | 'linked' | 'mode'> {
  readonly root: string;
}

/** Returns the same object for files with the same values. */
function sharedPlaces(root: string): (file: WalkedFile) => Place {
  const places = new Map<string, Place>();
  let last: Place | undefined;
  return ({ dev, linked, mode }) => {
    if (last?.dev === dev && last.linked === linked && last.mode === mode) return last;
    const key = `${dev} ${linked} ${mode}`;
    last = places.get(key) ?? { root, dev, linked, mode };
    places.set(key, last);
    return last;
  };
}

/** A file with a path that is made on demand: the paths of 300,000 files take 40 MB. */
class FileBelowRoot implements LocalFile {
  readonly place: Place;
  readonly name: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ino: number;

  constructor(place: Place, name: string, { size, mtimeMs, ino }: WalkedFile) {
    this.place = place;
    this.name = name;
    this.size = size;
    this.mtimeMs = mtimeMs;
    this.ino = ino;
  }

  get path(): string {
    return pathOf(this.place.root, this.name);
  }

  get dev(): number {
    return this.place.dev;
  }

  get linked(): boolean {
    return this.place.linked;
  }

  get mode(): number | undefined {
    return this.place.mode;
  }
}

/** @param outside paths of files that are not below the root */
function failOnErrors(walks: readonly Walk[], outside: readonly string[], root: string): void {
  const errors = walks.flatMap((walk) => walk.errors);
  errors.push(...outside.map((file) => `${sanitize(file)} is outside the root`));
  if (errors.length === 0) return;
  const [first = ''] = errors;
  throw new ActionError(
    outside.length > 0 ? 'files-outside-root' : 'unusable-files',
    errors.length === 1 ? first : `${count(errors.length, 'file')} or folders cannot be uploaded`,
    {
      hint:
        outside.length > 0
          ? `Keys are relative to the root ${sanitize(root)}. Set ${inputs('root')} to a folder that contains all files, or change ${setting('path')}.`
          : `Fix them, exclude them with a line '!…' in ${setting('path')}, or set another value for ${inputs('symlinks')} (inside, follow, skip).`,
      details: errors.length === 1 ? [] : detailLines(errors),
    },
  );
}
