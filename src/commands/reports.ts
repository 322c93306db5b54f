import type { Clock } from '../http/clock.ts';
import type { Host } from '../hosts/host.ts';
import type { DestinationInputs } from '../config/destination.ts';
import { noReportIds } from '../config/outputs.ts';
import type { Reports } from '../report/reports.ts';

/** What stands for the reports where none is asked for. */
const none: Reports = {
  begin: () => undefined,
  published: () => Promise.resolve(noReportIds),
  removed: () => Promise.resolve(noReportIds),
  failed: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

/**
 * Opens the reports that the inputs ask for, for as long as `use` takes. When that throws, a deployment that was begun ends as
 * failed. What writes them is loaded only where it is needed.
 */
export async function withReports<T>(
  host: Host,
  inputs: DestinationInputs,
  clock: Clock,
  signal: AbortSignal,
  use: (reports: Reports) => Promise<T>,
): Promise<T> {
  const reports = await openAsked(host, inputs, clock, signal);
  try {
    return await use(reports);
  } catch (error) {
    await reports.failed(signal.aborted);
    throw error;
  } finally {
    await reports.close();
  }
}

async function openAsked(
  host: Host,
  inputs: DestinationInputs,
  clock: Clock,
  signal: AbortSignal,
): Promise<Reports> {
  const { comment, environment, release } = inputs.reports;
  const open = host.openReporter;
  if (inputs.dryRun || (!comment && environment === undefined && release === undefined)) return none;
  if (!open) {
    host.log.warning(
      'reports-unsupported',
      `No comment, deployment or release was written: ${host.name} has none.`,
    );
    return none;
  }
  const { openReports } = await import('../report/reports.ts');
  return openReports(host, open, inputs, () => clock.now(), signal);
}
