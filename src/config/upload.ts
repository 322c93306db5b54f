import { count } from '../text/format.ts';
import { isWholeWorkspace, refuseTrailingSlash } from './destination.ts';
import { type HeaderRule, readHeaders } from './headers.ts';
import { type LinkInputs, readLinkOptions } from './links.ts';
import { readPath } from './path.ts';
import { type RawInput, Reader } from './reader.ts';

export interface UploadInputs extends LinkInputs {
  /** Lines of patterns, as they were given. */
  readonly path: readonly string[];
  readonly root: string | undefined;
  readonly ifNoFilesFound: 'error' | 'warn' | 'ignore';
  readonly includeHiddenFiles: boolean;
  readonly symlinks: 'inside' | 'follow' | 'skip';
  readonly overwrite: 'always' | 'changed' | 'never';
  readonly deleteStale: boolean;
  readonly headers: readonly HeaderRule[];
  /** Whether `SHA256SUMS` is written as well. */
  readonly checksums: boolean;
  /** Bytes of a part of a large file; undefined: from the file's size alone. */
  readonly partSize: number | undefined;
  /** Names on the platform that the destination is shared with. */
  readonly shareWithUsers: readonly string[];
  readonly shareWithGroups: readonly string[];
  /** Requests under way at once; undefined: chosen from the machine. */
  readonly concurrency: number | undefined;
}

/**
 * Reads the inputs of the root action. Secrets are masked before anything else is looked at.
 * @param keyless whether the job can do without a client secret, by an identity of its own
 * @param logIn lines that say how to log in, for a job without any credentials
 * @throws ActionError `invalid-input` that names every input that is wrong, what was received and what is expected
 */
export function readUploadInputs(
  raw: RawInput,
  mask: (secret: string) => void,
  keyless = false,
  logIn: readonly string[] = [],
): UploadInputs {
  const reader = new Reader(raw, keyless, logIn);
  const inputs: UploadInputs = {
    ...readLinkOptions(reader, mask),
    path: readPath(reader),
    root: reader.text('root') || undefined,
    ifNoFilesFound: reader.choice('if-no-files-found', ['error', 'warn', 'ignore']),
    includeHiddenFiles: reader.boolean('include-hidden-files', false),
    symlinks: reader.choice('symlinks', ['inside', 'follow', 'skip']),
    overwrite: reader.choice('overwrite', ['always', 'changed', 'never']),
    deleteStale: readDeleteStale(reader),
    headers: readHeaders(reader),
    checksums: reader.boolean('checksums', false),
    partSize: reader.optional('part-size', `a size from 5MiB to 5GiB, e.g. '64MiB'`, parsePartSize),
    shareWithUsers: readNames(reader, 'share-with-users'),
    shareWithGroups: readNames(reader, 'share-with-groups'),
    concurrency: reader.optional('concurrency', 'a whole number from 1 to 256', parseConcurrency),
  };
  reader.finish();
  return Object.freeze(inputs);
}

function readDeleteStale(reader: Reader): boolean {
  const deleteStale = reader.boolean('delete-stale', false);
  if (!deleteStale || reader.hasProblem('destination')) return deleteStale;
  if (isWholeWorkspace(reader)) {
    reader.problems.push(
      `delete-stale: got 'true' with an empty 'destination', expected a folder of its own, e.g. 'site': it would delete whatever else is in the workspace`,
    );
  } else refuseTrailingSlash(reader, `'delete-stale' deletes what is below it`);
  return deleteStale;
}

/** Names to share with, one a line. A folder is what is shared: without one it would be the whole workspace. */
function readNames(reader: Reader, name: string): string[] {
  const names = [...new Set(reader.lines(name))];
  if (names.length === 0 || reader.hasProblem('destination')) return names;
  if (isWholeWorkspace(reader)) {
    reader.problems.push(
      `${name}: got ${count(names.length, 'name')} with an empty 'destination', expected a folder to share, e.g. 'reports'`,
    );
  }
  return names;
}

/** 5 MiB to 5 GiB, S3's limits of a part, in whole MiB so that the parts of one file are the same everywhere. */
function parsePartSize(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,5}) ?(MiB|GiB)$/i.exec(text) ?? [];
  const mebibytes = Number(number) * (unit?.toLowerCase() === 'gib' ? 1024 : 1);
  return mebibytes >= 5 && mebibytes <= 5 * 1024 ? mebibytes * 1024 ** 2 : undefined;
}

function parseConcurrency(text: string): number | undefined {
  return /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 256 ? Number(text) : undefined;
}
