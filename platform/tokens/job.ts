/** The properties of a job that GitHub's identity tokens contain. */
export interface Job {
  /** `owner/name`. */
  readonly repository: string;
  /** E.g. `refs/heads/main`, `refs/tags/v1` or `refs/pull/7/merge`. */
  readonly ref: string;
  /** The event that started the workflow, e.g. `push`. */
  readonly event: string;
  /** Name of the job's deployment environment. */
  readonly environment?: string;
  /** Whether the subject contains the IDs of owner and repository. It does for repositories created or renamed since mid-2026. */
  readonly withIds?: boolean;
}

const ownerId = '1296269';
const repositoryId = '735813';

/** The subject of a job's tokens: the environment, else the pull request, else the branch or tag. */
export function subjectOf({ repository, ref, event, environment, withIds = false }: Job): string {
  const [owner = '', name = ''] = repository.split('/');
  const path = withIds ? `${owner}@${ownerId}/${name}@${repositoryId}` : repository;
  if (environment !== undefined) return `repo:${path}:environment:${environment}`;
  return event === 'pull_request' ? `repo:${path}:pull_request` : `repo:${path}:ref:${ref}`;
}

/** The claims about a job, with the subject. */
export function claimsOf(job: Job): Record<string, unknown> {
  const { repository, ref, event, environment } = job;
  const [owner = ''] = repository.split('/');
  const workflow = `${repository}/.github/workflows/publish.yml@${ref}`;
  return {
    sub: subjectOf(job),
    ...(environment !== undefined && { environment }),
    repository,
    repository_id: repositoryId,
    repository_owner: owner,
    repository_owner_id: ownerId,
    repository_visibility: 'private',
    ref,
    ref_type: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    ref_protected: 'false',
    sha: 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00',
    head_ref: '',
    base_ref: '',
    event_name: event,
    workflow: 'publish',
    workflow_ref: workflow,
    job_workflow_ref: workflow,
    run_id: '4711',
    run_number: '12',
    run_attempt: '1',
    actor: 'octocat',
    actor_id: '583231',
    runner_environment: 'github-hosted',
  };
}
