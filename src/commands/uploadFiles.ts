import { ActionError } from '../errors/error.ts';
import type { Log } from '../hosts/host.ts';
import type { Plan, Put } from '../sync/plan.ts';
import { sanitize } from '../text/sanitize.ts';
import { count, formatBytes, formatDuration } from '../text/format.ts';
import { firstOf } from '../report/log.ts';
import { s3Uri } from '../storage/uri.ts';
import type { StorageClient } from '../storage/client.ts';
import { storageTrouble } from '../storage/errorDescription.ts';
import {
  type OrphanedUpload,
  type TransferResult,
  type TransferOptions,
  transfer,
} from '../transfer/engine.ts';
import { createProgress } from '../transfer/progress.ts';
import type { Cancellation } from './cancellation.ts';

const progressEveryMs = 3_000;

export interface UploadOptions extends Omit<TransferOptions, 'onProgress' | 'signal'> {
  /** Requests that the run has retried so far. */
  readonly retried: () => number;
}

/**
 * Sends all files of a plan, with a line of progress every few seconds.
 * @throws ActionError that lists what is stored and what is not
 */
export async function uploadFiles(
  log: Log,
  plan: Plan,
  client: StorageClient,
  { signal, done }: Pick<Cancellation, 'signal' | 'done'>,
  options: UploadOptions,
): Promise<void> {
  const puts = plan.groups.flat();
  const started = performance.now();
  const progress = createProgress(
    { files: puts.length, bytes: totalSize(puts) },
    () => performance.now() - started,
  );
  const endGroup = log.openGroup('Upload');
  const timer = setInterval(() => log.info(progress.line()), progressEveryMs);
  const sent: Put[] = [];
  done.set('stored', () => storedLines(puts, sent));
  const before = options.retried();
  const outcome = await transfer(plan, client, {
    ...options,
    signal,
    onProgress: (stored) => progress.add(stored),
    onStored: (put, etag) => {
      sent.push(put);
      options.onStored?.(put, etag);
    },
  }).finally(() => clearInterval(timer));
  const seconds = (performance.now() - started) / 1000;
  const again = options.retried() - before;
  log.info(
    `${progress.line()}; took ${formatDuration(seconds)}${again > 0 ? `; ${count(again, 'request was', 'requests were')} sent again` : ''}`,
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
      `- parts of ${sanitize(put.name)} are left behind (${reason}); the server clears them away by itself, after a day by default`,
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
          `Of these, ${count(unanswered.length, 'file was', 'files were')} sent and not answered, and may be stored:`,
          ...names(unanswered),
        ]
      : []),
  ];
  const [first] = failures;
  if (!first) {
    return new ActionError(
      'cancelled',
      `The upload was cancelled with ${stored.length} of ${count(puts.length, 'file')} stored`,
      {
        hint: `Run the job again: what is stored is replaced.`,
        details,
      },
    );
  }
  const { put, error } = first;
  const what = `${sanitize(put.name)} could not be uploaded to ${sanitize(s3Uri(client.location, put.key))}`;
  const { code, message, hint } = storageTrouble(what, client.location, error);
  return new ActionError(code, message, { hint, details, cause: error });
}

function storedLines(puts: readonly Put[], stored: readonly Put[]): string[] {
  const done = new Set(stored);
  const missing = puts.filter((put) => !done.has(put));
  return [
    `Stored before that, ${count(stored.length, 'file')}:`,
    ...names(puts.filter((put) => done.has(put))),
    ...(missing.length > 0
      ? [
          `Not stored, ${count(missing.length, 'file')}, ${formatBytes(totalSize(missing))}:`,
          ...names(missing),
        ]
      : ['All files are stored.']),
  ];
}

function names(puts: readonly Put[]): string[] {
  return firstOf(puts, 50, ({ name }) => `- ${sanitize(name)}`);
}
