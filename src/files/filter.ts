import path from 'node:path';

import type { BaseFolders, CanonicalPaths } from './canonicalPaths.ts';
import { type SkipReason, skipReason } from './hidden.ts';
import type { Pattern } from './pattern.ts';
import { pathBelow } from './root.ts';
import { isSensitiveParent } from './sensitive.ts';

/** Decides by the lines of `path` which files and folders the walk takes. */
export interface FileFilter {
  /** Whether to list a folder. */
  readonly enter: (folder: string) => boolean;
  /** Whether to take a file, by its own path. */
  readonly includes: (file: string) => boolean;
  /** Whether to leave out a file or folder that the walk reached through a symbolic link, because of its real path. */
  readonly excludesTarget: (name: string, real: string, isFolder: boolean) => boolean;
  /** Hidden and sensitive files and folders that were left out. Folders end in a separator. */
  readonly skipped: Readonly<Record<SkipReason, string[]>>;
  /** Files and folders that were left out because a line excludes their real path. */
  readonly excludedTargets: readonly string[];
  /** The real paths of files that the walk reached through links. */
  readonly linkTargets: ReadonlyMap<string, string>;
  /** The lines that had an effect. */
  readonly matchedLines: ReadonlySet<string>;
}

export interface FileFilterOptions {
  readonly includeHidden: boolean;
  readonly paths: CanonicalPaths;
  /** Folders above these may be hidden or sensitive, because the user did not choose them. */
  readonly baseFolders: BaseFolders;
}

/** @param patterns a later line wins */
export function createFileFilter(patterns: readonly Pattern[], options: FileFilterOptions): FileFilter {
  const matchedLines = new Set<string>();
  const skipped = { hidden: [] as string[], sensitive: [] as string[] };
  const excludedTargets: string[] = [];
  const linkTargets = new Map<string, string>();
  const lines = patterns.filter(({ negate }) => !negate);
  const lastLine = patterns.findLastIndex(({ negate }) => !negate);
  const byOwnPath = createOwnPathCheck(lines, options.includeHidden);
  const byRealPath = createRealPathCheck(lines, byOwnPath, options);

  /** @param reasons one for each line that matches; one line without a reason is enough to take the file */
  const skip = (name: string, reasons: readonly (SkipReason | undefined)[]) => {
    if (reasons.length === 0 || reasons.includes(undefined)) return false;
    skipped[reasons.includes('sensitive') ? 'sensitive' : 'hidden'].push(name);
    return true;
  };
  /** The exclusion that covers a whole folder. A later line could include files in it again. */
  const folderExclusion = (folder: string) =>
    patterns.find(
      (pattern, index) => index > lastLine && meets(pattern, folder, (name) => pattern.covers(name)),
    );
  const includes = (file: string) => {
    const { last, including, reason } = matchLines(patterns, file, byOwnPath);
    if (last?.negate) matchedLines.add(last.line);
    if (last?.negate !== false) return false;
    for (const { line } of including) matchedLines.add(line);
    return !skip(file, [reason]);
  };
  const enter = (folder: string) => {
    if (lines.some(({ searchPath }) => pathBelow(folder, searchPath) !== undefined)) return true;
    const exclusion = folderExclusion(folder);
    if (exclusion) matchedLines.add(exclusion.line);
    const matching = exclusion ? [] : linesBelow(lines, folder);
    if (matching.length === 0) return false;
    return !skip(
      `${folder}${path.sep}`,
      matching.map((line) => byOwnPath(line, pathBelow(line.searchPath, folder) ?? '')),
    );
  };
  const excludesTarget = (name: string, real: string, isFolder: boolean) => {
    if (!isFolder) linkTargets.set(name, real);
    const shown = `${name}${isFolder ? path.sep : ''} (a link to ${real})`;
    const exclusion = isFolder ? folderExclusion(real) : targetExclusion(patterns, name, real);
    if (exclusion) {
      matchedLines.add(exclusion.line);
      excludedTargets.push(shown);
      return true;
    }
    const matching = isFolder ? linesBelow(lines, name) : lines.filter((line) => matchesFile(line, name));
    return skip(shown, byRealPath(matching, real, isFolder));
  };
  return { enter, includes, excludesTarget, skipped, excludedTargets, linkTargets, matchedLines };
}

/**
 * The exclusion of a file by its real path. The last line counts that matches either path, so a line after the exclusion can include the file
 * under the name of the link.
 */
function targetExclusion(patterns: readonly Pattern[], file: string, real: string): Pattern | undefined {
  const last = patterns.findLastIndex((pattern) => matchesFile(pattern, real));
  const pattern = patterns[last];
  if (!pattern?.negate) return undefined;
  const isIncludedLater = patterns.some(
    (other, index) => index > last && !other.negate && matchesFile(other, file),
  );
  return isIncludedLater ? undefined : pattern;
}

interface MatchingLines {
  /** The last line that matches, which decides. */
  readonly last: Pattern | undefined;
  readonly including: readonly Pattern[];
  /** Why the file is skipped; undefined if one of the including lines takes it. */
  readonly reason: SkipReason | undefined;
}

function matchLines(patterns: readonly Pattern[], file: string, byOwnPath: OwnPathCheck): MatchingLines {
  let last: Pattern | undefined;
  const including: Pattern[] = [];
  let isTaken = false;
  let reason: SkipReason | undefined;
  for (const pattern of patterns) {
    const name = pathBelow(pattern.searchPath, file);
    if (name === undefined || !pattern.matches(name)) continue;
    last = pattern;
    if (pattern.negate) continue;
    including.push(pattern);
    if (isTaken) continue;
    const found = byOwnPath(pattern, name);
    if (found === undefined) isTaken = true;
    else if (reason !== 'sensitive') reason = found;
  }
  return { last, including, reason: isTaken ? undefined : reason };
}

/** Why a line skips a path below its search path. */
type OwnPathCheck = (line: Pattern, name: string) => SkipReason | undefined;

function createOwnPathCheck(lines: readonly Pattern[], includeHidden: boolean): OwnPathCheck {
  const folders = new Map(
    lines.map((line) => {
      const folder = path.basename(line.searchPath);
      return [line, isSensitiveParent(folder) ? folder : ''];
    }),
  );
  return (line, name) => skipReason(line, name, folders.get(line) ?? '', includeHidden);
}

/** Where package managers keep the packages that links in `node_modules` lead to. These folders are hidden, but as public as the links. */
const packageStore = /(?<=[\\/]node_modules[\\/])\.(?:pnpm|store|bun|deno)[\\/]/g;

/** Checks for each matching line whether it skips a real path. A path that another line names directly is not skipped. */
function createRealPathCheck(
  lines: readonly Pattern[],
  byOwnPath: OwnPathCheck,
  { includeHidden, paths, baseFolders }: FileFilterOptions,
) {
  return (matching: readonly Pattern[], real: string, isFolder: boolean): (SkipReason | undefined)[] => {
    const direct = isFolder ? linesBelow(lines, real) : lines.filter((line) => matchesFile(line, real));
    const isNamed = direct.some(
      (line) => byOwnPath(line, pathBelow(line.searchPath, real) ?? '') === undefined,
    );
    if (isNamed) return [undefined];
    const checked = real.replace(packageStore, '');
    const relative = baseFolders.map((base) => belowCommon(base, checked));
    const { name, folder } = relative.reduce((a, b) => (b.name.length < a.name.length ? b : a));
    return matching.map((line) => {
      const reason = skipReason(line, name, folder, includeHidden);
      if (reason !== 'hidden') return reason;
      // If the line itself is a link into a hidden folder, like `dist` of Nuxt or `bazel-bin`, it includes everything there.
      return byOwnPath(line, belowCommon(paths.real(line.searchPath), checked).name);
    });
  };
}

/** A path relative to the nearest folder that is above it and above `base`, and the name of that folder. */
function belowCommon(base: string, real: string): { readonly name: string; readonly folder: string } {
  const name = pathBelow(base, real);
  if (name !== undefined) return { name, folder: path.basename(base) };
  const above = path.dirname(base);
  return above === base ? { name: real, folder: '' } : belowCommon(above, real);
}

/** The lines that may include something below a folder. */
function linesBelow(lines: readonly Pattern[], folder: string): Pattern[] {
  return lines.filter((line) => meets(line, folder, (name) => line.mayMatchBelow(name)));
}

function matchesFile(line: Pattern, file: string): boolean {
  return meets(line, file, (name) => line.matches(name));
}

function meets(pattern: Pattern, file: string, test: (name: string) => boolean): boolean {
  const name = pathBelow(pattern.searchPath, file);
  return name !== undefined && test(name);
}
