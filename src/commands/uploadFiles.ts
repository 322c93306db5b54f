import { ActionError } from '../errors/error.ts';
import type { Log } from '../hosts/host.ts';
import type { Plan, Put } from '../sync/plan.ts';
import { sanitize } from '../text/sanitize.ts';
import { count, formatBytes } from '../text/format.ts';
import { firstOf } from '../report/log.ts';
import { s3Uri } from '../storage/uri.ts';
import type { StorageClient } from '../storage/client.ts';
import { describeStorageError } from '../storage/errorDescription.ts';
import {
  type OrphanedUpload,
  type TransferResult,
  type TransferOptions,
  transfer,
} from '../transfer/engine.ts';
import { createProgress, watchForEnd } from '../transfer/progress.ts';
import type { Cancellation } from './cancellation.ts';
import { showProgress } from './transferProgress.ts';
import { wording } from '../text/wording.ts';

export interface UploadOptions extends Omit<TransferOptions, 'onProgress' | 'signal'> {
  /** Requests that the run has retried so far. */
  readonly retried: () => number;
  /** Called once, see {@link watchForEnd}. */
  readonly onEnding?: (() => void) | undefined;
}

/**
 * Uploads all files of a plan, and logs the progress every few seconds.
 * @throws ActionError listing what is stored and what is not
 */
export async function uploadFiles(
  log: Log,
  plan: Plan,
  client: StorageClient,
  options: UploadOptions & Pick<Cancellation, 'signal' | 'done'>,
): Promise<void> {
  const { signal, done, retried } = options;
  const puts = plan.groups.flat();
  if (puts.length === 0) return;
  const started = performance.now();
  const total = { files: puts.length, bytes: totalSize(puts) };
  const progress = createProgress(total, () => performance.now() - started);
  const endGroup = log.openGroup('Upload');
  const stopShowing = showProgress(log, progress, total.bytes);
  const stored: Put[] = [];
  done.set('stored', () => storedLines(puts, stored));
  const before = retried();
  const watch = watchForEnd(total, options.onEnding);
  const outcome = await transfer(plan, client, {
    ...options,
    signal,
    onProgress: (made) => {
      progress.add(made);
      watch(made);
    },
    onStored: (put, etag, contentType, sha256) => {
      stored.push(put);
      options.onStored?.(put, etag, contentType, sha256);
    },
  }).finally(stopShowing);
  const retries = retried() - before;
  log.info(
    `${progress.line()}${retries > 0 ? `; ${count(retries, 'request was', 'requests were')} retried` : ''}`,
  );
  endGroup();
  if (outcome.stored.length < puts.length) throw incomplete(puts, client, outcome);
  for (const line of leftoverLines(outcome.orphanedUploads)) log.info(line);
}

function totalSize(puts: readonly Put[]): number {
  return puts.reduce((sum, { file }) => sum + file.size, 0);
}

function leftoverLines(orphanedUploads: readonly OrphanedUpload[]): string[] {
  return orphanedUploads.map(
    ({ put, reason }) =>
      `- parts of ${sanitize(put.name)} were not cleaned up (${reason}); the server deletes them, by default after a day`,
  );
}

function incomplete(
  puts: readonly Put[],
  client: StorageClient,
  { stored, failures, unanswered, orphanedUploads }: TransferResult,
): ActionError {
  const details = [
    ...leftoverLines(orphanedUploads),
    ...storedLines(puts, stored),
    ...(unanswered.length > 0
      ? [
          `Of these, ${count(unanswered.length, 'file')} may be stored, because the storage did not answer:`,
          ...names(unanswered),
        ]
      : []),
  ];
  const [first] = failures;
  if (!first) {
    return new ActionError(
      'cancelled',
      `The upload was cancelled with ${stored.length} of ${count(puts.length, 'file')} stored`,
      { hint: `Run the ${wording().job} again: it replaces the stored files.`, details },
    );
  }
  const { put, error } = first;
  const what = `${sanitize(put.name)} could not be uploaded to ${sanitize(s3Uri(client.location, put.key))}`;
  const { code, message, hint } = describeStorageError(what, client.location, error);
  return new ActionError(code, message, { hint, details, cause: error });
}

function storedLines(puts: readonly Put[], stored: readonly Put[]): string[] {
  const isStored = new Set(stored);
  const missing = puts.filter((put) => !isStored.has(put));
  return [
    `Stored before that: ${count(stored.length, 'file')}`,
    ...names(puts.filter((put) => isStored.has(put))),
    ...(missing.length > 0
      ? [
          `Not stored: ${count(missing.length, 'file')}, ${formatBytes(totalSize(missing))}`,
          ...names(missing),
        ]
      : ['All files are stored.']),
  ];
}

function names(puts: readonly Put[]): string[] {
  return firstOf(puts, 50, ({ name }) => `- ${sanitize(name)}`);
}
