import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

import type { Warning } from '../errors/codes.ts';
import { probableName } from '../text/nearest.ts';
import { sanitize } from '../text/sanitize.ts';
import { mayExclude } from './exclusions.ts';
import type { Pattern } from './pattern.ts';
import { thisSystem } from './system.ts';
import { setting } from '../text/wording.ts';

/**
 * Warnings about lines of `path` without effect: a line that no file matches, and an exclusion that can never match. An exclusion that could match
 * other files gives no warning.
 * @param matched the lines that matched a file
 */
export function unmatchedLines(
  patterns: readonly Pattern[],
  matched: ReadonlySet<string>,
  cwd: string,
): Warning[] {
  const unmatched = [...new Set(patterns.map(({ line }) => line))].filter((line) => !matched.has(line));
  return unmatched.flatMap((line) => {
    const same = patterns.filter((pattern) => pattern.line === line);
    const [pattern] = same;
    if (!pattern) return [];
    const what = `the line '${sanitize(line)}' of ${setting('path')}`;
    if (!pattern.negate) return [warning(`No file matches ${what}${whyUnmatched(pattern)}`)];
    const why = whyWithoutEffect(pattern, same, patterns, cwd);
    return why === undefined ? [] : [warning(`Nothing is excluded by ${what}: ${why}`)];
  });
}

const warning = (text: string): Warning => ({ code: 'unmatched-path', text });

/** The most common mistakes. */
function whyUnmatched({ line, searchPath }: Pattern): string {
  const separated = withSlashes(line);
  if (separated !== undefined) return `: '\\' is not a path separator here, write '${sanitize(separated)}'`;
  if (hasBraces(line)) return `: ${noBraces}`;
  if (/\[.*\]/.test(line)) return `: '[…]' matches one of the characters in it, write '[[]' for a bracket`;
  if (!existsSync(searchPath)) return `: there is no ${sanitize(searchPath)}${suggestion(searchPath)}`;
  return isEmpty(searchPath) ? `: the folder ${sanitize(searchPath)} is empty` : '';
}

const hasBraces = (line: string) => /\{.*\}/.test(line);

const noBraces = `braces are not supported, write a line for each name`;

/** The line with `/`, if it has `\` before an ordinary character. */
function withSlashes(line: string): string | undefined {
  return !thisSystem.windows && /\\[\w. -]/.test(line) ? line.replaceAll('\\', '/') : undefined;
}

/** Suggests an existing name for the first segment that does not exist. */
function suggestion(searchPath: string): string {
  const above = path.dirname(searchPath);
  if (!existsSync(above)) return above === searchPath ? '' : suggestion(above);
  try {
    const name = probableName(path.basename(searchPath), readdirSync(above));
    return name === undefined ? '' : `; did you mean '${sanitize(name)}'?`;
  } catch {
    return '';
  }
}

/** Whether a folder contains nothing but empty folders. */
function isEmpty(folder: string): boolean {
  try {
    if (!statSync(folder).isDirectory()) return false;
    return readdirSync(folder, { withFileTypes: true }).every(
      (entry) => entry.isDirectory() && isEmpty(path.join(folder, entry.name)),
    );
  } catch {
    return false;
  }
}

/**
 * Why an exclusion has no effect; undefined if it may have one.
 * @param names the exclusion and its aliases
 */
function whyWithoutEffect(
  { line, searchPath, globs }: Pattern,
  names: readonly Pattern[],
  patterns: readonly Pattern[],
  cwd: string,
): string | undefined {
  const separated = withSlashes(line);
  if (separated !== undefined) return `'\\' is not a path separator here, write '${sanitize(separated)}'`;
  if (hasBraces(line)) return noBraces;
  const position = patterns.findIndex((pattern) => pattern.line === line);
  const meets = (pattern: Pattern) => !pattern.negate && names.some((name) => mayExclude(name, pattern));
  if (patterns.slice(0, position).some(meets)) return undefined;
  const later = patterns.slice(position).find(meets);
  if (later)
    return `a later line wins, and '${sanitize(later.line)}' comes after it. Move the exclusion below that line`;
  const compared = sanitize([searchPath, ...globs].join('/'));
  const text = line.replace(/^[!\s]+/, '').replace(/^\.\//, '');
  const anywhere = /^(?:[~/\\]|\*\*|\.\.|[a-z]:)/i.test(text) ? undefined : `!**/${text}`;
  return `it is compared with whole paths, as ${compared}, and no line includes files there${
    anywhere === undefined
      ? ''
      : `. Lines start from the working directory, ${sanitize(cwd)}: write '${sanitize(anywhere)}' to exclude at any depth`
  }`;
}
