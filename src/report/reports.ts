import { setTimeout as sleep } from 'node:timers/promises';

import type { DestinationInputs } from '../config/destination.ts';
import type { ReportIds } from '../config/outputs.ts';
import type { Host } from '../hosts/host.ts';
import type { CommentBody, CommentWriter, Reporter, ReporterOptions } from '../hosts/reports.ts';
import type { Publication } from '../links/manifest.ts';
import { formatDuration } from '../text/format.ts';
import { Attempts } from './attempts.ts';
import { publishedComment, removedComment } from './comment.ts';
import { commentMarker } from './markers.ts';
import { releaseNotes } from './release.ts';

/** What a step has done, to be shown at the host. */
export interface Told {
  /** In words, e.g. `Uploaded 3 files`. */
  readonly headline: string;
  readonly published: Publication;
  /** Whether this step built what it publishes, or only made new links to it. */
  readonly built: boolean;
  /** `false` where links are masked. */
  readonly showLinks: boolean;
}

export interface Removed {
  readonly headline: string;
  readonly s3Uri: string;
}

/** The reports of a step. None of them ever fails it: what cannot be written is one warning. */
export interface Reports {
  /** Has the deployment in progress from now on, while files are sent. */
  begin(s3Uri: string): void;
  published(told: Told): Promise<ReportIds>;
  removed(removed: Removed): Promise<ReportIds>;
  /** Has the deployment that was begun end as failed. @param quickly when the runner waits for the end of this step */
  failed(quickly: boolean): Promise<void>;
  close(): Promise<void>;
}

/** What all reports of a step may take at the most, so that a host that hangs does not hold the job for minutes. */
const reportsMs = 100_000;
/** Less than there is for what is cleared away after the run was cancelled. */
const lastMomentMs = 2_500;

/** Links that expire sooner are hardly there any more when somebody reads a report. */
const soonMs = 3_600_000;

type ReportOptions = Pick<DestinationInputs, 'workspace' | 'destination' | 'certificates' | 'reports'>;

/**
 * Opens the reports that the inputs ask for.
 * @param open opens what writes them
 * @param now milliseconds since the epoch, by the servers' clock
 */
export async function openReports(
  host: Pick<Host, 'log' | 'name' | 'run'>,
  open: (options: ReporterOptions) => Promise<Reporter>,
  options: ReportOptions,
  now: () => number,
  signal: AbortSignal,
): Promise<Reports> {
  const deadline = new Deadline();
  const reporter = await open({
    token: options.reports.githubToken,
    certificates: options.certificates,
    deadline: () => deadline.signal,
    signal,
  });
  return new StepReports(host, reporter, options, now, deadline);
}

/** When the requests of now have to end; each phase of a run has its own time. */
class Deadline {
  signal = AbortSignal.timeout(reportsMs);

  restart(ms = reportsMs): void {
    this.signal = AbortSignal.timeout(ms);
  }
}

class StepReports implements Reports {
  readonly #host: Pick<Host, 'log' | 'name' | 'run'>;
  readonly #reporter: Reporter;
  readonly #options: ReportOptions;
  readonly #now: () => number;
  readonly #deadline: Deadline;
  readonly #key: string;
  readonly #attempts: Attempts;
  #begun: Promise<number | undefined> | undefined;

  constructor(
    host: Pick<Host, 'log' | 'name' | 'run'>,
    reporter: Reporter,
    options: ReportOptions,
    now: () => number,
    deadline: Deadline,
  ) {
    this.#host = host;
    this.#reporter = reporter;
    this.#options = options;
    this.#now = now;
    this.#deadline = deadline;
    this.#attempts = new Attempts(host, reporter);
    this.#key = `${options.workspace}/${options.destination}`;
  }

  begin(s3Uri: string): void {
    const { environment } = this.#options.reports;
    if (environment === undefined) return;
    this.#begun = this.#attempts.try('deployment', environment, this.#reporter.deployments, (deployments) =>
      deployments.begin(environment, `Uploading to ${s3Uri}`),
    );
  }

  async published(told: Told): Promise<ReportIds> {
    this.#deadline.restart();
    const now = this.#now();
    const text = { ...told, key: this.#commentKey(), run: this.#host.run, now, dryRun: false };
    const [comment, deployment, release] = await Promise.all([
      this.#comment(
        ({ limit }) =>
          (before) =>
            publishedComment(told.published, { ...text, limit }, before),
        true,
      ),
      this.#deploy(told),
      this.#release(told, now),
    ]);
    this.#attempts.warn();
    if ([comment, deployment, release].some((id) => id !== undefined)) this.#warnOfExpiry(told, now);
    return { 'comment-id': comment ?? '', 'deployment-id': deployment ?? '' };
  }

  async removed({ headline, s3Uri }: Removed): Promise<ReportIds> {
    this.#deadline.restart();
    const { workspace, reports } = this.#options;
    const { environment } = reports;
    const key = this.#commentKey();
    const text = { headline, s3Uri, workspace, key, run: this.#host.run, now: this.#now() };
    const [comment, deployment] = await Promise.all([
      this.#comment(() => (before) => removedComment(text, before), false),
      environment === undefined
        ? undefined
        : this.#attempts.try('deployment', environment, this.#reporter.deployments, (deployments) =>
            deployments.deactivate(environment, `Removed from ${s3Uri}`),
          ),
    ]);
    this.#attempts.warn();
    return { 'comment-id': comment ?? '', 'deployment-id': deployment ?? '' };
  }

  async failed(quickly: boolean): Promise<void> {
    if (this.#begun === undefined) return;
    this.#deadline.restart(quickly ? lastMomentMs : reportsMs);
    const id = await Promise.race([this.#begun, sleep(lastMomentMs, undefined, { ref: false })]);
    const { environment } = this.#options.reports;
    if (id === undefined || environment === undefined) return;
    const end = { state: 'failure', url: undefined, description: 'The upload failed' } as const;
    await this.#attempts.try('deployment', environment, this.#reporter.deployments, (deployments) =>
      deployments.end(environment, id, end),
    );
  }

  close(): Promise<void> {
    this.#attempts.warn();
    return this.#reporter.close();
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
    return this.#attempts.try(
      'comment',
      () => (name === undefined ? 'on the pull request' : `on pull request #${name}`),
      this.#reporter.comments,
      async (comments) => {
        name = await comments.findPull(pullRequest);
        return comments.upsert(name, commentMarker(this.#commentKey()), bodyWithin(comments), create);
      },
    );
  }

  async #deploy({ published, showLinks, built }: Told): Promise<number | undefined> {
    const { environment } = this.#options.reports;
    if (environment === undefined) return undefined;
    const begun = built ? await this.#begun : undefined;
    if (built && begun === undefined) return undefined;
    const url = showLinks ? (published.main ?? published.index)?.url : undefined;
    const description = published.s3Uri;
    return this.#attempts.try('deployment', environment, this.#reporter.deployments, async (deployments) => {
      const id =
        begun ??
        (await deployments.active(environment)) ??
        (await deployments.begin(environment, description));
      const { linkTaken } = await deployments.end(environment, id, { state: 'success', url, description });
      if (!linkTaken) {
        this.#host.log.warning(
          'deployment-link-too-long',
          `${this.#host.name} takes no link of ${url?.length ?? 0} characters for a deployment: the environment '${environment}' opens the page of this run instead, whose summary has the link.`,
        );
      }
      this.#begun = undefined;
      return id;
    });
  }

  /** Returns the tag; undefined if the notes were not written. */
  async #release({ published, showLinks }: Told, now: number): Promise<string | undefined> {
    const { release } = this.#options.reports;
    if (release === undefined) return undefined;
    const { run, name: host } = this.#host;
    const text = { key: this.#key, run, host, now, showLinks };
    return this.#attempts.try('release', release, this.#reporter.releases, async (releases) => {
      await releases.editNotes(release, (notes) =>
        releaseNotes(notes, published, { ...text, limit: releases.limit }),
      );
      return release;
    });
  }

  #warnOfExpiry({ published: { links }, showLinks }: Told, now: number): void {
    const left = links?.expiresAt === undefined || !showLinks ? Infinity : links.expiresAt - now;
    if (left > soonMs || !links) return;
    const { signedBy, whySession } = links;
    const longer =
      signedBy === 'platform'
        ? ''
        : whySession === undefined
          ? ` 'links: auto' or 'links: platform' makes links that work longer.`
          : ` The storage session signed them: ${whySession}.`;
    this.#host.log.warning(
      'links-expire-soon',
      `The links in what ${this.#host.name} keeps of this run (comment, deployment, release) end in ${formatDuration(left / 1000)}.${longer} The 'links' action makes new ones, on a schedule for instance.`,
    );
  }
}
