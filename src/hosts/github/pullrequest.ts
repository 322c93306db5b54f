import type { GithubClient } from './api.ts';
import type { GithubRun } from './run.ts';

/** A pull request's number, or why there is none. */
export type FoundPull = { readonly number: number } | { readonly missing: string };

/** There is no pull request to comment on. */
export class NoPull extends Error {
  override readonly name = 'NoPull';
}

/**
 * Finds the pull request of a run: the given number, else the event's. For a `workflow_run` event, it searches for the pull request whose
 * head is that run's commit, by branch: the event's own list is empty for forks, and may name pull requests of other repositories.
 */
export async function findPull(
  github: GithubClient,
  run: GithubRun,
  given: number | undefined,
): Promise<FoundPull> {
  const number = given ?? run.pull;
  if (number !== undefined) return { number };
  if (run.triggeringRun === undefined) {
    return {
      missing: `the event '${run.event}' has no pull request. Set its number with 'pull-request', or set 'comment' only for pull requests, e.g. comment: \${{ github.event_name == 'pull_request' }}`,
    };
  }
  const { commit, head } = run.triggeringRun;
  const all = head === undefined ? await pullsOfCommit(github, commit) : await pullsOfBranch(github, head);
  const candidates = all.filter((pull) => pull.commit === commit);
  const found = candidates.find(({ open }) => open) ?? candidates[0];
  if (found) return { number: found.number };
  return {
    missing: `no pull request of this repository has the commit ${commit.slice(0, 7)} of ${head ?? 'the run before'} as its head. It may have newer commits, or may not be open yet. Set its number with 'pull-request'`,
  };
}

interface Candidate {
  readonly number: number;
  readonly commit: string;
  readonly open: boolean;
}

async function pullsOfBranch(github: GithubClient, head: string): Promise<Candidate[]> {
  const { owner, repo } = github;
  const found = await github.request((rest) =>
    rest.pulls.list({ owner, repo, head, state: 'all', per_page: 100 }),
  );
  return found.map(candidate);
}

async function pullsOfCommit(github: GithubClient, commit: string): Promise<Candidate[]> {
  const { owner, repo } = github;
  const found = await github.request((rest) =>
    rest.repos.listPullRequestsAssociatedWithCommit({ owner, repo, commit_sha: commit }),
  );
  return found.map(candidate);
}

function candidate({
  number,
  head,
  state,
}: {
  number: number;
  head: { sha: string };
  state: string;
}): Candidate {
  return { number, commit: head.sha, open: state === 'open' };
}
