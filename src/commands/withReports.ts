import type { Clock } from '../http/clock.ts';
import type { Host } from '../hosts/host.ts';
import type { DestinationInputs } from '../config/destination.ts';
import { noReportIds } from '../config/outputs.ts';
import type { Reports } from '../report/stepReports.ts';

const noReports: Reports = {
  begin: () => undefined,
  showPublication: () => Promise.resolve(noReportIds),
  showRemoval: () => Promise.resolve(noReportIds),
  showFailure: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

type ReportInputs = Pick<
  DestinationInputs,
  'workspace' | 'destination' | 'title' | 'certificates' | 'reports' | 'dryRun'
>;

export interface ReportTools {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Opens the reports that the inputs ask for, for as long as `use` takes. If it throws, a deployment in progress ends as failed. The code that
 * writes reports is loaded only if it is needed.
 */
export async function withReports<T>(
  host: Host,
  inputs: ReportInputs,
  { clock, signal }: ReportTools,
  use: (reports: Reports) => Promise<T>,
): Promise<T> {
  const reports = await openReports(host, inputs, { clock, signal });
  try {
    return await use(reports);
  } catch (error) {
    await reports.showFailure(signal.aborted);
    throw error;
  } finally {
    await reports.close();
  }
}

async function openReports(
  host: Host,
  inputs: ReportInputs,
  { clock, signal }: ReportTools,
): Promise<Reports> {
  const { comment, environment, release } = inputs.reports;
  const { openReporter } = host;
  if (inputs.dryRun || (!comment && environment === undefined && release === undefined)) return noReports;
  if (!openReporter) {
    host.log.warning(
      'reports-unsupported',
      `No comment, deployment or release was written: ${host.name} has none.`,
    );
    return noReports;
  }
  const { openStepReports } = await import('../report/stepReports.ts');
  return openStepReports(host, openReporter, inputs, { now: () => clock.now(), signal });
}
