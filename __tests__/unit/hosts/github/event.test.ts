import { writeFileSync } from 'node:fs';

import { expect, test } from '@jest/globals';

import { githubHost } from '../../../../src/hosts/github/host.ts';
import { temporaryFolder } from '../../folders.ts';

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
])('an event of %s is of a public repository: %j', (event, expected) => {
  using folder = temporaryFolder();
  const file = folder.at('event.json');
  writeFileSync(file, event);
  expect(isPublicRepository(file)).toBe(expected);
});

test('without an event nobody can say', () => {
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
])('an event of %j is about a fork: %j', (event, expected) => {
  using folder = temporaryFolder();
  const file = folder.at('event.json');
  writeFileSync(file, JSON.stringify(event));
  expect(isForFork(file)).toBe(expected);
});

test('without an event nothing is about a fork', () => {
  expect([isForFork(''), isForFork('/no/such/event.json')]).toEqual([false, false]);
});
