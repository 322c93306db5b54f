import { writeFileSync } from 'node:fs';
import path from 'node:path';

import type { Github } from '../../platform/github/github.ts';
import { folderWith } from './folder.ts';

/** The commit of the events. */
export const commit = 'c0ffee0123456789c0ffee0123456789c0ffee01';

/** Environment variables of a step about GitHub and the event. */
export function githubVariables(
  github: Github,
  name: string,
  payload: object,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const file = path.join(folderWith({}), 'event.json');
  writeFileSync(file, JSON.stringify(payload));
  return {
    GITHUB_API_URL: github.apiUrl,
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REPOSITORY: github.repository,
    GITHUB_RUN_ID: '4711',
    GITHUB_SHA: 'beefbeefbeefbeefbeefbeefbeefbeefbeefbeef',
    GITHUB_EVENT_NAME: name,
    GITHUB_EVENT_PATH: file,
    GITHUB_ACTOR: 'octocat',
    ...extra,
  };
}

const repository = { id: 1, private: true };

/** The event of a pull request. @param fork whether it comes from another repository */
export function pullRequestEvent(number: number, fork = false): object {
  return {
    action: 'synchronize',
    number,
    repository,
    pull_request: { number, head: { sha: commit, repo: { id: fork ? 2 : 1 } }, base: { repo: { id: 1 } } },
  };
}

/** The event after another workflow for a pull request from a fork. It does not contain the pull request. */
export function workflowRunEvent(owner: string, branch: string, sha = commit): object {
  return {
    action: 'completed',
    repository,
    workflow_run: {
      id: 1,
      head_sha: sha,
      head_branch: branch,
      head_repository: { owner: { login: owner } },
      pull_requests: [],
    },
  };
}
