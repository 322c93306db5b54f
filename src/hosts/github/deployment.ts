import { parseJson } from '../../text/json.ts';
import { excerpt } from '../../text/sanitize.ts';
import type { DeploymentEnd as Outcome } from '../reporter.ts';
import { type GithubClient, isStatus } from './api.ts';

/** Marks the deployments of this action in their payload. It changes no others. */
const madeBy = 'upload-to-workspace';

/** Most characters of a description. */
const maxDescription = 140;

export interface DeploymentPlan {
  readonly environment: string;
  /** The deployed commit, branch or tag. */
  readonly ref: string;
  readonly description: string;
  /** The page of the run. */
  readonly runUrl: string;
}

export interface DeploymentEnd extends Outcome {
  readonly runUrl: string;
}

/** Creates a transient deployment with the status "in progress". @returns its ID */
export async function beginDeployment(github: GithubClient, plan: DeploymentPlan): Promise<number> {
  const { owner, repo } = github;
  const made = await github.request<object>((rest) =>
    rest.repos.createDeployment({
      owner,
      repo,
      ref: plan.ref,
      environment: plan.environment,
      description: excerpt(plan.description, maxDescription),
      payload: { made_by: madeBy },
      transient_environment: true,
      // The build is uploaded already, so later changes and checks of the branch do not matter.
      auto_merge: false,
      required_contexts: [],
    }),
  );
  // Octokit's type includes the answer of `auto_merge`, which has a message and no ID.
  const id = 'id' in made && typeof made.id === 'number' ? made.id : undefined;
  if (id === undefined) throw new Error('GitHub answered without a deployment');
  const { description, runUrl } = plan;
  // Only the final status matters, so an error here is ignored.
  await addStatus(github, id, { state: 'in_progress', description, url: undefined, runUrl }).catch(
    () => undefined,
  );
  return id;
}

/**
 * Sets the final status of a deployment. A successful deployment makes older ones of its environment inactive, or itself if a newer one has
 * succeeded.
 * @returns whether GitHub accepted the URL. If not, the environment's URL is the run's page
 */
export async function endDeployment(
  github: GithubClient,
  environment: string,
  id: number,
  end: DeploymentEnd,
): Promise<{ readonly urlAccepted: boolean }> {
  const urlAccepted = await addStatusWithFallback(github, id, end);
  if (end.state === 'success') await replaceOthers(github, environment, id, end.runUrl);
  return { urlAccepted };
}

/** ID of an environment's active deployment. */
export async function activeDeployment(
  github: GithubClient,
  environment: string,
): Promise<number | undefined> {
  for (const id of await deploymentsOf(github, environment)) {
    const state = await stateOf(github, id);
    if (state === 'success') return id;
    if (state === 'inactive') return undefined;
  }
  return undefined;
}

/** Makes all deployments of an environment inactive. @returns the ID of the newest one that was active */
export async function deactivate(
  github: GithubClient,
  environment: string,
  description: string,
  runUrl: string,
): Promise<number | undefined> {
  const ids = await activeAmong(github, await deploymentsOf(github, environment));
  for (const id of ids.toReversed())
    await addStatus(github, id, { state: 'inactive', description, url: undefined, runUrl });
  return ids[0];
}

async function replaceOthers(
  github: GithubClient,
  environment: string,
  id: number,
  runUrl: string,
): Promise<void> {
  const all = await deploymentsOf(github, environment);
  const description = 'Replaced by a later upload';
  const inactive = { state: 'inactive', description, url: undefined, runUrl } as const;
  for (const newer of all.filter((other) => other > id)) {
    if ((await stateOf(github, newer)) !== 'success') continue;
    await addStatus(github, id, inactive);
    return;
  }
  const older = await activeAmong(
    github,
    all.filter((other) => other < id),
  );
  // Oldest first: even if this run is killed half way, no active deployment is older than an inactive one.
  for (const other of older.toReversed()) await addStatus(github, other, inactive);
}

/** The active ones among deployments, newest first. All that are older than an inactive one are inactive too. */
async function activeAmong(github: GithubClient, ids: readonly number[]): Promise<number[]> {
  const active: number[] = [];
  for (const id of ids) {
    const state = await stateOf(github, id);
    if (state === 'inactive') break;
    if (state !== 'failure' && state !== 'error') active.push(id);
  }
  return active;
}

/** IDs of this action's deployments in an environment, newest first. */
async function deploymentsOf(github: GithubClient, environment: string): Promise<number[]> {
  const { owner, repo } = github;
  const ids: number[] = [];
  for await (const page of github.pages((rest, at) =>
    rest.repos.listDeployments({ owner, repo, environment, ...at }),
  )) {
    ids.push(...page.filter(({ payload }) => isOurs(payload)).map(({ id }) => id));
  }
  return ids.sort((a, b) => b - a);
}

/** Other programs create deployments of the environment as well, with any payload. */
function isOurs(payload: unknown): boolean {
  const value = typeof payload === 'string' ? parseJson(payload) : payload;
  return typeof value === 'object' && value !== null && 'made_by' in value && value.made_by === madeBy;
}

async function stateOf({ request, owner, repo }: GithubClient, id: number): Promise<string | undefined> {
  const [last] = await request((rest) =>
    rest.repos.listDeploymentStatuses({ owner, repo, deployment_id: id, per_page: 1 }),
  );
  return last?.state;
}

interface Status {
  readonly state: 'in_progress' | 'success' | 'failure' | 'inactive';
  readonly url: string | undefined;
  readonly description: string;
  readonly runUrl: string;
}

/** GitHub rejects very long environment URLs, and does not document the limit. Then the URL of the run's page is used. */
async function addStatusWithFallback(github: GithubClient, id: number, status: Status): Promise<boolean> {
  if (status.state === 'success' && status.url === undefined) {
    await addStatus(github, id, { ...status, url: status.runUrl });
    return true;
  }
  try {
    await addStatus(github, id, status);
    return true;
  } catch (error) {
    if (status.url === undefined || !isStatus(error, 422)) throw error;
    await addStatus(github, id, { ...status, url: status.runUrl });
    return false;
  }
}

async function addStatus({ request, owner, repo }: GithubClient, id: number, status: Status): Promise<void> {
  await request((rest) =>
    rest.repos.createDeploymentStatus({
      owner,
      repo,
      deployment_id: id,
      state: status.state,
      description: excerpt(status.description, maxDescription),
      log_url: status.runUrl,
      ...(status.url !== undefined && { environment_url: status.url }),
      // GitHub's `auto_inactive` ignores transient deployments, so `replaceOthers` does this.
      auto_inactive: false,
    }),
  );
}
