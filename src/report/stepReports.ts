import { setTimeout as sleep } from 'node:timers/promises';

import type { DestinationInputs } from '../config/destination.ts';
import type { ReportIds } from '../config/outputs.ts';
import type { Host } from '../hosts/host.ts';
import type { CommentBody, CommentWriter, Reporter, ReporterOptions } from '../hosts/reporter.ts';
import { ReportFailures } from './reportFailures.ts';
import { failureComment, publicationComment, removalComment } from './comment.ts';
import { warnAboutExpiry } from './expiryWarning.ts';
import { type FailureText, failureDescription } from './failure.ts';
import { commentMarker } from './markers.ts';
import type { FailureReport, PublicationReport, RemovalReport, Reports } from './reports.ts';
import { reportRelease } from './releaseReport.ts';
import { titleOf } from './title.ts';

/** Milliseconds for all reports of a step, so that a slow host does not delay the job for minutes. */
const reportsMs = 100_000;
/** Milliseconds for reports after the run was cancelled. */
const lastMomentMs = 2_500;

type ReportOptions = Pick<
  DestinationInputs,
  'workspace' | 'destination' | 'title' | 'certificates' | 'reports'
>;

type ReportHost = Pick<Host, 'log' | 'name' | 'run'>;

/**
 * Opens the reports that the inputs ask for.
 * @param open opens the host's writer
 * @param tools `now`: milliseconds since the epoch, by the servers' clock
 */
export async function openStepReports(
  host: ReportHost,
  open: (options: ReporterOptions) => Promise<Reporter>,
  options: ReportOptions,
  { now, signal }: { readonly now: () => number; readonly signal: AbortSignal },
): Promise<Reports> {
  const deadline = new Deadline();
  const reporter = await open({
    token: options.reports.githubToken,
    certificates: options.certificates,
    deadline: () => deadline.signal,
    signal,
  });
  return new StepReports({ host, reporter, options, now, deadline });
}

/** When the current requests have to end. Each phase of a run has its own time. */
class Deadline {
  signal = AbortSignal.timeout(reportsMs);

  restart(ms = reportsMs): void {
    this.signal = AbortSignal.timeout(ms);
  }
}

interface StepReportsTools {
  readonly host: ReportHost;
  readonly reporter: Reporter;
  readonly options: ReportOptions;
  readonly now: () => number;
  readonly deadline: Deadline;
}

class StepReports implements Reports {
  readonly #host: ReportHost;
  readonly #reporter: Reporter;
  readonly #options: ReportOptions;
  readonly #now: () => number;
  readonly #deadline: Deadline;
  readonly #key: string;
  readonly #failures: ReportFailures;
  #begun: Promise<number | undefined> | undefined;

  constructor({ host, reporter, options, now, deadline }: StepReportsTools) {
    this.#host = host;
    this.#reporter = reporter;
    this.#options = options;
    this.#now = now;
    this.#deadline = deadline;
    this.#failures = new ReportFailures(host, reporter);
    this.#key = `${options.workspace}/${options.destination}`;
  }

  begin(s3Uri: string): void {
    const { environment } = this.#options.reports;
    if (environment === undefined) return;
    this.#begun = this.#failures.try('deployment', environment, this.#reporter.deployments, (deployments) =>
      deployments.begin(environment, `Uploading to ${s3Uri}`),
    );
  }

  async showPublication(report: PublicationReport): Promise<ReportIds> {
    this.#deadline.restart();
    const now = this.#now();
    const { commitUrl } = this.#host.run;
    const text = { ...report, ...this.#commentText(now), commitUrl, dryRun: false };
    const [comment, deployment, release] = await Promise.all([
      this.#comment(
        ({ limit }) =>
          (before) =>
            publicationComment(report.publication, { ...text, limit }, before),
        true,
      ),
      this.#deploy(report),
      this.#release(report, now),
    ]);
    this.#failures.warn();
    if ([comment, deployment, release].some((id) => id !== undefined))
      warnAboutExpiry(this.#host, report, now);
    return { 'comment-id': comment ?? '', 'deployment-id': deployment ?? '' };
  }

  async showRemoval({ headline, s3Uri }: RemovalReport): Promise<ReportIds> {
    this.#deadline.restart();
    const { environment } = this.#options.reports;
    const title = titleOf(this.#options, this.#host.run);
    const text = { headline, s3Uri, title, ...this.#commentText(this.#now()) };
    const [comment, deployment] = await Promise.all([
      this.#comment(() => (before) => removalComment(text, before), false),
      environment === undefined
        ? undefined
        : this.#failures.try('deployment', environment, this.#reporter.deployments, (deployments) =>
            deployments.deactivate(environment, `Removed from ${s3Uri}`),
          ),
    ]);
    this.#failures.warn();
    return { 'comment-id': comment ?? '', 'deployment-id': deployment ?? '' };
  }

  async showFailure({ step, isCancelled }: FailureReport): Promise<void> {
    this.#deadline.restart(isCancelled ? lastMomentMs : reportsMs);
    const title = titleOf(this.#options, this.#host.run);
    const text = { step, isCancelled, title, ...this.#commentText(this.#now()) };
    // A cancelled run, or a run that uploads nothing, needs no new comment.
    const create = step === 'upload' && !isCancelled;
    await Promise.all([
      this.#comment(
        ({ limit }) =>
          (before) =>
            failureComment({ ...text, limit }, before),
        create,
      ),
      step === 'upload' ? this.#failDeployment(text) : undefined,
    ]);
    this.#failures.logUnwritten();
  }

  close(): Promise<void> {
    this.#failures.warn();
    return this.#reporter.close();
  }

  #commentText(now: number) {
    return { key: this.#commentKey(), run: this.#host.run, now, hasTitle: this.#options.title !== undefined };
  }

  #commentKey(): string {
    return this.#options.reports.commentKey ?? this.#key;
  }

  async #comment(
    bodyWithin: (writer: CommentWriter) => CommentBody,
    create: boolean,
  ): Promise<number | undefined> {
    const { comment, pullRequest } = this.#options.reports;
    if (!comment) return undefined;
    let name = pullRequest ?? this.#host.run.pull;
    return this.#failures.try(
      'comment',
      () => (name === undefined ? 'on the pull request' : `on pull request #${name}`),
      this.#reporter.comments,
      async (comments) => {
        name = await comments.findPull(pullRequest);
        return comments.upsert(name, commentMarker(this.#commentKey()), bodyWithin(comments), create);
      },
    );
  }

  async #deploy({ publication, showLinks, built }: PublicationReport): Promise<number | undefined> {
    const { environment } = this.#options.reports;
    if (environment === undefined) return undefined;
    const begun = built ? await this.#begun : undefined;
    if (built && begun === undefined) return undefined;
    const url = showLinks ? (publication.main ?? publication.index)?.url : undefined;
    const description = publication.s3Uri;
    return this.#failures.try('deployment', environment, this.#reporter.deployments, async (deployments) => {
      const id =
        begun ??
        (await deployments.active(environment)) ??
        (await deployments.begin(environment, description));
      const { urlAccepted } = await deployments.finish(environment, id, {
        state: 'success',
        url,
        description,
      });
      if (!urlAccepted) {
        this.#host.log.warning(
          'deployment-link-too-long',
          `${this.#host.name} rejected a deployment link of ${url?.length ?? 0} characters: the environment '${environment}' opens the page of this run instead, and its summary has the link.`,
        );
      }
      this.#begun = undefined;
      return id;
    });
  }

  /** Sets the deployment in progress to failed, or begins one that has failed. */
  async #failDeployment(text: FailureText): Promise<void> {
    const { environment } = this.#options.reports;
    if (environment === undefined) return;
    const description = failureDescription(text);
    const begun = this.#begun && Promise.race([this.#begun, sleep(lastMomentMs, undefined, { ref: false })]);
    const known = await begun;
    if (known === undefined && (begun || text.isCancelled)) return;
    await this.#failures.try('deployment', environment, this.#reporter.deployments, async (deployments) => {
      const id = known ?? (await deployments.begin(environment, description));
      await deployments.finish(environment, id, { state: 'failure', url: undefined, description });
    });
  }

  async #release(report: PublicationReport, now: number): Promise<string | undefined> {
    const { release: tag } = this.#options.reports;
    if (tag === undefined) return undefined;
    return reportRelease(tag, report, {
      host: this.#host,
      reporter: this.#reporter,
      key: this.#key,
      now,
      failures: this.#failures,
    });
  }
}
