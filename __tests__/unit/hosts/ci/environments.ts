/**
 * Environments of jobs, from each system's documentation (links in src/hosts/ci/systems.ts), with one repository and one commit. Each has a
 * run for a branch, and a run for a pull request.
 */
export const commit = 'c0ffee0123456789c0ffee0123456789c0ffee01';

type Variables = Readonly<Record<string, string>>;

export const jenkins: Variables = {
  JENKINS_URL: 'https://jenkins.example.org/',
  BUILD_ID: '12',
  BUILD_NUMBER: '12',
  BUILD_URL: 'https://jenkins.example.org/job/acme/job/site/job/feature%252Fpages/12/',
  JOB_NAME: 'acme/site/feature%2Fpages',
  BRANCH_NAME: 'feature/pages',
  GIT_COMMIT: commit,
  GIT_URL: 'https://ci:token-canary@git.example.org/acme/site.git',
};

/** For a pull request from a fork. */
export const jenkinsPull: Variables = {
  ...jenkins,
  BUILD_URL: 'https://jenkins.example.org/job/acme/job/site/job/PR-7/12/',
  JOB_NAME: 'acme/site/PR-7',
  BRANCH_NAME: 'PR-7',
  GIT_URL: 'https://github.com/acme/site.git',
  CHANGE_ID: '7',
  CHANGE_URL: 'https://github.com/acme/site/pull/7',
  CHANGE_FORK: 'ann',
};

export const woodpecker: Variables = {
  CI: 'woodpecker',
  CI_REPO: 'acme/site',
  CI_REPO_URL: 'https://git.example.org/acme/site',
  CI_REPO_PRIVATE: 'true',
  CI_COMMIT_SHA: commit,
  CI_COMMIT_PULL_REQUEST: '',
  CI_PIPELINE_NUMBER: '8',
  CI_PIPELINE_EVENT: 'push',
  CI_PIPELINE_URL: 'https://ci.example.org/repos/7/pipeline/8',
  CI_PIPELINE_FORGE_URL: `https://git.example.org/acme/site/commit/${commit}`,
  CI_WORKFLOW_NAME: 'pages',
};

export const woodpeckerPull: Variables = {
  ...woodpecker,
  CI_REPO_PRIVATE: 'false',
  CI_COMMIT_PULL_REQUEST: '7',
  CI_PIPELINE_EVENT: 'pull_request',
  CI_PIPELINE_FORGE_URL: 'https://git.example.org/acme/site/pulls/7',
};

export const azure: Variables = {
  TF_BUILD: 'True',
  SYSTEM_COLLECTIONURI: 'https://dev.azure.com/acme/',
  SYSTEM_TEAMPROJECT: 'Web sites',
  BUILD_BUILDID: '4711',
  BUILD_BUILDNUMBER: '20261126.3',
  BUILD_DEFINITIONNAME: 'Pages',
  BUILD_REASON: 'PullRequest',
  BUILD_REPOSITORY_NAME: 'site',
  BUILD_REPOSITORY_PROVIDER: 'TfsGit',
  BUILD_REPOSITORY_URI: 'https://acme@dev.azure.com/acme/Web%20sites/_git/site',
  BUILD_SOURCEVERSION: 'beefbeefbeefbeefbeefbeefbeefbeefbeefbeef',
  SYSTEM_PULLREQUEST_ISFORK: 'False',
  SYSTEM_PULLREQUEST_PULLREQUESTID: '7',
  SYSTEM_PULLREQUEST_SOURCECOMMITID: commit,
};

/** For a pull request from a fork on GitHub. */
export const azureFork: Variables = {
  ...azure,
  BUILD_REPOSITORY_NAME: 'acme/site',
  BUILD_REPOSITORY_PROVIDER: 'GitHub',
  BUILD_REPOSITORY_URI: 'https://github.com/acme/site',
  SYSTEM_PULLREQUEST_ISFORK: 'True',
  SYSTEM_PULLREQUEST_PULLREQUESTID: '293753840',
  SYSTEM_PULLREQUEST_PULLREQUESTNUMBER: '7',
};

export const bitbucket: Variables = {
  CI: 'true',
  BITBUCKET_BUILD_NUMBER: '156',
  BITBUCKET_COMMIT: commit,
  BITBUCKET_GIT_HTTP_ORIGIN: 'http://bitbucket.org/acme/site',
  BITBUCKET_REPO_FULL_NAME: 'acme/site',
  BITBUCKET_REPO_IS_PRIVATE: 'true',
  BITBUCKET_REPO_SLUG: 'site',
  BITBUCKET_WORKSPACE: 'acme',
};

export const bitbucketPull: Variables = { ...bitbucket, BITBUCKET_PR_ID: '7' };

export const circle: Variables = {
  CI: 'true',
  CIRCLECI: 'true',
  CIRCLE_BUILD_NUM: '99',
  CIRCLE_BUILD_URL: 'https://circleci.com/gh/acme/site/99',
  CIRCLE_JOB: 'publish',
  CIRCLE_PROJECT_REPONAME: 'site',
  CIRCLE_PROJECT_USERNAME: 'acme',
  CIRCLE_REPOSITORY_URL: 'git@github.com:acme/site.git',
  CIRCLE_SHA1: commit,
};

export const circlePull: Variables = {
  ...circle,
  CIRCLE_PULL_REQUEST: 'https://github.com/acme/site/pull/7',
};

export const circleFork: Variables = {
  ...circlePull,
  CIRCLE_PR_NUMBER: '7',
  CIRCLE_PR_REPONAME: 'site',
  CIRCLE_PR_USERNAME: 'ann',
};

export const buildkite: Variables = {
  CI: 'true',
  BUILDKITE: 'true',
  BUILDKITE_BUILD_NUMBER: '1514',
  BUILDKITE_BUILD_URL: 'https://buildkite.com/acme/site/builds/1514',
  BUILDKITE_COMMIT: commit,
  BUILDKITE_LABEL: ':hammer: Pages',
  BUILDKITE_ORGANIZATION_SLUG: 'acme',
  BUILDKITE_PIPELINE_SLUG: 'site',
  BUILDKITE_PULL_REQUEST: 'false',
  BUILDKITE_PULL_REQUEST_REPO: '',
  BUILDKITE_REPO: 'git@github.com:acme/site.git',
};

export const buildkitePull: Variables = {
  ...buildkite,
  BUILDKITE_PULL_REQUEST: '7',
  BUILDKITE_PULL_REQUEST_REPO: 'https://github.com/Acme/site.git',
};

export const buildkiteFork: Variables = {
  ...buildkitePull,
  BUILDKITE_PULL_REQUEST_REPO: 'https://github.com/ann/site.git',
};

/** A system that ci-info does not know. */
export const unknown: Variables = {
  CI: 'true',
  BUILD_NUMBER: '3',
  BUILD_URL: 'https://ci.example.org/3',
  GIT_COMMIT: commit,
  GIT_URL: 'ssh://git@git.example.org:2222/acme/site.git',
};
