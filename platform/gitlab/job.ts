import { randomUUID } from 'node:crypto';

import type { Gitlab, MergeRequest } from './gitlab.ts';

/** The branch of jobs outside of merge requests. */
export const mainBranch = 'main';

/** The subject of a job's identity tokens (GitLab, "ID token authentication"). */
export function subjectOf(path: string, branch: string): string {
  return `project_path:${path}:ref_type:branch:ref:${branch}`;
}

/** The claims of an identity token for a job of a branch, valid for five minutes. */
export function claimsOf(
  { url, project }: Pick<Gitlab, 'url' | 'project'>,
  branch: string,
  audience: string,
) {
  const iat = Math.floor(Date.now() / 1000);
  const [namespace = ''] = project.path.split('/');
  return {
    iss: url,
    sub: subjectOf(project.path, branch),
    aud: audience,
    ...{ iat, nbf: iat - 5, exp: iat + 300, jti: randomUUID() },
    ...{
      namespace_id: '3',
      namespace_path: namespace,
      project_id: String(project.id),
      project_path: project.path,
    },
    ...{ user_id: '1', user_login: 'ann', pipeline_id: '5', pipeline_source: 'push', job_id: '11' },
    ...{ ref: branch, ref_type: 'branch', ref_path: `refs/heads/${branch}`, ref_protected: 'false' },
    ...{ sha: 'c0ffee0123456789c0ffee0123456789c0ffee01', runner_environment: 'self-hosted' },
  };
}

type Instance = Pick<Gitlab, 'url' | 'apiUrl' | 'project'> & { readonly jobToken: string };

/** The predefined variables of a job (GitLab, "Predefined CI/CD variables reference"). */
export function variablesOf(
  { url, apiUrl, project, jobToken }: Instance,
  mergeRequest: MergeRequest | undefined,
): Record<string, string> {
  const projectUrl = `${url}/${project.path}`;
  const branch = mergeRequest?.branch ?? mainBranch;
  return {
    GITLAB_CI: 'true',
    CI: 'true',
    CI_API_V4_URL: apiUrl,
    CI_COMMIT_REF_NAME: branch,
    CI_COMMIT_REF_SLUG: branch.replaceAll('/', '-'),
    CI_COMMIT_SHA: mergeRequest?.sha ?? 'c0ffee0123456789c0ffee0123456789c0ffee01',
    CI_JOB_ID: '11',
    CI_JOB_NAME: 'publish',
    CI_JOB_TOKEN: jobToken,
    CI_JOB_URL: `${projectUrl}/-/jobs/11`,
    CI_PIPELINE_SOURCE: mergeRequest ? 'merge_request_event' : 'push',
    CI_PROJECT_ID: String(project.id),
    CI_PROJECT_PATH: project.path,
    CI_PROJECT_URL: projectUrl,
    CI_PROJECT_VISIBILITY: 'private',
    CI_SERVER_URL: url,
    ...(mergeRequest && {
      CI_MERGE_REQUEST_IID: String(mergeRequest.iid),
      CI_MERGE_REQUEST_PROJECT_ID: String(project.id),
      CI_MERGE_REQUEST_PROJECT_PATH: project.path,
      CI_MERGE_REQUEST_PROJECT_URL: projectUrl,
      CI_MERGE_REQUEST_SOURCE_PROJECT_ID: String(mergeRequest.sourceProjectId),
    }),
  };
}
