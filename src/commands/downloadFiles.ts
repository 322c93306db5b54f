import { ActionError } from '../errors/error.ts';
import type { Log } from '../hosts/host.ts';
import { firstOf } from '../report/log.ts';
import type { Get } from '../sync/downloads.ts';
import { count, formatBytes } from '../text/format.ts';
import { sanitize } from '../text/sanitize.ts';
import { setting, wording } from '../text/wording.ts';
import type { DownloadPlan } from '../transfer/downloadPlan.ts';
import { type DownloadOptions, type DownloadResult, download } from '../transfer/downloads.ts';
import { createProgress } from '../transfer/progress.ts';
import type { Cancellation } from './cancellation.ts';
import type { DownloadSource } from './downloadSources.ts';
import { showProgress } from './transferProgress.ts';

export interface DownloadFilesOptions
  extends Omit<DownloadOptions, 'onProgress' | 'signal'>, Pick<Cancellation, 'signal' | 'done'> {
  /** Requests that the run has retried so far. */
  readonly retried: () => number;
}

/**
 * Downloads all files of a plan, and logs the progress every few seconds and what was downloaded.
 * @throws ActionError listing what is downloaded and what is not
 */
export async function downloadFiles(
  log: Log,
  plan: DownloadPlan,
  { reader, explain }: Pick<DownloadSource, 'reader' | 'explain'>,
  options: DownloadFilesOptions,
): Promise<void> {
  const { gets, totalBytes } = plan;
  const { done, retried } = options;
  if (gets.length === 0) {
    log.info(headline(plan.folder, { downloaded: [], unchanged: plan.unchanged }));
    return;
  }
  const started = performance.now();
  const progress = createProgress(
    { files: gets.length, bytes: totalBytes },
    () => performance.now() - started,
  );
  const endGroup = log.openGroup('Download');
  const stopShowing = showProgress(log, progress, totalBytes);
  const downloaded: Get[] = [];
  done.set('downloaded', () => {
    const isDownloaded = new Set(downloaded);
    const missing = gets.filter((get) => !isDownloaded.has(get));
    return downloadedLines({ downloaded, missing, unchanged: plan.unchanged });
  });
  const before = retried();
  const outcome = await download(plan, reader, {
    ...options,
    onProgress: (made) => progress.add(made),
    onDownloaded: (get) => {
      downloaded.push(get);
    },
  }).finally(stopShowing);
  const retries = retried() - before;
  log.info([
    `${progress.line()}${retries > 0 ? `; ${count(retries, 'request was', 'requests were')} retried` : ''}`,
    ...(outcome.resumedBytes > 0
      ? [`${formatBytes(outcome.resumedBytes)} of this were there from an earlier download`]
      : []),
  ]);
  endGroup();
  if (outcome.missing.length > 0) throw incomplete(plan, outcome, explain);
  log.info([headline(plan.folder, outcome), ...verification(outcome, options.verify)]);
}

function headline(
  folder: string,
  { downloaded, unchanged }: Pick<DownloadResult, 'downloaded' | 'unchanged'>,
): string {
  const kept = unchanged.length > 0 ? `, ${count(unchanged.length, 'file')} unchanged` : '';
  return `Downloaded ${count(downloaded.length, 'file')}${kept}, to ${folder}`;
}

/** How the content was compared, e.g. `Verified: 3 files by SHA-256, 1 file by size only`. */
function verification({ downloaded, verifiedBySize }: DownloadResult, verify: boolean): string[] {
  if (downloaded.length === 0) return [];
  if (!verify) return [`Verified: sizes only, because of ${setting('verify', 'false')}`];
  const bySize = new Set(verifiedBySize);
  const byDigest = downloaded.filter((get) => !bySize.has(get));
  const bySum = byDigest.filter(({ sha256 }) => sha256 !== undefined).length;
  const ways = [
    [bySum, 'by SHA-256'],
    [byDigest.length - bySum, 'by ETag'],
    [bySize.size, 'by size only, because their ETags are no digests'],
  ] as const;
  const how = ways.filter(([number]) => number > 0).map(([number, way]) => `${count(number, 'file')} ${way}`);
  return [`Verified: ${how.join(', ')}`];
}

function incomplete(
  plan: DownloadPlan,
  outcome: DownloadResult,
  explain: DownloadSource['explain'],
): ActionError {
  const { downloaded, failures, resumable } = outcome;
  const details = [
    ...downloadedLines(outcome),
    ...(resumable.length > 0
      ? [
          `Parts of ${count(resumable.length, 'file')} stay on the disk. The next download continues with them.`,
        ]
      : []),
  ];
  const [first] = failures;
  if (!first)
    return new ActionError(
      'cancelled',
      `The download was cancelled with ${downloaded.length} of ${count(plan.gets.length, 'file')} downloaded`,
      {
        hint: `Run the ${wording().job} again. With ${setting('overwrite', 'changed')}, it downloads only the other files.`,
        details,
      },
    );
  const { code, message, hint, details: lines } = explain(first.error, first.get) ?? first.error;
  return new ActionError(code, message, { hint, details: [...lines, ...details], cause: first.error });
}

function downloadedLines({
  downloaded,
  unchanged,
  missing,
}: Pick<DownloadResult, 'downloaded' | 'unchanged' | 'missing'>): string[] {
  const bytes = missing.reduce((sum, { size }) => sum + size, 0);
  return [
    `Downloaded before that: ${count(downloaded.length, 'file')}`,
    ...names(downloaded),
    ...(unchanged.length > 0 ? [`Unchanged: ${count(unchanged.length, 'file')}`] : []),
    ...(missing.length > 0
      ? [`Not downloaded: ${count(missing.length, 'file')}, ${formatBytes(bytes)}`, ...names(missing)]
      : ['All files are downloaded.']),
  ];
}

function names(gets: readonly Get[]): string[] {
  return firstOf(gets, 50, ({ name }) => `- ${sanitize(name)}`);
}
