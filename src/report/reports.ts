import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { type GithubClient, openGithub } from '../hosts/github/client.ts';
import { keepComment, type CommentBody } from '../hosts/github/comment.ts';
import { activeDeployment, beginDeployment, deactivate, endDeployment } from '../hosts/github/deployment.ts';
import { findPull } from '../hosts/github/pullrequest.ts';
import { editRelease } from '../hosts/github/release.ts';
import { type GithubRun, readRun } from '../hosts/github/run.ts';
import type { Log } from '../hosts/host.ts';
import type { DestinationInputs } from '../config/destination.ts';
import type { Published } from '../links/published.ts';
import { formatDuration } from '../text/format.ts';
import type { ReportIds } from '../config/outputs.ts';
import { publishedComment, removedComment } from './comment.ts';
import { releaseNotes } from './release.ts';
import { explainReport, type ReportKind } from './trouble.ts';

/** What a step has done, to be told on GitHub. */
export interface Told {
  /** In words, e.g. `Uploaded 3 files`. */
  readonly headline: string;
  readonly published: Published;
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

/** What all reports of a step may take at the most, so that a GitHub that hangs does not hold the job for minutes. */
const patienceMs = 100_000;
/** Less than there is for what is cleared away after the run was cancelled. */
const lastMomentMs = 2_500;

/** Links that end sooner are hardly there any more when somebody reads a report. */
const soonMs = 3_600_000;

/** Opens the reports that the inputs ask for. @param now milliseconds since the epoch, by the servers' clock */
export function openReports(
  log: Log,
  inputs: DestinationInputs,
  now: () => number,
  signal: AbortSignal,
): Reports {
  const run = readRun(process.env, readEvent(process.env['GITHUB_EVENT_PATH']));
  return new GithubReports(log, inputs, run, now, signal);
}

function readEvent(file: string | undefined): string {
  try {
    return file ? readFileSync(file, 'utf8') : '';
  } catch {
    return '';
  }
}

class GithubReports implements Reports {
  readonly #log: Log;
  readonly #inputs: DestinationInputs;
  readonly #run: GithubRun;
  readonly #now: () => number;
  readonly #key: string;
  readonly #signal: AbortSignal;
  #client: GithubClient | undefined;
  #deadline = AbortSignal.timeout(patienceMs);
  #begun: Promise<number | undefined> | undefined;

  constructor(log: Log, inputs: DestinationInputs, run: GithubRun, now: () => number, signal: AbortSignal) {
    this.#log = log;
    this.#inputs = inputs;
    this.#run = run;
    this.#now = now;
    this.#signal = signal;
    this.#key = `${inputs.workspace}/${inputs.destination}`;
  }

  begin(s3Uri: string): void {
    const { environment } = this.#inputs.reports;
    if (environment === undefined) return;
    this.#begun = this.#try('deployment', environment, (github) =>
      beginDeployment(github, {
        environment,
        ref: this.#run.commit,
        description: `Uploading to ${s3Uri}`,
        runUrl: this.#run.url,
      }),
    );
  }

  async published(told: Told): Promise<ReportIds> {
    this.#deadline = AbortSignal.timeout(patienceMs);
    const now = this.#now();
    this.#warnOfEnd(told, now);
    const text = { ...told, key: this.#commentKey(), run: this.#run, now, dryRun: false };
    const [comment, deployment] = await Promise.all([
      this.#comment((before) => publishedComment(told.published, text, before), true),
      this.#deploy(told),
      this.#release(told, now),
    ]);
    return { 'comment-id': comment ?? '', 'deployment-id': deployment ?? '' };
  }

  async removed({ headline, s3Uri }: Removed): Promise<ReportIds> {
    this.#deadline = AbortSignal.timeout(patienceMs);
    const { workspace, reports } = this.#inputs;
    const { environment } = reports;
    const text = { headline, s3Uri, workspace, key: this.#commentKey(), run: this.#run, now: this.#now() };
    const [comment, deployment] = await Promise.all([
      this.#comment((before) => removedComment(text, before), false),
      environment === undefined
        ? undefined
        : this.#try('deployment', environment, (github) =>
            deactivate(github, environment, `Removed from ${s3Uri}`, this.#run.url),
          ),
    ]);
    return { 'comment-id': comment ?? '', 'deployment-id': deployment ?? '' };
  }

  async failed(quickly: boolean): Promise<void> {
    if (this.#begun === undefined) return;
    this.#deadline = AbortSignal.timeout(quickly ? lastMomentMs : patienceMs);
    const id = await Promise.race([this.#begun, sleep(lastMomentMs, undefined, { ref: false })]);
    const { environment } = this.#inputs.reports;
    if (id === undefined || environment === undefined) return;
    const end = {
      state: 'failure',
      url: undefined,
      description: 'The upload failed',
      runUrl: this.#run.url,
    } as const;
    await this.#try('deployment', environment, (github) => endDeployment(github, environment, id, end));
  }

  async close(): Promise<void> {
    await this.#client?.close();
  }

  #commentKey(): string {
    return this.#inputs.reports.commentKey ?? this.#key;
  }

  async #comment(body: CommentBody, create: boolean): Promise<number | undefined> {
    const { comment, pullRequest } = this.#inputs.reports;
    if (!comment) return undefined;
    let name = pullRequest ?? this.#run.pull;
    return this.#try(
      'comment',
      () => (name === undefined ? 'on the pull request' : `on pull request #${name}`),
      async (github) => {
        const found = await findPull(github, this.#run, pullRequest);
        if ('missing' in found) throw new Error(found.missing);
        name = found.number;
        return keepComment(github, found.number, this.#commentKey(), body, create);
      },
    );
  }

  async #deploy({ published, showLinks, built }: Told): Promise<number | undefined> {
    const { environment } = this.#inputs.reports;
    if (environment === undefined) return undefined;
    const begun = built ? await this.#begun : undefined;
    if (built && begun === undefined) return undefined;
    const url = showLinks ? (published.main ?? published.index)?.url : undefined;
    return this.#try('deployment', environment, async (github) => {
      const plan = {
        environment,
        ref: this.#run.commit,
        description: published.s3Uri,
        runUrl: this.#run.url,
      };
      const id =
        begun ?? (await activeDeployment(github, environment)) ?? (await beginDeployment(github, plan));
      const { linkTaken } = await endDeployment(github, environment, id, { ...plan, state: 'success', url });
      if (!linkTaken) {
        this.#log.warning(
          `GitHub takes no link of ${url?.length ?? 0} characters for a deployment: the environment '${environment}' opens the page of this run instead, whose summary has the link.`,
        );
      }
      this.#begun = undefined;
      return id;
    });
  }

  async #release({ published, showLinks }: Told, now: number): Promise<void> {
    const { release } = this.#inputs.reports;
    if (release === undefined) return;
    const text = { key: this.#key, run: this.#run, now, showLinks };
    await this.#try('release', release, (github) =>
      editRelease(github, release, (notes) => releaseNotes(notes, published, text)),
    );
  }

  #warnOfEnd({ published: { links }, showLinks }: Told, now: number): void {
    const left = links?.endsAt === undefined || !showLinks ? Infinity : links.endsAt - now;
    if (left > soonMs || !links) return;
    const longer =
      links.signedBy === 'session' ? `'links: platform' makes such as work longer, and the` : 'The';
    this.#log.warning(
      `The links in what GitHub keeps of this run (comment, deployment, release) end in ${formatDuration(left / 1000)}. ${longer} 'links' action makes new ones, on a schedule for instance.`,
    );
  }

  /** What goes wrong is told in one warning, and is nobody else's business. */
  async #try<T>(
    kind: ReportKind,
    name: string | (() => string),
    use: (github: GithubClient) => Promise<T>,
  ): Promise<T | undefined> {
    try {
      this.#client ??= openGithub(
        this.#run,
        this.#inputs.reports.githubToken,
        this.#inputs.certificates,
        () => this.#deadline,
        this.#signal,
      );
      return await use(this.#client);
    } catch (error) {
      this.#log.warning(explainReport(kind, typeof name === 'string' ? name : name(), error, this.#run));
      return undefined;
    }
  }
}
