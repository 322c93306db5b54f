import { percentDecoded } from '../../text/encode.ts';
import { trimEndSlashes } from '../../text/slashes.ts';
import { type CiSystem, type Environment, repositoryPage } from './facts.ts';

/** The CI systems by their IDs in the package ci-info. GitLab, GitHub, Gitea and Forgejo have their own adapters. */
export const systems: Readonly<Record<string, CiSystem>> = {
  // Jenkins, "Using environment variables"; plugin Branch API for CHANGE_*.
  JENKINS: {
    name: 'Jenkins',
    facts: (env) => ({
      url: env['BUILD_URL'],
      // A branch in a job's name has its slashes encoded.
      workflow: percentDecoded(env['JOB_NAME'] ?? ''),
      number: env['BUILD_NUMBER'],
      commit: env['GIT_COMMIT'],
      repository: env['GIT_URL'] ?? env['GIT_URL_1'],
      pull: env['CHANGE_ID'],
      pullUrl: env['CHANGE_URL'],
      isForFork: Boolean(env['CHANGE_FORK']),
    }),
  },
  // Woodpecker, "Environment variables". It does not say whether a pull request comes from a fork.
  WOODPECKER: {
    name: 'Woodpecker',
    facts: (env) => ({
      url: env['CI_PIPELINE_URL'],
      project: env['CI_REPO'],
      workflow: env['CI_WORKFLOW_NAME'],
      number: env['CI_PIPELINE_NUMBER'],
      commit: env['CI_COMMIT_SHA'],
      repository: env['CI_REPO_URL'],
      pull: env['CI_COMMIT_PULL_REQUEST'],
      pullUrl: env['CI_PIPELINE_FORGE_URL'],
      isPublic: opposite(env['CI_REPO_PRIVATE']),
    }),
  },
  // Azure Pipelines, "Use predefined variables". The number is that of GitHub; the ID is that of Azure Repos.
  AZURE_PIPELINES: {
    name: 'Azure Pipelines',
    facts: (env) => ({
      url: azureRun(env),
      project: env['BUILD_REPOSITORY_NAME'],
      workflow: env['BUILD_DEFINITIONNAME'],
      number: env['BUILD_BUILDNUMBER'],
      commit: env['SYSTEM_PULLREQUEST_SOURCECOMMITID'] ?? env['BUILD_SOURCEVERSION'],
      repository: env['BUILD_REPOSITORY_URI'],
      pull: env['SYSTEM_PULLREQUEST_PULLREQUESTNUMBER'] ?? env['SYSTEM_PULLREQUEST_PULLREQUESTID'],
      isForFork: /^true$/i.test(env['SYSTEM_PULLREQUEST_ISFORK'] ?? ''),
    }),
  },
  // Bitbucket Cloud, "Variables and secrets". It runs no pipelines for pull requests from forks.
  BITBUCKET: {
    name: 'Bitbucket Pipelines',
    facts: (env) => {
      const { BITBUCKET_REPO_FULL_NAME: project, BITBUCKET_BUILD_NUMBER: number } = env;
      const repository = project && `https://bitbucket.org/${project}`;
      return {
        url: repository && number && `${repository}/pipelines/results/${number}`,
        project,
        number,
        commit: env['BITBUCKET_COMMIT'],
        repository,
        pull: env['BITBUCKET_PR_ID'],
        isPublic: opposite(env['BITBUCKET_REPO_IS_PRIVATE']),
      };
    },
  },
  // CircleCI, "Project values and variables". CIRCLE_PR_* exist only for pull requests from forks.
  CIRCLE: {
    name: 'CircleCI',
    facts: (env) => ({
      url: env['CIRCLE_BUILD_URL'],
      project: slug(env['CIRCLE_PROJECT_USERNAME'], env['CIRCLE_PROJECT_REPONAME']),
      workflow: env['CIRCLE_JOB'],
      number: env['CIRCLE_BUILD_NUM'],
      commit: env['CIRCLE_SHA1'],
      repository: env['CIRCLE_REPOSITORY_URL'],
      pull: env['CIRCLE_PR_NUMBER'] ?? /\/(\d+)\/?$/.exec(env['CIRCLE_PULL_REQUEST'] ?? '')?.[1],
      pullUrl: env['CIRCLE_PULL_REQUEST'],
      isForFork: Boolean(env['CIRCLE_PR_REPONAME']),
    }),
  },
  // Buildkite, "Environment variables". The number of the pull request is `false` in other builds.
  BUILDKITE: {
    name: 'Buildkite',
    facts: (env) => ({
      url: env['BUILDKITE_BUILD_URL'],
      project: slug(env['BUILDKITE_ORGANIZATION_SLUG'], env['BUILDKITE_PIPELINE_SLUG']),
      workflow: env['BUILDKITE_LABEL'],
      number: env['BUILDKITE_BUILD_NUMBER'],
      commit: env['BUILDKITE_COMMIT'],
      repository: env['BUILDKITE_REPO'],
      pull: env['BUILDKITE_PULL_REQUEST'],
      isForFork: isOtherRepository(env['BUILDKITE_PULL_REQUEST_REPO'], env['BUILDKITE_REPO']),
    }),
  },
};

/** A system that is not in the list, by the variables that several systems have. */
export function otherSystem(name: string | null): CiSystem {
  return {
    name: name ?? 'the CI system',
    facts: (env) => ({
      url: env['BUILD_URL'] ?? env['CI_PIPELINE_URL'] ?? env['CI_JOB_URL'] ?? env['CI_BUILD_URL'],
      project: env['CI_REPO'],
      number: env['BUILD_NUMBER'] ?? env['CI_BUILD_NUMBER'],
      commit: env['GIT_COMMIT'] ?? env['CI_COMMIT_SHA'] ?? env['CI_COMMIT'],
      repository: env['GIT_URL'] ?? env['CI_REPO_URL'],
    }),
  };
}

function azureRun(env: Environment): string | undefined {
  const { SYSTEM_COLLECTIONURI: collection, SYSTEM_TEAMPROJECT: project, BUILD_BUILDID: id } = env;
  if (!collection || !project || !id) return undefined;
  return `${trimEndSlashes(collection)}/${encodeURIComponent(project)}/_build/results?buildId=${encodeURIComponent(id)}`;
}

function slug(owner = '', name = ''): string {
  return [owner, name].filter(Boolean).join('/');
}

function opposite(text: string | undefined): boolean | undefined {
  return text === 'true' ? false : text === 'false' ? true : undefined;
}

function isOtherRepository(head: string | undefined, own: string | undefined): boolean {
  if (!head) return false;
  return repositoryPage(head)?.toLowerCase() !== repositoryPage(own)?.toLowerCase();
}
