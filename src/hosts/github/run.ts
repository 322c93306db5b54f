import * as v from 'valibot';

import { trimEndSlashes } from '../../text/slashes.ts';
import type { Run } from '../host.ts';
import { type Forge, forgeOf } from './forge.ts';

/** A run of GitHub Actions. */
export interface GithubRun extends Run {
  readonly forge: Forge;
  readonly owner: string;
  readonly repo: string;
  /** Base URL of GitHub's REST API. */
  readonly apiUrl: string;
  /** Name of the event, e.g. `pull_request`. */
  readonly event: string;
  /** The run that triggered this one, for a `workflow_run` event. */
  readonly triggeringRun: TriggeringRun | undefined;
  /**
   * Whether the token is read-only with any `permissions:`: for pull requests from forks, but not for those of Dependabot.
   */
  readonly readOnly: boolean;
}

export interface TriggeringRun {
  readonly commit: string;
  /** `owner:branch`; undefined if the fork was deleted. */
  readonly head: string | undefined;
}

/** A field that may be missing or invalid, because other forges send less. */
const optional = <T extends v.GenericSchema>(schema: T) => v.fallback(v.optional(schema), undefined as never);

const text = optional(v.string());
const number = optional(v.number());

const repositorySchema = optional(
  v.object({
    id: number,
    full_name: text,
    owner: optional(v.object({ login: text })),
    visibility: text,
    private: optional(v.boolean()),
  }),
);

/** The fields of an event that are used (GitHub, "Webhook events and payloads"). */
const eventSchema = v.object({
  repository: repositorySchema,
  pull_request: optional(
    v.object({
      number,
      head: optional(v.object({ sha: text, repo: repositorySchema })),
      base: optional(v.object({ repo: repositorySchema })),
    }),
  ),
  issue: optional(v.object({ number, pull_request: v.optional(v.unknown()) })),
  workflow_run: optional(v.object({ head_sha: text, head_branch: text, head_repository: repositorySchema })),
});

type Event = v.InferOutput<typeof eventSchema>;
type Repository = Event['repository'];
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the run from a step's environment (GitHub, "Variables reference").
 * @param event content of the file `GITHUB_EVENT_PATH`; may be empty
 */
export function readRun(environment: Environment, event: string): GithubRun {
  const server = trimEndSlashes(environment['GITHUB_SERVER_URL'] ?? 'https://github.com');
  const repository = environment['GITHUB_REPOSITORY'] ?? '';
  const [owner = '', repo = ''] = repository.split('/');
  const payload = parseEvent(event);
  const { pull_request: pull, issue, workflow_run: before } = payload;
  const name = environment['GITHUB_EVENT_NAME'] ?? '';
  const repositoryUrl = `${server}/${owner}/${repo}`;
  const forge = forgeOf(environment);
  const { GITHUB_RUN_ID: id = '', GITHUB_RUN_NUMBER: number = '' } = environment;
  const url = `${repositoryUrl}/${forge.runPath({ id, number })}`;
  const isKnown = Boolean(environment['GITHUB_SERVER_URL'] && repository && id);
  return {
    forge,
    owner,
    repo,
    apiUrl: trimEndSlashes(environment['GITHUB_API_URL'] ?? 'https://api.github.com'),
    url,
    label: isKnown ? labelOf(repository, environment) : undefined,
    origin: isKnown ? originOf(forge, repository, repositoryUrl, url, environment['GITHUB_REF']) : undefined,
    event: name,
    workflow: workflowName(environment['GITHUB_WORKFLOW']),
    // For a pull request, GITHUB_SHA is a temporary merge commit.
    commit: pull?.head?.sha ?? before?.head_sha ?? environment['GITHUB_SHA'] ?? '',
    commitUrl: (commit) => `${repositoryUrl}/commit/${commit}`,
    pull: pull?.number ?? (issue?.pull_request ? issue.number : undefined),
    triggeringRun: before && triggeringRunOf(before),
    isPublic: isPublic(payload.repository),
    isForFork: isForFork(payload),
    readOnly: readOnlyEvents.includes(name) && pull !== undefined && isForFork(payload),
  };
}

function parseEvent(event: string): Event {
  try {
    return v.parse(eventSchema, JSON.parse(event));
  } catch {
    return v.parse(eventSchema, {});
  }
}

/** A workflow without a name has the path of its file in `GITHUB_WORKFLOW`. */
function workflowName(given = ''): string | undefined {
  return given.replace(/^\.[a-z]+\/workflows\//, '') || undefined;
}

function labelOf(repository: string, environment: Environment): string {
  const workflow = environment['GITHUB_WORKFLOW'];
  const run = environment['GITHUB_RUN_NUMBER'] ?? environment['GITHUB_RUN_ID'] ?? '';
  return `${repository}${workflow ? `, ${workflow}` : ''} #${run}`;
}

function originOf(
  forge: Forge,
  repository: string,
  repositoryUrl: string,
  url: string,
  ref = '',
): Run['origin'] {
  const [, pull] = /^refs\/pull\/(\d+)\//.exec(ref) ?? [];
  return pull === undefined
    ? { text: `a workflow run of ${repository}`, url }
    : { text: `pull request #${pull} of ${repository}`, url: `${repositoryUrl}/${forge.pullPath(pull)}` };
}

function triggeringRunOf(run: NonNullable<Event['workflow_run']>): TriggeringRun | undefined {
  if (run.head_sha === undefined) return undefined;
  const owner = run.head_repository?.owner?.login;
  return {
    commit: run.head_sha,
    head: owner && run.head_branch ? `${owner}:${run.head_branch}` : undefined,
  };
}

/** Events whose token is read-only for forks. `pull_request_target` runs with the rights of the base repository. */
const readOnlyEvents = ['pull_request', 'pull_request_review', 'pull_request_review_comment'];

function isPublic(repository: Repository): boolean | undefined {
  const { visibility, private: isPrivate } = repository ?? {};
  if (visibility !== undefined) return visibility === 'public';
  return isPrivate === undefined ? undefined : !isPrivate;
}

/** Whether the head repository of the pull request, or of the triggering run, is another one or was deleted. */
function isForFork({ repository, pull_request: pull, workflow_run: before }: Event): boolean {
  const own = repository ?? pull?.base?.repo;
  const heads = [...(pull ? [pull.head?.repo] : []), ...(before ? [before.head_repository] : [])];
  return heads.some((head) => !isSameRepository(head, own));
}

function isSameRepository(head: Repository, own: Repository): boolean {
  if (!head || !own) return false;
  if (head.id !== undefined && own.id !== undefined) return head.id === own.id;
  if (head.full_name !== undefined && own.full_name !== undefined) return head.full_name === own.full_name;
  // Events of other forges may have the owner only.
  return head.owner?.login !== undefined && head.owner.login === own.owner?.login;
}
