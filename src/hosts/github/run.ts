import * as v from 'valibot';

/** The run that a step belongs to, by the variables and the event that the runner hands to it. */
export interface Run {
  readonly owner: string;
  readonly repo: string;
  /** Base of GitHub's REST API, GitHub Enterprise's too. */
  readonly apiUrl: string;
  /** Address of the repository's pages, without a slash at its end. */
  readonly repositoryUrl: string;
  /** The page of this run. */
  readonly url: string;
  /** Name of the event, e.g. `pull_request`. */
  readonly event: string;
  /** The commit that was built: of a pull request its own, not the merge that GitHub makes for a test. Empty where nothing says it. */
  readonly commit: string;
  /** Number of the pull request that the event is about, where it names one. */
  readonly pull: number | undefined;
  /** The run before this one, whose branch may belong to a pull request: of a `workflow_run` event. */
  readonly before: Before | undefined;
  /**
   * Whether the event is about a pull request from a fork, whose jobs get no more than a token that reads, whatever they ask for. Dependabot's do
   * get what their `permissions:` say.
   */
  readonly readOnly: boolean;
}

export interface Before {
  readonly commit: string;
  /** `owner:branch`; undefined where the fork is gone. */
  readonly head: string | undefined;
}

const repositoryOf = v.object({ id: v.number() });

/** A part of an event that is not as it should be is left out: reports have to make do without it. */
const optional = <T extends v.GenericSchema>(schema: T) => v.fallback(v.optional(schema), undefined as never);

const eventSchema = v.object({
  pull_request: optional(
    v.object({
      number: v.number(),
      head: v.object({ sha: v.string(), repo: v.nullish(repositoryOf) }),
      base: v.object({ repo: repositoryOf }),
    }),
  ),
  issue: optional(v.object({ number: v.number(), pull_request: v.optional(v.unknown()) })),
  workflow_run: optional(
    v.object({
      head_sha: v.string(),
      head_branch: v.nullish(v.string()),
      head_repository: v.nullish(v.object({ owner: v.object({ login: v.string() }) })),
    }),
  ),
});

type Event = v.InferOutput<typeof eventSchema>;

/**
 * Reads the run out of a step's environment.
 * @param event content of the file that `GITHUB_EVENT_PATH` names; empty where there is none
 */
export function readRun(environment: NodeJS.ProcessEnv, event: string): Run {
  const server = (environment['GITHUB_SERVER_URL'] ?? 'https://github.com').replace(/\/+$/, '');
  const [owner = '', repo = ''] = (environment['GITHUB_REPOSITORY'] ?? '').split('/');
  const payload = parseEvent(event);
  const { pull_request: pull, issue, workflow_run: before } = payload;
  const name = environment['GITHUB_EVENT_NAME'] ?? '';
  const repositoryUrl = `${server}/${owner}/${repo}`;
  return {
    owner,
    repo,
    apiUrl: (environment['GITHUB_API_URL'] ?? 'https://api.github.com').replace(/\/+$/, ''),
    repositoryUrl,
    url: `${repositoryUrl}/actions/runs/${environment['GITHUB_RUN_ID'] ?? ''}`,
    event: name,
    commit: pull?.head.sha ?? before?.head_sha ?? environment['GITHUB_SHA'] ?? '',
    pull: pull?.number ?? (issue?.pull_request ? issue.number : undefined),
    before: before && beforeOf(before),
    readOnly: readOnlyEvents.includes(name) && isForeign(pull),
  };
}

function parseEvent(text: string): Event {
  try {
    return v.parse(eventSchema, JSON.parse(text));
  } catch {
    return v.parse(eventSchema, {});
  }
}

function beforeOf(run: NonNullable<Event['workflow_run']>): Before {
  const owner = run.head_repository?.owner.login;
  return {
    commit: run.head_sha,
    head: owner && run.head_branch ? `${owner}:${run.head_branch}` : undefined,
  };
}

/** `pull_request_target` is not one of them: it runs in the repository's own name. */
const readOnlyEvents = ['pull_request', 'pull_request_review', 'pull_request_review_comment'];

/** A fork that is gone has no repository any more. */
function isForeign(pull: Event['pull_request']): boolean {
  return pull !== undefined && pull.head.repo?.id !== pull.base.repo.id;
}
