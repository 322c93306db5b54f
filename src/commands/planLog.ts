import type { UploadInputs } from '../config/upload.ts';
import { idleRules } from '../files/headers.ts';
import type { Selection } from '../files/selection.ts';
import type { Log } from '../hosts/host.ts';
import { firstOf } from '../report/log.ts';
import type { Plan } from '../sync/plan.ts';
import { count, formatBytes } from '../text/format.ts';
import type { ComparedPlan } from './compare.ts';
import { leftOut } from './select.ts';

/** Logs which files are uploaded, unchanged and left out, and warns about unmatched patterns. */
export function logPlan(log: Log, { puts, totalBytes, unchanged }: ComparedPlan, selection: Selection): void {
  const { root, warnings } = selection;
  log.group(`What: ${count(puts.length, 'file')}, ${formatBytes(totalBytes)} from ${root}`, [
    ...firstOf(puts, 200, ({ name, file }) => `${name} (${formatBytes(file.size)})`),
    ...(unchanged.length > 0 ? [`Unchanged, not uploaded again: ${count(unchanged.length, 'file')}`] : []),
    ...leftOut(selection),
  ]);
  for (const warning of firstOf(warnings, 5, String)) log.warning(warning);
}

/** Warns about lines of `headers` that have no effect. */
export function warnAboutHeaders(
  log: Log,
  { headers, destination }: Pick<UploadInputs, 'headers' | 'destination'>,
  { puts }: Plan,
  { root }: Selection,
): void {
  const names = puts.map(({ name }) => name);
  for (const warning of firstOf(idleRules(headers, names, root, destination), 5, String))
    log.warning(warning);
}
