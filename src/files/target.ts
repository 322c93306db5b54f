import { type Stats, accessSync, constants, lstatSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';

import { messageOf, systemCode } from '../errors/error.ts';
import { sanitize } from '../text/sanitize.ts';
import type { WalkedFile } from './walk.ts';

/** A file that exists under the name of a download. */
export interface ExistingFile {
  /** Undefined for a symbolic link: a download replaces the link, and never follows it. */
  readonly file: WalkedFile | undefined;
}

/** The folder that a download writes to, as it is before. */
export interface Target {
  /** Real path. It may be missing. */
  readonly folder: string;
  /** Real path of the nearest existing folder. */
  readonly existing: string;
  /** Existing files, by name relative to the folder. */
  readonly files: ReadonlyMap<string, ExistingFile>;
  /** What is in the way, one line for each. */
  readonly problems: readonly string[];
}

/**
 * Looks at everything that exists on the way to the files of a download. It is synchronous, because that takes 3 µs for each file.
 * @param folder absolute
 * @param names relative to the folder, with `/`, and valid: without `..`
 */
export function inspectTarget(folder: string, names: readonly string[]): Target {
  const problems: string[] = [];
  const files = new Map<string, ExistingFile>();
  const { real, existing, problem } = resolveTarget(folder);
  if (problem !== undefined) return { folder: real, existing, files, problems: [problem] };
  const folders = new Map<string, boolean>([['', existing === real]]);
  /** Whether a folder below the target exists. */
  const exists = (name: string): boolean => {
    const known = folders.get(name);
    if (known !== undefined) return known;
    const found = exists(parentOf(name)) && checkFolder(real, name, problems);
    folders.set(name, found);
    return found;
  };
  for (const name of names) {
    if (!exists(parentOf(name))) continue;
    const found = fileAt(path.join(real, name), name, problems);
    if (found) files.set(name, found);
  }
  return { folder: real, existing, files, problems };
}

function parentOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('/')));
}

/** The target folder may be, or be below, a symbolic link: the user named it. */
function resolveTarget(folder: string): {
  readonly real: string;
  readonly existing: string;
  readonly problem?: string;
} {
  for (let above = folder; ; above = path.dirname(above)) {
    const stats = statSync(above, { throwIfNoEntry: false });
    if (stats === undefined && path.dirname(above) !== above && !isLink(above)) continue;
    if (!stats?.isDirectory())
      return { real: folder, existing: above, problem: `${sanitize(above)} is not a folder` };
    const existing = realpathSync(above);
    const real = path.join(existing, path.relative(above, folder));
    const problem = writeProblem(existing);
    return { real, existing, ...(problem !== undefined && { problem }) };
  }
}

/** Whether a path without a target is a broken symbolic link. */
function isLink(name: string): boolean {
  try {
    return lstatSync(name).isSymbolicLink();
  } catch {
    return false;
  }
}

/** @returns whether it is an existing folder */
function checkFolder(root: string, name: string, problems: string[]): boolean {
  const stats = look(path.join(root, name), name, problems);
  if (!stats) return false;
  const problem = stats.isSymbolicLink()
    ? `'${sanitize(name)}' is a symbolic link, and a download never follows links below its folder`
    : stats.isDirectory()
      ? writeProblem(path.join(root, name))
      : `'${sanitize(name)}' is a file, and the download needs a folder there`;
  if (problem !== undefined) problems.push(problem);
  return problem === undefined;
}

function fileAt(file: string, name: string, problems: string[]): ExistingFile | undefined {
  const stats = look(file, name, problems);
  if (!stats) return undefined;
  if (stats.isSymbolicLink()) return { file: undefined };
  if (!stats.isFile()) {
    const kind = stats.isDirectory() ? 'a folder' : 'a device, socket or named pipe';
    problems.push(`'${sanitize(name)}' is ${kind}, and the download needs a file there`);
    return undefined;
  }
  const { size, mtimeMs, dev, ino } = stats;
  return { file: { path: file, size, mtimeMs, dev, ino, linked: false } };
}

function look(file: string, name: string, problems: string[]): Stats | undefined {
  try {
    return lstatSync(file, { throwIfNoEntry: false });
  } catch (error) {
    problems.push(`'${sanitize(name)}' cannot be accessed: ${reasonOf(error)}`);
    return undefined;
  }
}

function writeProblem(folder: string): string | undefined {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return `The folder ${sanitize(folder)} cannot be written to: ${reasonOf(error)}`;
  }
}

function reasonOf(error: unknown): string {
  const code = systemCode(error);
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  return code === 'EROFS' ? 'the file system is read-only' : sanitize(messageOf(error));
}
