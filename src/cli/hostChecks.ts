import { ActionError } from '../errors/error.ts';
import type { Host } from '../hosts/host.ts';
import { setting } from '../text/wording.ts';

/** The inputs that ask for a report. */
const reportInputs = ['comment', 'environment', 'release'];

/**
 * Refuses reports where the host has none, before anything is sent.
 * @param input the raw value of an input
 * @throws ActionError `reports-unsupported`
 */
export function refuseReports(
  { openReporter, name }: Pick<Host, 'openReporter' | 'name'>,
  input: (name: string) => string,
): void {
  const asked = reportInputs.filter((report) => !/^(?:false)?$/i.test(input(report).trim()));
  if (openReporter !== undefined || asked.length === 0) return;
  throw new ActionError(
    'reports-unsupported',
    `${asked.map((report) => setting(report)).join(', ')} cannot be used here: ${name} has no comments, environments and releases`,
    { hint: `Remove it, or run the command in a job of GitLab. Nothing was sent.` },
  );
}
