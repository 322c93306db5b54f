import { setTimeout as sleep } from 'node:timers/promises';

import type { DestinationInputs } from '../config/destination.ts';
import type { ReportIds } from '../config/outputs.ts';
import type { Host } from '../hosts/host.ts';
import type { CommentBody, CommentWriter, Reporter, ReporterOptions } from '../hosts/reporter.ts';
import type { Publication } from '../links/manifest.ts';
import { formatDuration } from '../text/format.ts';
import { ReportFailures } from './reportFailures.ts';
import { publicationComment, removalComment } from './comment.ts';
import { commentMarker } from './markers.ts';
import { reportRelease } from './releaseReport.ts';
import { titleOf } from './title.ts';
import { setting, wording } from '../text/wording.ts';

/** What a step published. */
export interface PublicationReport {
  /** What the step did, e.g. `Uploaded 3 files`. */
  readonly headline: string;
  readonly publication: Publication;
  /** Whether this step uploaded the files, or only made new links to them. */
  readonly built: boolean;
  /** `false` if links are masked. */
  readonly showLinks: boolean;
}

/** What a step removed. */
export interface RemovalReport {
  readonly headline: string;
  readonly s3Uri: string;
}

/** The reports of a step: comment, deployment and release. An error in one of them is a warning, and never fails the step. */
export interface Reports {
  /** Sets the deployment to in progress, before the files are uploaded. */
  begin(s3Uri: string): void;
  showPublication(report: PublicationReport): Promise<ReportIds>;
  showRemoval(report: RemovalReport): Promise<ReportIds>;
  /** Sets the deployment in progress to failed. @param quickly whether the runner is about to kill the step */
  showFailure(quickly: boolean): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds for all reports of a step, so that a slow host does not delay the job for minutes. */
const reportsMs = 100_000;
/** Milliseconds for reports after the run was cancelled. */
const lastMomentMs = 2_500;

/** Milliseconds. Links that expire sooner are likely to have expired when somebody reads the report. */
const soonMs = 3_600_000;

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
    const text = { ...report, ...this.#commentText(now), dryRun: false };
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
    if ([comment, deployment, release].some((id) => id !== undefined)) this.#warnAboutExpiry(report, now);
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

  async showFailure(quickly: boolean): Promise<void> {
    if (this.#begun === undefined) return;
    this.#deadline.restart(quickly ? lastMomentMs : reportsMs);
    const id = await Promise.race([this.#begun, sleep(lastMomentMs, undefined, { ref: false })]);
    const { environment } = this.#options.reports;
    if (id === undefined || environment === undefined) return;
    const end = { state: 'failure', url: undefined, description: 'The upload failed' } as const;
    await this.#failures.try('deployment', environment, this.#reporter.deployments, (deployments) =>
      deployments.finish(environment, id, end),
    );
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

  #warnAboutExpiry({ publication: { links }, showLinks }: PublicationReport, now: number): void {
    const left = links?.expiresAt === undefined || !showLinks ? Infinity : links.expiresAt - now;
    if (left > soonMs || !links) return;
    const { signedBy, whySession } = links;
    const longer =
      signedBy === 'platform'
        ? 'Run'
        : whySession === undefined
          ? `Use ${setting('links', 'auto')} or ${setting('links', 'platform')} for links that last longer, or run`
          : `They are session links: ${whySession}. Run`;
    this.#host.log.warning(
      'links-expire-soon',
      `The links in the comment, deployment or release on ${this.#host.name} expire in ${formatDuration(left / 1000)}. ${longer} ${wording().action('links')} on a schedule to renew them.`,
    );
  }
}
