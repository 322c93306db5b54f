import { hash } from 'node:crypto';
import {
  appendFileSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

import { type PartFile, openPartFile, partMode, partPath, unwritable } from './fileWriter.ts';
import type { Part } from './partSize.ts';
import type { RangePool } from './rangePool.ts';
import type { RangeJob } from './threadJobs.ts';

/** A part file that the next run can continue. A journal beside it has the digest of each complete part. */
export interface ResumableFile extends PartFile {
  /** Digests of the parts that an earlier run received, in hex by part number. They are compared with the file. */
  readonly kept: ReadonlyMap<number, string>;
  readonly algorithm: RangeJob['algorithm'];
  /**
   * Adds a part that was written to the journal.
   * @param digest in hex; computed if undefined
   */
  complete(part: Part, digest: string | undefined): Promise<string>;
  /** Whether there are parts for the next run. */
  isResumable(): boolean;
}

export interface ResumableOptions {
  /** Bytes. */
  readonly size: number;
  readonly etag: string;
  readonly parts: readonly Part[];
  readonly algorithm: RangeJob['algorithm'];
  readonly pool: RangePool;
}

/** It changes with the object, so that a part file never has parts of two versions. */
function tagOf(size: number, etag: string): string {
  return hash('sha256', `${size} ${etag}`).slice(0, 16);
}

/** Bytes of an earlier download of this object that are on the disk. */
export function keptBytes(file: string, size: number, etag: string): number {
  const stats = lstatSync(partPath(file, tagOf(size, etag)), { throwIfNoEntry: false });
  return stats?.isFile() ? Math.min(size, 512 * stats.blocks) : 0;
}

/**
 * Opens the part file of an object: that of an earlier run, with those parts whose digests are right, or a new one.
 * @throws ActionError `file-unwritable` or `disk-full`, here and in the methods
 */
export async function openResumableFile(file: string, options: ResumableOptions): Promise<ResumableFile> {
  const { size, etag, parts, algorithm, pool } = options;
  const part = partPath(file, tagOf(size, etag));
  const journal = `${part}s`;
  const digestOf = ({ offset, length }: Part) => pool.digest({ path: part, offset, length, algorithm });
  let partFile: PartFile | undefined;
  try {
    removeOtherVersions(file, part);
    const header = `${algorithm} ${parts[0]?.length ?? 0}`;
    const listed = readJournal(part, journal, size, header);
    partFile = openPartFile(file, part, listed ? openSync(part, 'r+') : createSparse(part, size));
    const kept = await keptParts(parts, listed ?? new Map<number, string>(), digestOf);
    rmSync(journal, { force: true });
    writeFileSync(journal, [`${header}\n`, ...[...kept].map(lineOf)].join(''), { flag: 'wx' });
    return withJournal(file, journal, partFile, { kept, algorithm, digestOf });
  } catch (error) {
    partFile?.discard();
    throw unwritable(file, error);
  }
}

function withJournal(
  file: string,
  journal: string,
  partFile: PartFile,
  {
    kept,
    algorithm,
    digestOf,
  }: Pick<ResumableFile, 'kept' | 'algorithm'> & { readonly digestOf: (part: Part) => Promise<string> },
): ResumableFile {
  let isResumable = kept.size > 0;
  let isOpen = true;
  const end = (how: () => void) => {
    isOpen = false;
    how();
    rmSync(journal, { force: true });
  };
  return {
    ...partFile,
    kept,
    algorithm,
    complete: async (part, known) => {
      try {
        const digest = known ?? (await digestOf(part));
        // After an error, parts that are still on the way must not create the journal again.
        if (isOpen) appendFileSync(journal, lineOf([part.number, digest]));
        isResumable = true;
        return digest;
      } catch (error) {
        throw unwritable(file, error);
      }
    },
    isResumable: () => isResumable,
    finish: (attributes) => end(() => partFile.finish(attributes)),
    discard: () => end(() => partFile.discard()),
  };
}

/** Parts can be written in any order. The file takes no space before. */
function createSparse(part: string, size: number): number {
  rmSync(part, { force: true });
  const descriptor = openSync(part, 'wx+', partMode);
  ftruncateSync(descriptor, size);
  return descriptor;
}

/** Removes the part files of other versions of this file, which nobody continues any more. */
function removeOtherVersions(file: string, part: string): void {
  const folder = path.dirname(file);
  const [start, own] = [`.${path.basename(file)}.`, path.basename(part)];
  for (const name of readdirSync(folder)) {
    const isPart = name.startsWith(start) && /^[0-9a-f]{16}\.parts?$/.test(name.slice(start.length));
    if (isPart && name !== own && name !== `${own}s`) rmSync(path.join(folder, name), { force: true });
  }
}

/**
 * Reads the journal of a part file.
 * @param header its first line: a part file of other parts is useless
 * @returns digests by part number; undefined if there is no part file to continue
 */
function readJournal(
  part: string,
  journal: string,
  size: number,
  header: string,
): Map<number, string> | undefined {
  const stats = lstatSync(part, { throwIfNoEntry: false });
  if (!stats?.isFile() || stats.size !== size) return undefined;
  if (!lstatSync(journal, { throwIfNoEntry: false })?.isFile()) return undefined;
  const [first, ...lines] = readFileSync(journal, 'utf8').split('\n');
  if (first !== header) return undefined;
  return new Map(
    lines.flatMap((line) => {
      const [, number, digest] = /^(\d+) ([0-9a-f]+)$/.exec(line) ?? [];
      return digest === undefined ? [] : [[Number(number), digest] as const];
    }),
  );
}

/** The parts of an earlier run whose content still has its digest. */
async function keptParts(
  parts: readonly Part[],
  listed: ReadonlyMap<number, string>,
  digestOf: (part: Part) => Promise<string>,
): Promise<Map<number, string>> {
  const candidates = parts.filter(({ number }) => listed.has(number));
  const digests = await Promise.all(candidates.map(digestOf));
  const right = candidates.flatMap(({ number }, index) => {
    const digest = digests[index];
    return digest !== undefined && digest === listed.get(number) ? [[number, digest] as const] : [];
  });
  return new Map(right);
}

function lineOf([number, digest]: readonly [number, string]): string {
  return `${number} ${digest}\n`;
}
