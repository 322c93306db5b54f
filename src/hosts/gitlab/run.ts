import { trimEndSlashes } from '../../text/slashes.ts';
import type { Run } from '../host.ts';

/** A job of GitLab CI/CD. */
export interface GitlabRun extends Run {
  /** Base URL of GitLab's REST API, e.g. `https://gitlab.example.org/api/v4`; empty if unknown. */
  readonly apiUrl: string;
  /** ID of the project whose pipeline runs. */
  readonly projectId: string;
  /** ID of the project that the merge request is for. It differs from `projectId` in a fork's pipeline. */
  readonly targetProjectId: string;
  /** Where the pipeline comes from, e.g. `merge_request_event`. */
  readonly source: string;
  /** URL of a merge request's page. */
  readonly pullUrl: (pull: number) => string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the run from a job's environment (GitLab, "Predefined CI/CD variables reference"). */
export function readRun(env: Environment): GitlabRun {
  const text = (name: string) => env[name] ?? '';
  const url = text('CI_JOB_URL') || text('CI_PIPELINE_URL');
  const path = text('CI_PROJECT_PATH');
  const projectUrl = text('CI_PROJECT_URL');
  const targetUrl = text('CI_MERGE_REQUEST_PROJECT_URL') || projectUrl;
  const targetPath = text('CI_MERGE_REQUEST_PROJECT_PATH') || path;
  const pull = numberOf(text('CI_MERGE_REQUEST_IID')) ?? openPull(text('CI_OPEN_MERGE_REQUESTS'), path);
  const pullUrl = (number: number) => `${targetUrl}/-/merge_requests/${number}`;
  return {
    apiUrl: trimEndSlashes(text('CI_API_V4_URL')),
    projectId: text('CI_PROJECT_ID'),
    targetProjectId: text('CI_MERGE_REQUEST_PROJECT_ID') || text('CI_PROJECT_ID'),
    source: text('CI_PIPELINE_SOURCE'),
    url,
    label: url === '' ? undefined : `${path}, ${text('CI_JOB_NAME')} #${text('CI_JOB_ID')}`,
    workflow: text('CI_PIPELINE_NAME') || text('CI_JOB_NAME') || undefined,
    // In a merged results pipeline, CI_COMMIT_SHA is a temporary merge commit.
    commit: text('CI_MERGE_REQUEST_SOURCE_BRANCH_SHA') || text('CI_COMMIT_SHA'),
    commitUrl: (commit) => `${projectUrl}/-/commit/${commit}`,
    pull,
    pullUrl,
    origin: originOf({ url, path, targetPath, pullUrl, pull }),
    isPublic: isPublic(text('CI_PROJECT_VISIBILITY')),
    isForFork: isForFork(env),
  };
}

/** In a pipeline of a branch: the first open merge request of this project, from a list like `group/site!7,group/site!9`. */
function openPull(list: string, path: string): number | undefined {
  for (const entry of list.split(',')) {
    const [, project, number = ''] = /^(.*)!(\d+)$/.exec(entry.trim()) ?? [];
    if (project === path) return numberOf(number);
  }
  return undefined;
}

interface Origin {
  readonly url: string;
  readonly path: string;
  readonly targetPath: string;
  readonly pullUrl: (pull: number) => string;
  readonly pull: number | undefined;
}

function originOf({ url, path, targetPath, pullUrl, pull }: Origin): Run['origin'] {
  if (url === '') return undefined;
  return pull === undefined
    ? { text: `a job of ${path}`, url }
    : { text: `merge request !${pull} of ${targetPath}`, url: pullUrl(pull) };
}

function isPublic(visibility: string): boolean | undefined {
  return visibility === '' ? undefined : visibility === 'public';
}

/** The source project of a fork's merge request differs from the target project, and also from this one if the pipeline runs here. */
function isForFork(env: Environment): boolean {
  const { CI_MERGE_REQUEST_SOURCE_PROJECT_ID: source } = env;
  if (!source) return false;
  const others = [env['CI_PROJECT_ID'], env['CI_MERGE_REQUEST_PROJECT_ID']];
  return others.some((other) => other && other !== source);
}

function numberOf(text: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}
