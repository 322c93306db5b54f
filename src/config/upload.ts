import { count } from '../text/format.ts';
import { isWholeWorkspace, refuseTrailingSlash } from './destination.ts';
import { type HeaderRule, readHeaders } from './headerRules.ts';
import { type LinkInputs, readLinkOptions } from './links.ts';
import { parseConcurrency } from './numbers.ts';
import { readPath } from './path.ts';
import { type RawInput, Reader } from './reader.ts';
import { setting } from '../text/wording.ts';

export interface UploadInputs extends LinkInputs {
  /** Lines with patterns, as given. */
  readonly path: readonly string[];
  readonly root: string | undefined;
  readonly ifNoFilesFound: 'error' | 'warn' | 'ignore';
  readonly includeHiddenFiles: boolean;
  readonly symlinks: 'inside' | 'follow' | 'skip';
  readonly overwrite: 'always' | 'changed' | 'never';
  readonly deleteStale: boolean;
  readonly headers: readonly HeaderRule[];
  /** Whether to upload `SHA256SUMS` as well. */
  readonly checksums: boolean;
  /** Bytes of a part of a large file; undefined to choose by the file's size. */
  readonly partSize: number | undefined;
  /** Users and groups of the platform to share the destination with. */
  readonly shareWithUsers: readonly string[];
  readonly shareWithGroups: readonly string[];
  /** Requests at the same time; undefined to choose by the machine. */
  readonly concurrency: number | undefined;
}

/**
 * Reads the inputs of the root action. Secrets are masked first.
 * @param keyless whether the job has an OIDC token, and so needs no client secret
 * @param logIn lines about how to log in, for a job without credentials
 * @throws ActionError `invalid-input` with the name of every invalid input, the received value and the expected one
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
    reader.problem(
      'delete-stale',
      `got 'true' with an empty ${setting('destination')}, expected a folder such as 'site': otherwise it would delete everything else in the workspace`,
    );
  } else refuseTrailingSlash(reader, `${setting('delete-stale')} deletes in it`);
  return deleteStale;
}

/** Reads names to share with, one a line. Without a destination, the whole workspace would be shared. */
function readNames(reader: Reader, name: string): string[] {
  const names = [...new Set(reader.lines(name))];
  if (names.length === 0 || reader.hasProblem('destination')) return names;
  if (isWholeWorkspace(reader)) {
    reader.problem(
      name,
      `got ${count(names.length, 'name')} with an empty ${setting('destination')}, expected a folder to share, e.g. 'reports'`,
    );
  }
  return names;
}

/** Parses 5 MiB to 5 GiB, S3's limits of a part. In whole MiB, the parts of one file are the same on every runner. */
function parsePartSize(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,5}) ?(MiB|GiB)$/i.exec(text) ?? [];
  const mebibytes = Number(number) * (unit?.toLowerCase() === 'gib' ? 1024 : 1);
  return mebibytes >= 5 && mebibytes <= 5 * 1024 ? mebibytes * 1024 ** 2 : undefined;
}
