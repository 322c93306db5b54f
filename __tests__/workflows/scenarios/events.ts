/** Payloads of GitHub's events, with the fields that the examples and the actions read ("Webhook events and payloads"). */
import type { Pull } from '../../../platform/github/github.ts';

const repository = { id: 1, full_name: 'example/site', private: true, visibility: 'private' };

/** A pull request in GitHub's list and in events. */
export const patch: Pull = {
  number: 7,
  state: 'open',
  owner: 'example',
  branch: 'patch',
  sha: 'c0ffee0123456789c0ffee0123456789c0ffee01',
};

/** A pull request from a fork. */
export const contribution: Pull = { ...patch, number: 8, owner: 'octocat', branch: 'fix/typo' };

/** Payload of `pull_request` and `pull_request_target`. */
export function pullRequest(
  { number, owner, branch, sha }: Pull,
  action: 'opened' | 'synchronize' | 'closed' = 'opened',
): object {
  const isFork = owner !== 'example';
  return {
    action,
    number,
    repository,
    pull_request: {
      number,
      head: {
        ref: branch,
        sha,
        label: `${owner}:${branch}`,
        user: { login: owner },
        repo: { id: isFork ? 2 : 1, full_name: `${owner}/site`, fork: isFork },
      },
      base: { ref: 'main', sha: 'ba5eba5eba5eba5eba5eba5eba5eba5eba5eba5e', repo: repository },
    },
  };
}

/** Payload of `workflow_run` after a workflow for a pull request from a fork. It does not contain the pull request. */
export function workflowRun(id: number, { owner, branch, sha }: Pull): object {
  return {
    action: 'completed',
    repository,
    workflow: { name: 'Build' },
    workflow_run: {
      id,
      name: 'Build',
      event: 'pull_request',
      conclusion: 'success',
      head_sha: sha,
      head_branch: branch,
      head_repository: { full_name: `${owner}/site`, owner: { login: owner } },
      pull_requests: [],
    },
  };
}

/** Payload of `issue_comment` on a pull request of this repository. */
export function comment(number: number, body: string, login: string): object {
  return {
    action: 'created',
    repository,
    issue: { number, state: 'open', pull_request: {} },
    comment: { body, user: { login }, author_association: 'MEMBER' },
  };
}

/** Payload of `release`. */
export function release(tag: string): object {
  return { action: 'published', repository, release: { tag_name: tag, draft: false } };
}

/** Payload of `workflow_dispatch`. */
export function dispatch(inputs: Readonly<Record<string, string>> = {}): object {
  return { repository, inputs };
}

/** Payload of `push` and `schedule`. The actions read nothing from it. */
export const nothing = { repository };
