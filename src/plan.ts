import { ActionError, detailLines } from './errors.ts';
import type { LocalFile } from './files/selection.ts';
import { type HeaderRule, headersFor } from './headers.ts';
import { mediaType } from './media.ts';
import { excerpt, printable } from './printable.ts';
import { count } from './quantities.ts';

/** One object to write. */
export interface Put {
  readonly file: LocalFile;
  /** Path relative to the destination, by `/`. */
  readonly name: string;
  readonly key: string;
  readonly contentType: string;
  /** Other headers to store it with, in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Written by this action of its own accord: not counted, and replaced freely. */
  readonly generated: boolean;
}

/** All that an upload will write, known before the first byte is sent. */
export interface Plan {
  /** What every key begins with: the workspace's prefix and the destination, empty or ending in `/`. */
  readonly base: string;
  /**
   * Objects in groups: a group begins when all of the one before is stored, so that a page that leads to others (`index.html`) never
   * stands before they do.
   */
  readonly groups: readonly (readonly Put[])[];
  readonly puts: readonly Put[];
  readonly totalBytes: number;
}

/** Limits of S3 keys and, for a segment, of the file systems that servers such as MinIO store on; in bytes of UTF-8. */
const longestKey = 1_024;
const longestSegment = 255;
/** 5 TiB: S3's largest object. */
const largestObject = 5 * 1024 ** 4;

/**
 * Decides what to write where.
 * @param prefix the workspace's prefix, empty or ending in `/`
 * @param destination folder below it, without slashes at its ends
 * @param headerRules headers to store files with, over those that their names suggest
 * @throws ActionError `key` that lists every key that the storage would refuse, before anything is sent
 */
export function planUpload(
  files: readonly LocalFile[],
  prefix: string,
  destination: string,
  headerRules: readonly HeaderRule[] = [],
): Plan {
  const base = baseOf(prefix, destination);
  const puts = files.map((file) => planPut(file, base, headerRules));
  const problemsOf = puts.map((put) => keyProblems(put, base));
  const problems = problemsOf.flat();
  if (problems.length > 0) {
    const [first = ''] = problems;
    const refused = problemsOf.filter((those) => those.length > 0).length;
    throw new ActionError(
      'key',
      problems.length === 1
        ? first
        : `${count(refused, 'file')} cannot be stored under ${refused === 1 ? 'its name' : 'their names'}`,
      {
        hint: `Rename them, shorten input 'destination', or leave them out with a line '!…' in 'path'; nothing was uploaded.`,
        details: problems.length === 1 ? [] : detailLines(problems),
      },
    );
  }
  const ranks = Map.groupBy(puts, (put) => entryRank(put.name));
  return {
    base,
    puts,
    groups: [...ranks.keys()].sort((a, b) => a - b).map((rank) => ranks.get(rank) ?? []),
    totalBytes: puts.reduce((sum, { file }) => sum + file.size, 0),
  };
}

/** What every key of a destination begins with: empty, or ending in `/`. */
export function baseOf(prefix: string, destination: string): string {
  return destination ? `${prefix}${destination}/` : prefix;
}

/** Adds files that this action writes of its own accord, in a group that comes last. */
export function withGenerated(plan: Plan, files: readonly LocalFile[]): Plan {
  return {
    ...plan,
    groups: [...plan.groups, files.map((file) => ({ ...planPut(file, plan.base, []), generated: true }))],
  };
}

function planPut(file: LocalFile, base: string, rules: readonly HeaderRule[]): Put {
  const { 'content-type': contentType = mediaType(file.name), ...headers } =
    rules.length > 0 ? headersFor(file.name, rules) : {};
  return { file, name: file.name, key: `${base}${file.name}`, contentType, headers, generated: false };
}

/** 0 for ordinary files; pages that lead to them come after, the outermost last of all. */
function entryRank(name: string): number {
  if (name === 'index.html') return 2;
  return name.endsWith('/index.html') ? 1 : 0;
}

const none: readonly string[] = [];

/** Whether a key is short enough to fit all limits even if each of its letters took three bytes, and has no odd segment. */
function isPlain(key: string): boolean {
  return 3 * key.length <= longestKey && !/(^|\/)[^/]{85}/.test(key) && !/(^|\/)\.{0,2}(\/|$)/.test(key);
}

function keyProblems({ key, name, file }: Put, base: string): readonly string[] {
  if (isPlain(key) && name.isWellFormed() && file.size <= largestObject) return none;
  const problems: string[] = [];
  const bytes = Buffer.byteLength(key);
  if (bytes > longestKey) {
    problems.push(
      `'${excerpt(name, 80)}' gives a key of ${bytes} bytes; ${longestKey} are the most (${Buffer.byteLength(base)} of them are '${excerpt(base, 80)}')`,
    );
  }
  const long = key.split('/').find((segment) => Buffer.byteLength(segment) > longestSegment);
  if (long)
    problems.push(
      `'${excerpt(name, 80)}' has a segment of ${Buffer.byteLength(long)} bytes; ${longestSegment} are the most`,
    );
  if (key.split('/').some((segment) => segment === '' || segment === '.' || segment === '..')) {
    problems.push(
      `'${printable(name)}' gives the key '${printable(key)}', with an empty, '.' or '..' segment`,
    );
  }
  if (!name.isWellFormed()) problems.push(`'${printable(name)}' has a name that is not valid Unicode`);
  if (file.size > largestObject)
    problems.push(`'${printable(name)}' is larger than 5 TiB, the most that an object can be`);
  return problems;
}
