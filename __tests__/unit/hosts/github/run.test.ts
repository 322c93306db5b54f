import { writeFileSync } from 'node:fs';

import { describe, expect, test } from '@jest/globals';

import { forgeOf } from '../../../../src/hosts/github/forge.ts';
import { githubHost } from '../../../../src/hosts/github/host.ts';
import { type GithubRun, readRun } from '../../../../src/hosts/github/run.ts';
import { temporaryFolder } from '../../folders.ts';

const environment = {
  GITHUB_API_URL: 'https://ghe.example.org/api/v3/',
  GITHUB_SERVER_URL: 'https://ghe.example.org/',
  GITHUB_REPOSITORY: 'example/site',
  GITHUB_RUN_ID: '4711',
  GITHUB_SHA: 'beef',
};

function run(name: string, payload: unknown): GithubRun {
  return readRun({ ...environment, GITHUB_EVENT_NAME: name }, JSON.stringify(payload));
}

const pull = (fork: boolean | undefined) => ({
  number: 7,
  head: { sha: 'c0ffee', repo: fork === undefined ? null : { id: fork ? 2 : 1 } },
  base: { repo: { id: 1 } },
});

describe('the run', () => {
  test('is read from the environment, also of GitHub Enterprise', () => {
    expect(run('push', {})).toEqual({
      forge: forgeOf({}),
      owner: 'example',
      repo: 'site',
      apiUrl: 'https://ghe.example.org/api/v3',
      url: 'https://ghe.example.org/example/site/actions/runs/4711',
      label: 'example/site #4711',
      origin: {
        text: 'a workflow run of example/site',
        url: 'https://ghe.example.org/example/site/actions/runs/4711',
      },
      event: 'push',
      workflow: undefined,
      commit: 'beef',
      commitUrl: expect.any(Function),
      pull: undefined,
      triggeringRun: undefined,
      isPublic: undefined,
      isForFork: false,
      readOnly: false,
    });
    expect(run('push', {}).commitUrl('beef')).toBe('https://ghe.example.org/example/site/commit/beef');
    expect(readRun({}, '')).toMatchObject({ apiUrl: 'https://api.github.com', commit: '' });
  });

  test('has a label and an origin if it has a page', () => {
    const named = { ...environment, GITHUB_WORKFLOW: 'Pages', GITHUB_RUN_NUMBER: '12' };
    expect(readRun(named, '')).toMatchObject({ label: 'example/site, Pages #12', workflow: 'Pages' });
    expect(readRun({ ...named, GITHUB_REF: 'refs/pull/7/merge' }, '').origin).toEqual({
      text: 'pull request #7 of example/site',
      url: 'https://ghe.example.org/example/site/pull/7',
    });
    expect(readRun({}, '')).toMatchObject({ label: undefined, origin: undefined });
  });

  test('has the name of its workflow, or of the workflow’s file', () => {
    for (const [given, workflow] of [
      ['Deploy docs', 'Deploy docs'],
      ['.github/workflows/docs.yml', 'docs.yml'],
      ['.gitea/workflows/docs.yml', 'docs.yml'],
      ['', undefined],
    ] as const)
      expect(readRun({ GITHUB_WORKFLOW: given }, '').workflow).toBe(workflow);
  });

  test.each([
    ['Gitea', { GITEA_ACTIONS: 'true' }, 'actions/runs/12?by_index=1'],
    ['Forgejo', { GITEA_ACTIONS: 'true', FORGEJO_ACTIONS: 'true' }, 'actions/runs/12'],
  ])('has the pages of %s', (name, variables, page) => {
    const url = `https://git.example.org/example/site`;
    const read = readRun(
      {
        ...environment,
        ...variables,
        GITHUB_SERVER_URL: 'https://git.example.org/',
        GITHUB_RUN_NUMBER: '12',
        GITHUB_WORKFLOW: 'pages.yml',
        GITHUB_REF: 'refs/pull/7/head',
      },
      '',
    );
    expect(read).toMatchObject({
      forge: { name },
      url: `${url}/${page}`,
      label: 'example/site, pages.yml #12',
      workflow: 'pages.yml',
      origin: { text: 'pull request #7 of example/site', url: `${url}/pulls/7` },
    });
    expect(readRun({ ...environment, ...variables }, '').url).toMatch(/\/actions\/runs\/4711$/);
  });

  test('of a pull request has its number and its head commit, not the merge commit', () => {
    expect(run('pull_request', { pull_request: pull(false) })).toMatchObject({ pull: 7, commit: 'c0ffee' });
  });

  test.each([
    ['pull_request', false, false],
    ['pull_request', true, true],
    ['pull_request', undefined, true],
    ['pull_request_review', true, true],
    ['pull_request_target', true, false],
  ])('%s (from a fork: %s) has a read-only token: %s', (name, fork, readOnly) => {
    expect(run(name, { pull_request: pull(fork) }).readOnly).toBe(readOnly);
  });

  test('of a comment on a pull request has its number; of one on an issue it has none', () => {
    expect(run('issue_comment', { issue: { number: 7, pull_request: {} } }).pull).toBe(7);
    expect(run('issue_comment', { issue: { number: 7 } }).pull).toBeUndefined();
  });

  test('of workflow_run has the commit and branch of the triggering run, without the branch if the fork was deleted', () => {
    const before = { head_sha: 'c0ffee', head_branch: 'fix', head_repository: { owner: { login: 'fork' } } };
    expect(run('workflow_run', { workflow_run: before })).toMatchObject({
      commit: 'c0ffee',
      triggeringRun: { commit: 'c0ffee', head: 'fork:fix' },
    });
    expect(run('workflow_run', { workflow_run: { ...before, head_repository: null } }).triggeringRun).toEqual(
      {
        commit: 'c0ffee',
        head: undefined,
      },
    );
  });

  test.each(['', 'null', '[]', '{', '{"pull_request":1}', '{"workflow_run":{}}', '{"issue":{"number":"7"}}'])(
    'can be read with the event %j',
    (event) => {
      expect(readRun(environment, event)).toMatchObject({
        commit: 'beef',
        pull: undefined,
        triggeringRun: undefined,
      });
    },
  );
});

const isPublicRepository = (file: string) => githubHost({ GITHUB_EVENT_PATH: file }).run.isPublic;
const isForFork = (file: string) => githubHost({ GITHUB_EVENT_PATH: file }).run.isForFork;

test.each([
  ['{"repository":{"visibility":"public","private":false}}', true],
  ['{"repository":{"visibility":"private","private":true}}', false],
  ['{"repository":{"visibility":"internal","private":true}}', false],
  ['{"repository":{"private":false}}', true],
  ['{"repository":{"private":true}}', false],
  ['{"repository":{}}', undefined],
  ['{"repository":null}', undefined],
  ['{"schedule":"0 4 * * *"}', undefined],
  ['null', undefined],
  ['not JSON', undefined],
])('the repository in the event %s is public: %j', (event, expected) => {
  using folder = temporaryFolder();
  const file = folder.at('event.json');
  writeFileSync(file, event);
  expect(isPublicRepository(file)).toBe(expected);
});

test('without an event, it is unknown whether the repository is public', () => {
  expect(isPublicRepository('')).toBeUndefined();
  expect(isPublicRepository('/no/such/event.json')).toBeUndefined();
});

const own = { id: 1, full_name: 'octo/site' };
const fork = { id: 2, full_name: 'ann/site' };

test.each<[object, boolean]>([
  [{ repository: own, pull_request: { head: { repo: fork }, base: { repo: own } } }, true],
  [{ repository: own, pull_request: { head: { repo: own }, base: { repo: own } } }, false],
  [{ repository: own, pull_request: { head: { repo: null }, base: { repo: own } } }, true],
  [{ repository: own, workflow_run: { head_repository: fork } }, true],
  [{ repository: own, workflow_run: { head_repository: own } }, false],
  [{ repository: own, workflow_run: { head_repository: null } }, true],
  [
    { repository: { full_name: 'octo/site' }, workflow_run: { head_repository: { full_name: 'octo/site' } } },
    false,
  ],
  [{ repository: own, issue: { number: 7, pull_request: {} } }, false],
  [{ schedule: '0 4 * * *' }, false],
])('the event %j is for a fork: %j', (event, expected) => {
  using folder = temporaryFolder();
  const file = folder.at('event.json');
  writeFileSync(file, JSON.stringify(event));
  expect(isForFork(file)).toBe(expected);
});

test('without an event, the run is not for a fork', () => {
  expect([isForFork(''), isForFork('/no/such/event.json')]).toEqual([false, false]);
});
