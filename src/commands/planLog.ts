import type { Warning } from '../errors/codes.ts';
import type { UploadInputs } from '../config/upload.ts';
import { unmatchedRules } from '../files/headers.ts';
import type { Selection } from '../files/selection.ts';
import type { Log } from '../hosts/host.ts';
import { firstOf } from '../report/log.ts';
import type { Plan } from '../sync/plan.ts';
import { count, formatBytes } from '../text/format.ts';
import type { ComparedPlan } from './compare.ts';
import { leftOut } from './selectFiles.ts';

/** Logs which files are uploaded, unchanged and left out, and warns about unmatched patterns. */
export function logPlan(log: Log, { puts, totalBytes, unchanged }: ComparedPlan, selection: Selection): void {
  const { root, warnings } = selection;
  log.group(`What: ${count(puts.length, 'file')}, ${formatBytes(totalBytes)} from ${root}`, [
    ...firstOf(puts, 200, ({ name, file }) => `${name} (${formatBytes(file.size)})`),
    ...(unchanged.length > 0 ? [`Unchanged, not uploaded again: ${count(unchanged.length, 'file')}`] : []),
    ...leftOut(selection),
  ]);
  logFirst(log, warnings);
}

/** Warns about lines of `headers` that have no effect. */
export function warnAboutHeaders(
  log: Log,
  { headers, destination }: Pick<UploadInputs, 'headers' | 'destination'>,
  { puts }: Plan,
  { root }: Selection,
): void {
  if (headers.length === 0) return;
  const names = puts.map(({ name }) => name);
  logFirst(log, unmatchedRules(headers, names, root, destination));
}

/** Logs a few warnings of one kind: many of them usually have the same cause. */
function logFirst(log: Log, warnings: readonly Warning[]): void {
  const first = warnings.slice(0, 5);
  for (const { code, text } of first) log.warning(code, text);
  if (warnings.length > first.length)
    log.info(`… and ${count(warnings.length - first.length, 'more warning')} of this kind`);
}
