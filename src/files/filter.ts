import path from 'node:path';

import { type SkipReason, skipReason } from './hidden.ts';
import type { CanonicalPaths, BaseFolders } from './canonicalPaths.ts';
import type { Pattern } from './pattern.ts';
import { pathBelow } from './root.ts';
import { isSensitiveParent } from './sensitive.ts';

/** What the lines of `path` decide about each file and folder that the walk finds. */
export interface FileFilter {
  /** Whether to go down into a folder. */
  readonly enter: (folder: string) => boolean;
  readonly includes: (file: string) => boolean;
  /** Whether something that links lead to stays out for what its real path is. */
  readonly excludesTarget: (name: string, real: string, isFolder: boolean) => boolean;
  /** Files, and folders with a separator at their end, that stayed out. */
  readonly skipped: Readonly<Record<SkipReason, string[]>>;
  /** Real paths of files that links led to. */
  readonly linkTargets: ReadonlyMap<string, string>;
  /** Lines that meant a file. */
  readonly matchedLines: ReadonlySet<string>;
}

export interface FileFilterOptions {
  readonly includeHidden: boolean;
  readonly paths: CanonicalPaths;
  /** The folders that these are in are nobody's choice, and not judged. */
  readonly baseFolders: BaseFolders;
}

export function createFileFilter(patterns: readonly Pattern[], rules: FileFilterOptions): FileFilter {
  const matchedLines = new Set<string>();
  const skipped = { hidden: [] as string[], sensitive: [] as string[] };
  const linkTargets = new Map<string, string>();
  const lines = patterns.filter(({ negate }) => !negate);
  const lastLine = patterns.findLastIndex(({ negate }) => !negate);
  const ownConcealment = createOwnConcealment(lines, rules.includeHidden);
  const realConcealment = createRealConcealment(lines, ownConcealment, rules);

  /** Keeps why something stays out, unless one of the lines that mean it takes it. */
  const isOut = (name: string, reasons: readonly (SkipReason | undefined)[]) => {
    if (reasons.length === 0 || reasons.includes(undefined)) return false;
    skipped[reasons.includes('sensitive') ? 'sensitive' : 'hidden'].push(name);
    return true;
  };
  const includes = (file: string) => {
    const { last, wanting, reason } = linesOf(patterns, file, ownConcealment);
    if (last?.negate) matchedLines.add(last.line);
    if (last?.negate !== false) return false;
    for (const { line } of wanting) matchedLines.add(line);
    return !isOut(file, [reason]);
  };
  const enter = (folder: string) => {
    if (lines.some(({ searchPath }) => pathBelow(folder, searchPath) !== undefined)) return true;
    const closing = patterns.find(
      (pattern, index) => index > lastLine && meets(pattern, folder, (name) => pattern.covers(name)),
    );
    if (closing) matchedLines.add(closing.line);
    const holding = closing ? [] : holdersOf(lines, folder);
    if (holding.length === 0) return false;
    return !isOut(
      `${folder}${path.sep}`,
      holding.map((line) => ownConcealment(line, pathBelow(line.searchPath, folder) ?? '')),
    );
  };
  const excludesTarget = (name: string, real: string, isFolder: boolean) => {
    const meaning = isFolder ? holdersOf(lines, name) : lines.filter((line) => meansFile(line, name));
    if (!isFolder) linkTargets.set(name, real);
    const shown = `${name}${isFolder ? path.sep : ''} (a link to ${real})`;
    return isOut(shown, realConcealment(meaning, real, isFolder));
  };
  return { enter, includes, excludesTarget, skipped, linkTargets, matchedLines };
}

interface MatchingLines {
  /** The last line that matches the file decides about it. */
  readonly last: Pattern | undefined;
  readonly wanting: readonly Pattern[];
  /** Why the file stays out nevertheless; undefined where one of the lines that want it takes it. */
  readonly reason: SkipReason | undefined;
}

function linesOf(patterns: readonly Pattern[], file: string, ownConcealment: OwnConcealment): MatchingLines {
  let last: Pattern | undefined;
  const wanting: Pattern[] = [];
  let isSeen = false;
  let reason: SkipReason | undefined;
  for (const pattern of patterns) {
    const name = pathBelow(pattern.searchPath, file);
    if (name === undefined || !pattern.matches(name)) continue;
    last = pattern;
    if (pattern.negate) continue;
    wanting.push(pattern);
    if (isSeen) continue;
    const found = ownConcealment(pattern, name);
    if (found === undefined) isSeen = true;
    else if (reason !== 'sensitive') reason = found;
  }
  return { last, wanting, reason: isSeen ? undefined : reason };
}

/** Why a line's own text leaves a path out that is below its search path. */
type OwnConcealment = (line: Pattern, name: string) => SkipReason | undefined;

function createOwnConcealment(lines: readonly Pattern[], includeHidden: boolean): OwnConcealment {
  const folders = new Map(
    lines.map((line) => {
      const folder = path.basename(line.searchPath);
      return [line, isSensitiveParent(folder) ? folder : ''];
    }),
  );
  return (line, name) => skipReason(line, name, folders.get(line) ?? '', includeHidden);
}

/** Where package managers keep the packages that the links in `node_modules` lead to: hidden, and yet as public as those links. */
const packageStore = /(?<=[\\/]node_modules[\\/])\.(?:pnpm|store|bun|deno)[\\/]/g;

/** Why each of the lines that mean a path leaves it out for where it really is; nothing does where a line means that place as well. */
function createRealConcealment(
  lines: readonly Pattern[],
  ownConcealment: OwnConcealment,
  { includeHidden, paths, baseFolders }: FileFilterOptions,
) {
  return (meaning: readonly Pattern[], real: string, isFolder: boolean): (SkipReason | undefined)[] => {
    const there = isFolder ? holdersOf(lines, real) : lines.filter((line) => meansFile(line, real));
    const isNamed = there.some(
      (line) => ownConcealment(line, pathBelow(line.searchPath, real) ?? '') === undefined,
    );
    if (isNamed) return [undefined];
    const judged = real.replace(packageStore, '');
    const ways = baseFolders.map((base) => belowCommon(base, judged));
    const { name, folder } = ways.reduce((a, b) => (b.name.length < a.name.length ? b : a));
    return meaning.map((line) => {
      const reason = skipReason(line, name, folder, includeHidden);
      if (reason !== 'hidden') return reason;
      // A line that is itself a link into a hidden folder, as Nuxt's `dist` is, or Bazel's `bazel-bin`, means all that is there.
      return ownConcealment(line, belowCommon(paths.real(line.searchPath), judged).name);
    });
  };
}

/** A path below the nearest folder that is above both it and `tree`, and that folder's name. */
function belowCommon(tree: string, real: string): { readonly name: string; readonly folder: string } {
  const name = pathBelow(tree, real);
  if (name !== undefined) return { name, folder: path.basename(tree) };
  const above = path.dirname(tree);
  return above === tree ? { name: real, folder: '' } : belowCommon(above, real);
}

function holdersOf(lines: readonly Pattern[], folder: string): Pattern[] {
  return lines.filter((line) => meets(line, folder, (name) => line.mayMatchBelow(name)));
}

function meansFile(line: Pattern, file: string): boolean {
  return meets(line, file, (name) => line.matches(name));
}

function meets(pattern: Pattern, file: string, test: (name: string) => boolean): boolean {
  const name = pathBelow(pattern.searchPath, file);
  return name !== undefined && test(name);
}
