import type { Clock } from '../http/clock.ts';
import type { Host } from '../hosts/host.ts';
import { messageOf } from '../errors/error.ts';
import type { DestinationInputs } from '../config/destination.ts';
import { noReportIds } from '../config/outputs.ts';
import type { FailedStep } from '../report/failure.ts';
import type { Reports } from '../report/reports.ts';
import { titleOf } from '../report/title.ts';

const noReports: Reports = {
  begin: () => undefined,
  showPublication: () => Promise.resolve(noReportIds),
  showRemoval: () => Promise.resolve(noReportIds),
  showFailure: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

type ReportInputs = Pick<
  DestinationInputs,
  'workspace' | 'destination' | 'title' | 'certificates' | 'reports' | 'dryRun' | 'summary'
>;

interface ReportTools {
  readonly step: FailedStep;
  /** Aborts when the run is cancelled. */
  readonly signal: AbortSignal;
}

/** The reports of a run, which opens them when it knows the clock of the servers. */
export interface RunReports {
  readonly open: (clock: Clock) => Promise<Reports>;
  /** Call it when the reports show the result of the run. A later error does not change them. */
  readonly settle: () => void;
}

/**
 * Gives a run its reports, and closes them. If the run fails, summary, comment and deployment say so. The code that writes reports is loaded
 * only if it is needed.
 */
export async function withReports<T>(
  host: Host,
  inputs: ReportInputs,
  { step, signal }: ReportTools,
  use: (reports: RunReports) => Promise<T>,
): Promise<T> {
  let opened: Promise<Reports> | undefined;
  const state = { isSettled: false };
  const open = (clock: Pick<Clock, 'now'>) => (opened ??= openReports(host, inputs, clock, signal));
  try {
    return await use({ open, settle: () => (state.isSettled = true) });
  } catch (error) {
    if (!inputs.dryRun && !state.isSettled)
      await reportFailure(host, inputs, { step, signal }, () => open(Date), error).catch((second: unknown) =>
        // The first error is the one to show.
        host.log.debug(`The failure could not be reported: ${messageOf(second)}`),
      );
    throw error;
  } finally {
    await opened
      ?.then((reports) => reports.close())
      .catch((second: unknown) => host.log.debug(`The reports could not be closed: ${messageOf(second)}`));
  }
}

async function reportFailure(
  host: Host,
  inputs: ReportInputs,
  { step, signal }: ReportTools,
  open: () => Promise<Reports>,
  error: unknown,
): Promise<void> {
  const isCancelled = signal.aborted;
  if (inputs.summary) {
    const { failureSummary } = await import('../report/failure.ts');
    const text = { step, run: host.run, isCancelled, now: Date.now() };
    await host.summary(failureSummary(titleOf(inputs, host.run), text, error));
  }
  await (await open()).showFailure({ step, isCancelled });
}

async function openReports(
  host: Host,
  inputs: ReportInputs,
  clock: Pick<Clock, 'now'>,
  signal: AbortSignal,
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
