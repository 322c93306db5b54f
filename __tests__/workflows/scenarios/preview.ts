import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from '@jest/globals';

import { buckets } from '../../../platform/catalogue.ts';
import type { Github } from '../../../platform/github/github.ts';
import { linkIn, open, type ExampleRun, type Scenario } from '../examples.ts';
import { comment, contribution, dispatch, patch, pullRequest } from './events.ts';

/** Links to the preview, oldest first. */
const links: string[] = [];

/** The preview's link in the comment. Checks that its page contains the worker's link, and that the deployment has it too. */
async function opened({ comments, deployments }: Github): Promise<string> {
  expect(comments.map(({ issue }) => issue)).toEqual([7]);
  const link = linkIn(comments[0]?.body, 'Open preview');
  links.push(link);
  expect(link).toContain('/ci/previews/pr-7/_preview.html?');
  const page = await open(link);
  expect(page).toContain('/ci/previews/pr-7/_preview-worker.js?');
  expect(deployments.at(-1)).toMatchObject({ environment: 'preview/pr-7', transient: true });
  expect(deployments.at(-1)?.statuses.at(-1)).toMatchObject({ state: 'success', environmentUrl: link });
  return page;
}

const push: Omit<ExampleRun, 'then'> = {
  file: 'preview.yml',
  on: 'pull_request',
  payload: pullRequest(patch, 'synchronize'),
};

const site = ['previews/pr-7/assets/style.css', 'previews/pr-7/index.html'];

export const previewScenario: Scenario = {
  name: 'a preview: opened, updated by a push, renewed by a comment and a button but not by strangers, closed',
  before: (github) => {
    github.pulls.push(patch, contribution);
    github.collaborators.set('reader', 'read').set('writer', 'write');
  },
  runs: [
    {
      ...push,
      then: async ({ github, stored }) => {
        await opened(github);
        expect(await stored()).toEqual(site);
      },
    },
    {
      ...push,
      prepare: (checkout) =>
        writeFile(join(checkout, 'Makefile'), 'site:\n\tmkdir site\n\techo again > site/index.html\n'),
      then: async ({ github, stored }) => {
        await opened(github);
        expect(github.deployments.map(({ statuses }) => statuses.at(-1)?.state)).toEqual([
          'inactive',
          'success',
        ]);
        expect(await stored()).toEqual(['previews/pr-7/index.html']);
      },
    },
    {
      file: 'preview-renew.yml',
      on: 'issue_comment',
      payload: comment(7, '/preview', 'reader'),
      then: ({ run, github }) => {
        expect(run.log).not.toContain('Made links');
        expect(github.comments[0]?.body).toMatch(
          /### Preview&#58; .*\n\n\*\*Published\.\*\* .*\n\n.*\n\nUploaded 1 file, 2 stale objects deleted\./,
        );
      },
    },
    {
      file: 'preview-renew.yml',
      on: 'issue_comment',
      payload: comment(7, '/preview', 'writer'),
      then: async ({ github }) => {
        await opened(github);
        expect(github.comments[0]?.body).toMatch(
          /### Preview&#58; .*\n\n\*\*Published\.\*\* .*\n\n.*\n\nMade links to 1 file, \d+ bytes in /,
        );
      },
    },
    {
      file: 'preview-renew.yml',
      on: 'workflow_dispatch',
      payload: dispatch({ number: '7' }),
      then: async ({ github }) => {
        await opened(github);
      },
    },
    {
      ...push,
      payload: pullRequest(contribution),
      fork: true,
      then: ({ run, github }) => {
        expect(run.annotations.map(({ level }) => level)).toEqual(['notice']);
        expect(github.comments.map(({ issue }) => issue)).toEqual([7]);
      },
    },
    {
      file: 'preview-close.yml',
      on: 'pull_request_target',
      payload: pullRequest(patch, 'closed'),
      then: async ({ github, platform }) => {
        expect(await platform.store.list(buckets.outputs, 'ci/')).toEqual([]);
        expect(github.comments).toHaveLength(1);
        expect(github.comments[0]?.body).toMatch(
          /### Preview&#58; .*\n\n<!-- removed -->\n\*\*Removed 1 file\.\*\* Nothing is left/,
        );
        expect(github.comments[0]?.body).not.toContain('X-Amz');
        expect(github.deployments.map(({ statuses }) => statuses.at(-1)?.state)).toEqual([
          'inactive',
          'inactive',
        ]);
        for (const link of links) expect((await fetch(link)).status).toBe(404);
      },
    },
  ],
};
