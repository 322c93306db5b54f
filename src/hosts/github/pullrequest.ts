import type { GithubClient } from './client.ts';
import type { GithubRun } from './run.ts';

/** The pull request that a run is about, or why there is none. */
export type FoundPull = { readonly number: number } | { readonly missing: string };

/** There is no pull request to comment on. */
export class NoPull extends Error {
  override readonly name = 'NoPull';
}

/**
 * Finds the pull request: the number that was given, else the event's, else, after another workflow's run, the one whose head is the commit
 * that run had. It is looked up by its branch: the event names none for a run that came from a fork, and those of other repositories for others.
 */
export async function findPull(
  github: GithubClient,
  run: GithubRun,
  given: number | undefined,
): Promise<FoundPull> {
  const number = given ?? run.pull;
  if (number !== undefined) return { number };
  if (run.before === undefined) {
    return {
      missing: `the event '${run.event}' is about no pull request: give its number with 'pull-request', or set 'comment' only for pull requests, e.g. comment: \${{ github.event_name == 'pull_request' }}`,
    };
  }
  const { commit, head } = run.before;
  const all = head === undefined ? await ofCommit(github, commit) : await ofBranch(github, head);
  const candidates = all.filter((pull) => pull.commit === commit);
  const found = candidates.find(({ open }) => open) ?? candidates[0];
  if (found) return { number: found.number };
  return {
    missing: `no pull request of this repository has the commit ${commit.slice(0, 7)} of ${head ?? 'the run before'} at its head: it may have moved on, or never have been opened; 'pull-request' names one by its number`,
  };
}

interface Candidate {
  readonly number: number;
  readonly commit: string;
  readonly open: boolean;
}

async function ofBranch(github: GithubClient, head: string): Promise<Candidate[]> {
  const { owner, repo } = github;
  const found = await github.ask((rest) =>
    rest.pulls.list({ owner, repo, head, state: 'all', per_page: 100 }),
  );
  return found.map(candidate);
}

async function ofCommit(github: GithubClient, commit: string): Promise<Candidate[]> {
  const { owner, repo } = github;
  const found = await github.ask((rest) =>
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
