import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';

import { ActionError, detailLines } from '../errors.ts';
import { printable } from '../printable.ts';
import { count } from '../quantities.ts';
import { isLeftOut } from './hidden.ts';
import { type Pattern, folderAt, readPatterns } from './pattern.ts';
import { chooseRoot, pathBelow } from './root.ts';
import { type SymlinkRule, type Walk, type WalkedFile, walkFrom } from './walk.ts';

export interface SelectionRules {
  /** Lines of the input `path`. */
  readonly lines: readonly string[];
  readonly root: string | undefined;
  readonly includeHiddenFiles: boolean;
  readonly symlinks: SymlinkRule;
  /** Folder that relative paths start from. */
  readonly cwd: string;
  /** The checkout: links may lead there by the rule `inside`. */
  readonly checkout: string;
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
  /** Files, and folders with a separator at their end, that stayed out because they are hidden or guarded. */
  readonly hidden: readonly string[];
  readonly skippedLinks: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Finds the files that the lines of `path` mean; a later line wins over an earlier one.
 * @throws ActionError `files` that lists every file outside the root, link that leads astray, and folder that cannot be read
 */
export function selectFiles(rules: SelectionRules): Selection {
  const patterns = readPatterns(rules.lines, rules.cwd);
  const root = rules.root === undefined ? chooseRoot(patterns) : folderAt(rules.root, rules.cwd);
  const decide = createDecider(patterns, rules.includeHiddenFiles);
  const walks = startingPoints(patterns).map((start) =>
    walkFrom(start, {
      symlinks: rules.symlinks,
      root,
      inside: [root, rules.checkout].map(realPath),
      enter: decide.enter,
      wants: decide.wants,
      onFile: rules.onFile,
    }),
  );
  const found = walks.flatMap((walk) => walk.files);
  const named = found.map((file) => ({
    path: file.path,
    size: file.size,
    mtimeMs: file.mtimeMs,
    dev: file.dev,
    ino: file.ino,
    linked: file.linked,
    name: pathBelow(root, file.path) ?? '',
  }));
  failOnErrors(walks, named, root);
  const files = named.sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    root,
    files,
    hidden: decide.hidden,
    skippedLinks: walks.flatMap((walk) => walk.skippedLinks),
    warnings: [
      ...decide
        .idlePatterns()
        .map(
          (pattern) =>
            `No file matches the line '${printable(pattern.line)}' of 'path'${reasonWhyIdle(pattern)}`,
        ),
      ...walks.flatMap((walk) => walk.warnings),
    ],
  };
}

/** Search paths without those that lie below another. */
function startingPoints(patterns: readonly Pattern[]): string[] {
  const paths = new Set(patterns.filter(({ negate }) => !negate).map(({ searchPath }) => searchPath));
  return [...paths].filter(
    (start) => ![...paths].some((other) => other !== start && pathBelow(other, start) !== undefined),
  );
}

function realPath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

function failOnErrors(walks: readonly Walk[], found: readonly LocalFile[], root: string): void {
  const errors = walks.flatMap((walk) => walk.errors);
  const outside = found.filter(({ name }) => name === '');
  errors.push(...outside.map((file) => `${printable(file.path)} is outside of the root`));
  if (errors.length === 0) return;
  const [first = ''] = errors;
  throw new ActionError(
    'files',
    errors.length === 1 ? first : `${count(errors.length, 'file')} or folders cannot be taken`,
    {
      hint:
        outside.length > 0
          ? `Keys are relative to the root, ${printable(root)}: set input 'root' to a folder above all files, or leave 'path' within it.`
          : `Mend them, take them out with a line '!…' in 'path', or choose another rule with input 'symlinks' (inside, follow, skip).`,
      details: errors.length === 1 ? [] : detailLines(errors),
    },
  );
}

/** What people most often mean when a line matches nothing. */
function reasonWhyIdle({ line, searchPath }: Pattern): string {
  if (/\{.*\}/.test(line)) return `: braces are no wildcard here, write a line for each`;
  if (/\[.*\]/.test(line)) return `: '[…]' stands for one of the characters in it, write '[[]' for a bracket`;
  if (!existsSync(searchPath)) return `: there is no ${printable(searchPath)}`;
  return '';
}

interface Decider {
  readonly enter: (folder: string) => boolean;
  readonly wants: (file: string) => boolean;
  readonly hidden: string[];
  /** Patterns that no file matched so far. */
  readonly idlePatterns: () => Pattern[];
}

function createDecider(patterns: readonly Pattern[], includeHidden: boolean): Decider {
  const busy = new Set<Pattern>();
  const hidden: string[] = [];
  const lastWanting = patterns.findLastIndex(({ negate }) => !negate);
  const wants = (file: string) => {
    let last: Pattern | undefined;
    let visible = false;
    const wanting: Pattern[] = [];
    for (const pattern of patterns) {
      const name = pathBelow(pattern.searchPath, file);
      if (name === undefined || !pattern.matches(name)) continue;
      last = pattern;
      if (pattern.negate) continue;
      wanting.push(pattern);
      visible ||= !isLeftOut(pattern, name, includeHidden);
    }
    if (last?.negate !== false) return false;
    for (const pattern of wanting) busy.add(pattern);
    if (!visible) hidden.push(file);
    return visible;
  };
  const enter = (folder: string) => {
    const leads = ({ negate, searchPath }: Pattern) => !negate && pathBelow(folder, searchPath) !== undefined;
    if (patterns.some(leads)) return true;
    const closed = patterns.some(
      (pattern, index) => index > lastWanting && meets(pattern, folder, (name) => pattern.covers(name)),
    );
    const holding = patterns.filter(
      (pattern) => !pattern.negate && meets(pattern, folder, (name) => pattern.mayMatchBelow(name)),
    );
    if (closed || holding.length === 0) return false;
    const visible = holding.some(
      (pattern) => !isLeftOut(pattern, pathBelow(pattern.searchPath, folder) ?? '', includeHidden),
    );
    if (!visible) hidden.push(`${folder}${path.sep}`);
    return visible;
  };
  return {
    enter,
    wants,
    hidden,
    idlePatterns: () => patterns.filter((pattern) => !pattern.negate && !busy.has(pattern)),
  };
}

function meets(pattern: Pattern, file: string, test: (name: string) => boolean): boolean {
  const name = pathBelow(pattern.searchPath, file);
  return name !== undefined && test(name);
}
