import { expect } from '@jest/globals';

import { linkIn, open, type ExampleRun, type Scenario } from '../examples.ts';
import { contribution, patch, pullRequest, workflowRun } from './events.ts';

const place = 'forks/octocat/fix/typo';

/** Publishes in the run with this ID. A second run updates the same comment. */
const publication = (run: string): ExampleRun => ({
  file: 'fork-publish.yml',
  on: 'workflow_run',
  payload: workflowRun(31, contribution),
  env: { GITHUB_RUN_ID: run },
  then: async ({ github, stored }) => {
    expect(github.comments.map(({ issue }) => issue)).toEqual([8]);
    const { body } = github.comments[0] ?? {};
    expect(body).toContain(`/commit/${contribution.sha}`);
    expect(body).toContain(`/actions/runs/${run}`);
    expect(await open(linkIn(body, 'Open index.html'))).toContain('<h1>Atlas</h1>');
    expect(await stored()).toEqual([`${place}/assets/style.css`, `${place}/index.html`]);
  },
});

export const forkScenario: Scenario = {
  name: 'a pull request from a fork: built without secrets, published afterwards, removed when it closes',
  // The other pull request has the same commit, from a branch of this repository.
  before: (github) => void github.pulls.push(patch, contribution),
  runs: [
    {
      file: 'fork-build.yml',
      on: 'pull_request',
      payload: pullRequest(contribution),
      env: { GITHUB_RUN_ID: '31' },
      fork: true,
      then: async ({ github, stored }) => {
        expect(await stored()).toEqual([]);
        expect(github.requests).toEqual([]);
      },
    },
    {
      // A branch of this repository: pull-request.yml publishes it, and clean-up.yml would not delete `forks/example/patch`.
      file: 'fork-publish.yml',
      on: 'workflow_run',
      payload: workflowRun(31, patch),
      then: async ({ github, stored }) => {
        expect(await stored()).toEqual([]);
        expect(github.requests).toEqual([]);
      },
    },
    publication('41'),
    publication('42'),
    {
      file: 'pull-request.yml',
      on: 'pull_request',
      payload: pullRequest(contribution),
      fork: true,
      then: async ({ run, github, stored }) => {
        expect(run.annotations.map(({ level }) => level)).toEqual(['notice']);
        expect(github.comments).toHaveLength(1);
        expect(await stored()).toHaveLength(2);
      },
    },
    {
      file: 'clean-up.yml',
      on: 'pull_request_target',
      payload: pullRequest(contribution, 'closed'),
      then: async ({ github, stored }) => {
        expect(await stored()).toEqual([]);
        expect(github.comments).toHaveLength(1);
        expect(github.comments[0]?.body).toMatch(/\*\*Removed 2 files\.\*\* Nothing is left/);
      },
    },
  ],
};
