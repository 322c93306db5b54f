import { execFileSync } from 'node:child_process';

import { describe, expect, test } from '@jest/globals';

import type { Run } from '../../../../src/hosts/host.ts';
import { repositoryPage, runOf } from '../../../../src/hosts/ci/facts.ts';
import { otherSystem, systems } from '../../../../src/hosts/ci/systems.ts';
import * as of from './environments.ts';

const { commit } = of;

function run(id: string, env: Readonly<Record<string, string>>): Run {
  return runOf(systems[id] ?? otherSystem(null), env);
}

/** What reports show of a run. */
function shown({ url, label, commit: built, workflow, commitUrl, pull, origin, isPublic, isForFork }: Run) {
  const common = { url, label, workflow, commitUrl: commitUrl(commit), pull, isPublic, isForFork };
  return { ...common, isBuilt: built === commit, origin };
}

const expected: readonly (readonly [string, string, Readonly<Record<string, string>>, object])[] = [
  [
    'Jenkins',
    'JENKINS',
    of.jenkins,
    {
      url: of.jenkins['BUILD_URL'],
      label: 'Jenkins, acme/site/feature/pages #12',
      workflow: 'acme/site/feature/pages',
      commitUrl: `https://git.example.org/acme/site/commit/${commit}`,
      origin: { text: 'a run of Jenkins', url: of.jenkins['BUILD_URL'] },
    },
  ],
  [
    'Jenkins, pull request from a fork',
    'JENKINS',
    of.jenkinsPull,
    {
      url: of.jenkinsPull['BUILD_URL'],
      label: 'Jenkins, acme/site/PR-7 #12',
      workflow: 'acme/site/PR-7',
      commitUrl: `https://github.com/acme/site/commit/${commit}`,
      pull: 7,
      isForFork: true,
      origin: { text: 'pull request #7', url: 'https://github.com/acme/site/pull/7' },
    },
  ],
  [
    'Woodpecker',
    'WOODPECKER',
    of.woodpecker,
    {
      url: 'https://ci.example.org/repos/7/pipeline/8',
      label: 'acme/site, pages #8',
      workflow: 'pages',
      commitUrl: `https://git.example.org/acme/site/commit/${commit}`,
      isPublic: false,
      origin: { text: 'a run of Woodpecker for acme/site', url: 'https://ci.example.org/repos/7/pipeline/8' },
    },
  ],
  [
    'Woodpecker, pull request',
    'WOODPECKER',
    of.woodpeckerPull,
    {
      url: 'https://ci.example.org/repos/7/pipeline/8',
      label: 'acme/site, pages #8',
      workflow: 'pages',
      commitUrl: `https://git.example.org/acme/site/commit/${commit}`,
      pull: 7,
      isPublic: true,
      origin: { text: 'pull request #7 of acme/site', url: 'https://git.example.org/acme/site/pulls/7' },
    },
  ],
  [
    'Azure Pipelines, pull request',
    'AZURE_PIPELINES',
    of.azure,
    {
      url: 'https://dev.azure.com/acme/Web%20sites/_build/results?buildId=4711',
      label: 'site, Pages #20261126.3',
      workflow: 'Pages',
      commitUrl: `https://dev.azure.com/acme/Web%20sites/_git/site/commit/${commit}`,
      pull: 7,
      origin: {
        text: 'pull request #7 of site',
        url: 'https://dev.azure.com/acme/Web%20sites/_git/site/pullrequest/7',
      },
    },
  ],
  [
    'Azure Pipelines, pull request from a fork on GitHub',
    'AZURE_PIPELINES',
    of.azureFork,
    {
      url: 'https://dev.azure.com/acme/Web%20sites/_build/results?buildId=4711',
      label: 'acme/site, Pages #20261126.3',
      workflow: 'Pages',
      commitUrl: `https://github.com/acme/site/commit/${commit}`,
      pull: 7,
      isForFork: true,
      origin: { text: 'pull request #7 of acme/site', url: 'https://github.com/acme/site/pull/7' },
    },
  ],
  [
    'Bitbucket Pipelines',
    'BITBUCKET',
    of.bitbucket,
    {
      url: 'https://bitbucket.org/acme/site/pipelines/results/156',
      label: 'acme/site #156',
      commitUrl: `https://bitbucket.org/acme/site/commits/${commit}`,
      isPublic: false,
      origin: {
        text: 'a run of Bitbucket Pipelines for acme/site',
        url: 'https://bitbucket.org/acme/site/pipelines/results/156',
      },
    },
  ],
  [
    'Bitbucket Pipelines, pull request',
    'BITBUCKET',
    of.bitbucketPull,
    {
      url: 'https://bitbucket.org/acme/site/pipelines/results/156',
      label: 'acme/site #156',
      commitUrl: `https://bitbucket.org/acme/site/commits/${commit}`,
      pull: 7,
      isPublic: false,
      origin: {
        text: 'pull request #7 of acme/site',
        url: 'https://bitbucket.org/acme/site/pull-requests/7',
      },
    },
  ],
  ...[
    { name: 'CircleCI', env: of.circle },
    { name: 'CircleCI, pull request', env: of.circlePull, pull: 7 },
    { name: 'CircleCI, pull request from a fork', env: of.circleFork, pull: 7, isForFork: true },
  ].map(
    ({ name, env, pull, isForFork = false }) =>
      [
        name,
        'CIRCLE',
        env,
        {
          url: 'https://circleci.com/gh/acme/site/99',
          label: 'acme/site, publish #99',
          workflow: 'publish',
          commitUrl: `https://github.com/acme/site/commit/${commit}`,
          pull,
          isForFork,
          origin: pull
            ? { text: 'pull request #7 of acme/site', url: 'https://github.com/acme/site/pull/7' }
            : { text: 'a run of CircleCI for acme/site', url: 'https://circleci.com/gh/acme/site/99' },
        },
      ] as const,
  ),
  ...[
    { name: 'Buildkite', env: of.buildkite },
    { name: 'Buildkite, pull request', env: of.buildkitePull, pull: 7 },
    { name: 'Buildkite, pull request from a fork', env: of.buildkiteFork, pull: 7, isForFork: true },
  ].map(
    ({ name, env, pull, isForFork = false }) =>
      [
        name,
        'BUILDKITE',
        env,
        {
          url: 'https://buildkite.com/acme/site/builds/1514',
          label: 'acme/site, :hammer: Pages #1514',
          workflow: ':hammer: Pages',
          commitUrl: `https://github.com/acme/site/commit/${commit}`,
          pull,
          isForFork,
          origin: pull
            ? { text: 'pull request #7 of acme/site', url: 'https://github.com/acme/site/pull/7' }
            : {
                text: 'a run of Buildkite for acme/site',
                url: 'https://buildkite.com/acme/site/builds/1514',
              },
        },
      ] as const,
  ),
  [
    'an unknown system',
    '',
    of.unknown,
    {
      url: 'https://ci.example.org/3',
      label: 'the CI system #3',
      commitUrl: `https://git.example.org/acme/site/commit/${commit}`,
      origin: { text: 'a run of the CI system', url: 'https://ci.example.org/3' },
    },
  ],
];

describe('the run of a CI system', () => {
  test.each(expected)('%s', (_, id, env, facts) => {
    const none = { workflow: undefined, pull: undefined, isPublic: undefined, isForFork: false };
    expect(shown(run(id, env))).toEqual({ ...none, isBuilt: true, ...facts });
  });

  test('is found by ci-info', () => {
    expect(detected(expected.map(([, , env]) => env))).toEqual(expected.map(([, id]) => id));
  });

  test('is no link where a variable is not a web address', () => {
    for (const url of ['javascript:alert(1)', 'file:///etc/passwd', 'x', '']) {
      const facts = run('WOODPECKER', { ...of.woodpeckerPull, CI_PIPELINE_URL: url, CI_REPO_URL: url });
      expect([facts.url, facts.label, facts.commitUrl(commit)]).toEqual(['', undefined, '']);
      const pull = run('WOODPECKER', { ...of.woodpeckerPull, CI_PIPELINE_FORGE_URL: url });
      expect(pull.origin?.url).toBe('https://ci.example.org/repos/7/pipeline/8');
    }
  });

  test('never has the password of the repository', () => {
    const { commitUrl, ...others } = run('JENKINS', of.jenkins);
    expect([commitUrl(commit), JSON.stringify(others)].join()).not.toContain('token-canary');
  });

  test('has no commit if the variable has a name, e.g. HEAD', () => {
    expect(run('BUILDKITE', { ...of.buildkite, BUILDKITE_COMMIT: 'HEAD' }).commit).toBe('');
  });

  test('makes do without any variable', () => {
    for (const id of [...Object.keys(systems), '']) {
      const { commitUrl, ...facts } = run(id, {});
      expect([commitUrl(commit), facts.commit, facts.pull]).toEqual([expect.any(String), '', undefined]);
    }
  });
});

/** The IDs of environments by ci-info, which reads the environment when it is loaded. Empty if it does not know the system. */
function detected(environments: readonly Readonly<Record<string, string>>[]): string[] {
  const script = `
    const ids = ${JSON.stringify(environments)}.map((env) => {
      process.env = env;
      delete require.cache[require.resolve('ci-info')];
      const { isCI, id } = require('ci-info');
      return isCI ? (id ?? '') : 'none';
    });
    process.stdout.write(JSON.stringify(ids));`;
  return JSON.parse(execFileSync(process.execPath, ['--eval', script], { encoding: 'utf8' })) as string[];
}

test.each([
  ['git@github.com:acme/site.git', 'https://github.com/acme/site'],
  ['ssh://git@git.example.org:2222/acme/site.git', 'https://git.example.org/acme/site'],
  ['https://user:secret@git.example.org/acme/site.git', 'https://git.example.org/acme/site'],
  ['https://git.example.org/acme/site/', 'https://git.example.org/acme/site'],
  ['/srv/git/site.git', undefined],
  ['', undefined],
])('the page of the repository %s is %s', (address, page) => {
  expect(repositoryPage(address)).toBe(page);
});
