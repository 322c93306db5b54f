import path from 'node:path';

import { ActionError, detailLines } from '../errors/error.ts';
import { type Placement, freeSpace, spaceNeeded } from '../files/diskSpace.ts';
import { type System, thisSystem } from '../files/system.ts';
import { type Target, inspectTarget } from '../files/target.ts';
import type { Overwrite } from '../sync/diff.ts';
import { type Get, isFolderMarker, nameProblems } from '../sync/downloads.ts';
import { count, formatBytes } from '../text/format.ts';
import { sanitize } from '../text/sanitize.ts';
import { setting } from '../text/wording.ts';
import { type Comparison, compareExisting } from './existingFiles.ts';
import { partSizeOf } from './partSize.ts';
import { keptBytes } from './resumableFile.ts';

export interface DownloadPlanOptions {
  /** The target folder; it may be missing. Nothing is written outside of it. */
  readonly folder: string;
  /**
   * What happens to an existing file. `always`: it is replaced. `changed`: it is replaced if its content differs. `never`: another content is an error.
   */
  readonly overwrite: Overwrite;
  /** Cancels the comparison with existing files. */
  readonly signal: AbortSignal;
  /** Default: this system. */
  readonly system?: System;
  /** Bytes of the parts of large files. Default: those of an upload, so that their digests make the ETag. */
  readonly partSize?: number | undefined;
  /** Free bytes of the file system of a folder; undefined if unknown. */
  readonly freeSpace?: (folder: string) => number | undefined;
}

/** What a download reads and writes, known before the first byte is written. */
export interface DownloadPlan {
  /** Absolute real path of the target folder. */
  readonly folder: string;
  readonly overwrite: Overwrite;
  /** Bytes of the parts of large files; undefined: it depends on the size of the file. */
  readonly partSize: number | undefined;
  /** Objects to download, in order. */
  readonly gets: readonly Get[];
  /** Objects whose file exists with the same content. */
  readonly unchanged: readonly Get[];
  /** Bytes of `gets`. */
  readonly totalBytes: number;
  /** Objects of `gets` under whose name something exists. */
  readonly existing: ReadonlySet<Get>;
  /** ETags of existing files whose object has an unknown digest. The download asks the storage whether it still has this ETag. */
  readonly etags: ReadonlyMap<Get, string>;
}

/**
 * Decides which objects to download. It checks all names, everything that is in the way below the target folder, and the free space of the disk. It
 * writes nothing. Objects that stand for folders are left out.
 * @throws ActionError `unwritable-files` listing every file that cannot be written; `file-exists` with `overwrite: never`; `disk-full`; or an error
 * of reading an existing file
 */
export async function planDownload(all: readonly Get[], options: DownloadPlanOptions): Promise<DownloadPlan> {
  const { folder, overwrite, signal, system = thisSystem, partSize } = options;
  const gets = all.filter((get) => !isFolderMarker(get));
  const target = checkTarget(gets, path.resolve(folder), system);
  const { same, etags } = await compare(gets, target, overwrite, signal);
  if (overwrite === 'never') refuseOthers(gets, target, { same, etags });
  const left = gets.filter((get) => !same.has(get));
  const ordered = [
    ...left.filter((get) => isLarge(get, partSize)),
    ...left.filter((get) => !isLarge(get, partSize)),
  ];
  checkSpace(ordered, target, options);
  return {
    folder: target.folder,
    overwrite,
    partSize,
    gets: ordered,
    unchanged: [...same],
    totalBytes: left.reduce((sum, { size }) => sum + size, 0),
    existing: new Set(left.filter(({ name }) => target.files.has(name))),
    etags,
  };
}

/** Whether a file is downloaded in parts. These start first, so that no large file is left for the end. */
export function isLarge({ size }: Pick<Get, 'size'>, partSize: number | undefined): boolean {
  return size > partSizeOf(size, partSize);
}

function checkTarget(gets: readonly Get[], folder: string, system: System): Target {
  const invalid = nameProblems(gets, system);
  // A name like `..` is not looked up.
  const target = inspectTarget(folder, invalid.length > 0 ? [] : gets.map(({ name }) => name));
  const problems = [...invalid, ...target.problems];
  if (problems.length === 0) return target;
  const [first = ''] = problems;
  throw new ActionError(
    'unwritable-files',
    problems.length === 1
      ? `The download cannot be written to ${sanitize(folder)}: ${first}`
      : `The download cannot be written to ${sanitize(folder)}: ${count(problems.length, 'problem')}`,
    {
      hint: `Remove what is in the way, choose another ${setting('path')}, or exclude the files with a line '!…' in ${setting('pattern')}. Nothing was written.`,
      details: problems.length === 1 ? [] : detailLines(problems),
    },
  );
}

async function compare(
  gets: readonly Get[],
  { files }: Target,
  overwrite: Overwrite,
  signal: AbortSignal,
): Promise<Comparison> {
  if (overwrite === 'always') return { same: new Set(), etags: new Map() };
  const candidates = gets.flatMap((get) => {
    const file = files.get(get.name)?.file;
    return file?.size === get.size ? [{ get, file }] : [];
  });
  return compareExisting(candidates, signal);
}

function refuseOthers(gets: readonly Get[], { files }: Target, { same, etags }: Comparison): void {
  const others = gets.filter((get) => files.has(get.name) && !same.has(get) && !etags.has(get));
  if (others.length > 0) throw existing(others.map(({ name }) => name));
}

/** The error for files that exist with other content, with `overwrite: never`. */
export function existing(names: readonly string[]): ActionError {
  return new ActionError(
    'file-exists',
    `${count(names.length, 'file')} already ${names.length === 1 ? 'exists' : 'exist'} with other content, and ${setting('overwrite')} is 'never'`,
    {
      hint: `Choose another ${setting('path')}, or set ${setting('overwrite', 'changed')} to replace them.`,
      details: detailLines(names.map(sanitize)),
    },
  );
}

function checkSpace(
  gets: readonly Get[],
  { folder, existing: nearest, files }: Target,
  { partSize, freeSpace: free = freeSpace }: DownloadPlanOptions,
): void {
  const left = free(nearest);
  if (left === undefined) return;
  const needed = spaceNeeded(
    gets.map((get): Placement => ({
      size: get.size,
      replaces: files.get(get.name)?.file?.size ?? 0,
      kept:
        isLarge(get, partSize) && get.etag !== undefined
          ? keptBytes(path.join(folder, get.name), get.size, get.etag)
          : 0,
    })),
  );
  if (needed <= left) return;
  throw new ActionError(
    'disk-full',
    `The disk of ${sanitize(folder)} has too little space: the download needs ${formatBytes(needed)} (${needed} bytes), and ${formatBytes(left)} (${left} bytes) are free`,
    {
      hint: `Free space on the disk, choose a ${setting('path')} on another disk, or download fewer files with ${setting('pattern')}. Nothing was written.`,
    },
  );
}
