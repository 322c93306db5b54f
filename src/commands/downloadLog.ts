import type { Log } from '../hosts/host.ts';
import { firstOf } from '../report/log.ts';
import type { Get } from '../sync/downloads.ts';
import { count, formatBytes } from '../text/format.ts';
import type { DownloadPlan } from '../transfer/downloadPlan.ts';
import type { DownloadSource } from './downloadSources.ts';

/** Logs which files are downloaded, unchanged and left out. */
export function logDownloadPlan(
  log: Pick<Log, 'group'>,
  { folder, gets, unchanged, totalBytes }: DownloadPlan,
  { leftOut }: Pick<DownloadSource, 'leftOut'>,
): void {
  log.group(`What: ${count(gets.length, 'file')}, ${formatBytes(totalBytes)} to ${folder}`, [
    ...fileLines(gets),
    ...(unchanged.length > 0 ? [`Unchanged, not downloaded again: ${count(unchanged.length, 'file')}`] : []),
    ...leftOut,
  ]);
}

/** Logs what a download would write. */
export function logDownloadDryRun(log: Pick<Log, 'group' | 'info'>, plan: DownloadPlan): void {
  const { folder, gets, unchanged, totalBytes, existing, etags } = plan;
  const added = gets.filter((get) => !existing.has(get));
  // Only the storage knows the ETag of some objects.
  const compared = gets.filter((get) => etags.has(get));
  const replaced = gets.filter((get) => existing.has(get) && !etags.has(get));
  for (const [what, files] of [
    ['write', added],
    ['replace', replaced],
    ['compare with the storage, and replace if it differs,', compared],
  ] as const)
    if (files.length > 0) log.group(`Would ${what} ${count(files.length, 'file')}`, fileLines(files));
  if (unchanged.length > 0)
    log.group(`Would leave ${count(unchanged.length, 'unchanged file')}`, fileLines(unchanged));
  log.info(
    `Dry run: would download ${count(gets.length, 'file')}, ${formatBytes(totalBytes)}, to ${folder}; nothing was written`,
  );
}

function fileLines(gets: readonly Get[]): string[] {
  return firstOf(gets, 200, ({ name, size }) => `${name} (${formatBytes(size)})`);
}
