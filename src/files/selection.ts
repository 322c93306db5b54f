import path from 'node:path';

import type { Warning } from '../errors/codes.ts';
import { ActionError, detailLines } from '../errors/error.ts';
import { sanitize } from '../text/sanitize.ts';
import { count } from '../text/format.ts';
import { createFileFilter } from './filter.ts';
import { withAliases } from './exclusions.ts';
import { type BaseFolders, createCanonicalPaths, realPath } from './canonicalPaths.ts';
import { readPatterns } from './pattern.ts';
import { chooseRoot, outermost, pathBelow } from './root.ts';
import { secretNamesWarning } from './sensitive.ts';
import { unmatchedLines } from './unmatched.ts';
import { type SymlinkRule, type Walk, type WalkedFile, walkFrom } from './walk.ts';

export interface SelectionOptions {
  /** Lines of the input `path`. */
  readonly lines: readonly string[];
  readonly root: string | undefined;
  readonly includeHiddenFiles: boolean;
  readonly symlinks: SymlinkRule;
  /** Folder that relative paths start from. */
  readonly cwd: string;
  /** The checkout: links may lead there by the rule `inside`. */
  readonly checkout: string;
  /** The runner's temporary folder: links in it are held to the same rules as those in the checkout. */
  readonly temp?: string;
  /** Called for each file that is found, before it is known whether all of them can be taken. */
  readonly onFile: (file: WalkedFile) => void;
}

/** A file to upload. */
export interface LocalFile extends WalkedFile {
  /** Path below the root, by `/` on every system. */
  readonly name: string;
}

export interface Selection {
  /** Absolute path of the folder that names are relative to. */
  readonly root: string;
  /** In the order of their names. */
  readonly files: readonly LocalFile[];
  /** Files, and folders with a separator at their end, that stayed out because they are hidden. */
  readonly hidden: readonly string[];
  /** The same for those that are sensitive. */
  readonly sensitive: readonly string[];
  readonly skippedLinks: readonly string[];
  readonly warnings: readonly Warning[];
}

/**
 * Finds the files that the lines of `path` mean; a later line wins over an earlier one.
 * @throws ActionError `files-outside-root` or `unusable-files` that lists every file outside the root, link that leads out of where links may lead, and folder that cannot
 * be read; `invalid-input` where a line cannot be understood
 */
export function selectFiles(rules: SelectionOptions): Selection {
  const baseFolders = baseFoldersOf(rules);
  const paths = createCanonicalPaths(baseFolders, rules.root);
  const lines = readPatterns(rules.lines, baseFolders[0]).map((pattern) => ({
    ...pattern,
    searchPath: paths.canonical(pattern.searchPath),
  }));
  const patterns = withAliases(lines, paths);
  const root = paths.root ?? chooseRoot(patterns);
  const filter = createFileFilter(patterns, { includeHidden: rules.includeHiddenFiles, paths, baseFolders });
  const starts = patterns.filter(({ negate }) => !negate).map(({ searchPath }) => searchPath);
  const walks = outermost(starts).map((start) =>
    walkFrom(start, {
      symlinks: rules.symlinks,
      // A root that is itself a link in one of the baseFolders holds nothing by its own name: such a link has to stay within the checkout.
      inside: [root, baseFolders[1]],
      enter: filter.enter,
      includes: filter.includes,
      excludesTarget: filter.excludesTarget,
      onFile: rules.onFile,
    }),
  );
  const files = namedFiles(walks, root);
  return {
    root,
    files,
    hidden: filter.skipped.hidden,
    sensitive: filter.skipped.sensitive,
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

/** All files that were found, in the order of their names. */
function namedFiles(walks: readonly Walk[], root: string): LocalFile[] {
  const named = walks.flatMap(({ files }) =>
    files.map(({ path, size, mtimeMs, dev, ino, linked }) => ({
      path,
      size,
      mtimeMs,
      dev,
      ino,
      linked,
      name: pathBelow(root, path) ?? '',
    })),
  );
  failOnErrors(walks, named, root);
  return named.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function failOnErrors(walks: readonly Walk[], found: readonly LocalFile[], root: string): void {
  const errors = walks.flatMap((walk) => walk.errors);
  const outside = found.filter(({ name }) => name === '');
  errors.push(...outside.map((file) => `${sanitize(file.path)} is outside of the root`));
  if (errors.length === 0) return;
  const [first = ''] = errors;
  throw new ActionError(
    outside.length > 0 ? 'files-outside-root' : 'unusable-files',
    errors.length === 1 ? first : `${count(errors.length, 'file')} or folders cannot be taken`,
    {
      hint:
        outside.length > 0
          ? `Keys are relative to the root, ${sanitize(root)}: set input 'root' to a folder above all files, or leave 'path' within it.`
          : `Mend them, take them out with a line '!…' in 'path', or choose another rule with input 'symlinks' (inside, follow, skip).`,
      details: errors.length === 1 ? [] : detailLines(errors),
    },
  );
}
