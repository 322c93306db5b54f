import type { ReportIds } from '../config/outputs.ts';
import type { Publication } from '../links/manifest.ts';
import type { FailedStep } from './failure.ts';

/** What a step published. */
export interface PublicationReport {
  /** What the step did, e.g. `Uploaded 3 files`. */
  readonly headline: string;
  readonly publication: Publication;
  /** Whether this step uploaded the files, or only made new links to them. */
  readonly built: boolean;
  /** `false` if links are masked. */
  readonly showLinks: boolean;
  /** URL of the run's log, if the run fails although it has published the files; empty if it has no page. */
  readonly failedLog?: string | undefined;
}

/** What a step removed. */
export interface RemovalReport {
  readonly headline: string;
  readonly s3Uri: string;
}

/** The failure of a run. */
export interface FailureReport {
  readonly step: FailedStep;
  /** Whether the run was cancelled. Then the runner is about to kill the step. */
  readonly isCancelled: boolean;
}

/** The reports of a step: comment, deployment and release. An error in one of them is a warning, and never fails the step. */
export interface Reports {
  /** Sets the deployment to in progress, before the files are uploaded. */
  begin(s3Uri: string): void;
  showPublication(report: PublicationReport): Promise<ReportIds>;
  showRemoval(report: RemovalReport): Promise<ReportIds>;
  /**
   * Says in comment and deployment that the run failed. Links of an earlier upload stay. The log has one line about reports that could not be
   * written.
   */
  showFailure(failure: FailureReport): Promise<void>;
  close(): Promise<void>;
}
