import type { Warning } from '../../errors/codes.ts';
import { sanitize } from '../../text/sanitize.ts';
import { notWritten } from '../reportApi.ts';
import type { ReportFailure, ReportKind } from '../reporter.ts';
import { isStatus, reasonOf } from './api.ts';
import type { GitlabRun } from './run.ts';

/** There is no merge request to write a note on. */
export class NoMergeRequest extends Error {
  override readonly name = 'NoMergeRequest';
}

/** A job's environment is set by its keyword, before the job runs. */
export class NoDeployments extends Error {
  override readonly name = 'NoDeployments';
}

/** There is no token for the request. */
export class NoToken extends Error {
  override readonly name = 'NoToken';
}

/** Role and scope of the project access token (GitLab, "Permissions and roles"). */
const roleFor: Readonly<Record<ReportKind, string>> = {
  comment: 'Reporter',
  deployment: 'Developer',
  release: 'Developer',
};

/** Why reports were not written, and what to do: one warning for each cause. */
export function explainReports(
  failures: readonly ReportFailure[],
  run: Pick<GitlabRun, 'isForFork' | 'source'>,
): Warning[] {
  return failures.map((failure) => explain(failure, run));
}

function explain(
  { kind, name, error }: ReportFailure,
  { isForFork, source }: Pick<GitlabRun, 'isForFork' | 'source'>,
): Warning {
  if (error instanceof NoDeployments)
    return {
      code: 'reports-unsupported',
      text: `The environment '${sanitize(name)}' was not set: GitLab sets it before the job runs. Remove '--environment', and use the keyword 'environment:' of the job with 'url: $TERRAPI_ENVIRONMENT_URL' and the option '--dotenv' (docs/gitlab.md).`,
    };
  const what = `The ${reportName(kind, sanitize(name))} could not be written`;
  if (error instanceof NoMergeRequest)
    return { code: 'no-pull-request', text: `${what}: ${noMergeRequest(source)}` };
  if (error instanceof NoToken)
    return isForFork
      ? {
          code: 'fork-token',
          text: `${what}: a merge request from a fork gets no CI/CD variables, so there is no GITLAB_TOKEN.`,
        }
      : {
          code: 'gitlab-token',
          text: `${what}: there is no GITLAB_TOKEN${kind === 'comment' ? ', and CI_JOB_TOKEN may not write notes' : ''}. ${createToken(kind)} If the variable exists, it may be protected: then only protected branches and tags get it.`,
        };
  if (isStatus(error, 401))
    return {
      code: 'gitlab-token',
      text: `${what}: ${sanitize(reasonOf(error))}. The token is wrong, has expired or was revoked. ${createToken(kind)}`,
    };
  if (isStatus(error, 403))
    return {
      code: 'gitlab-token',
      text: `${what}: ${sanitize(reasonOf(error))}. The token lacks a right. ${createToken(kind)}`,
    };
  if (isStatus(error, 404)) return { code: 'gitlab-token', text: `${what}: ${notFound(kind, name)}` };
  return notWritten(what, 'GitLab', error, sanitize(reasonOf(error)));
}

function reportName(kind: ReportKind, name: string): string {
  if (kind === 'release') return `links of release '${name}'`;
  return `note ${name.replace('pull request #', 'merge request !').replace('pull request', 'merge request')}`;
}

function noMergeRequest(source: string): string {
  return `this pipeline${source === '' ? '' : ` (source '${sanitize(source)}')`} has no merge request. Run the job in merge request pipelines (rules: - if: $CI_PIPELINE_SOURCE == 'merge_request_event'), or set the number with '--pull-request'.`;
}

function createToken(kind: ReportKind): string {
  return `Create a project access token with the role ${roleFor[kind]} and the scope 'api', and store it as the masked CI/CD variable GITLAB_TOKEN.`;
}

function notFound(kind: ReportKind, name: string): string {
  return kind === 'release'
    ? `no release has the tag '${sanitize(name)}', or the token may not see it. Create the release first, e.g. with the keyword 'release:' in an earlier job.`
    : `GitLab cannot find the merge request, or does not show it to this token. ${createToken(kind)}`;
}
