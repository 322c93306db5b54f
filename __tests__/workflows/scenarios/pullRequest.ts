import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect } from '@jest/globals';

import { buckets } from '../../../platform/catalogue.ts';
import { bot, person, type Github } from '../../../platform/github/github.ts';
import { linkIn, open, type ExampleRun, type Scenario } from '../examples.ts';
import { dispatch, patch, pullRequest } from './events.ts';

const push: Omit<ExampleRun, 'then'> = {
  file: 'pull-request.yml',
  on: 'pull_request',
  payload: pullRequest(patch, 'synchronize'),
};

const anotherSite = `site:
	mkdir site
	echo "<h1>Atlas, again</h1>" > site/index.html
`;

/** Links, oldest first. */
const links: string[] = [];

function ownComment(github: Github): string {
  const own = github.comments.filter(({ author }) => author.type === 'Bot');
  expect(own).toHaveLength(1);
  return own[0]?.body ?? '';
}

function states({ deployments }: Github): string[][] {
  return deployments.map(({ statuses }) => statuses.map(({ state }) => state));
}

export const pullRequestScenario: Scenario = {
  name: 'a pull request: published, updated by a push, links renewed, closed',
  before: (github) => void github.pulls.push(patch),
  runs: [
    {
      ...push,
      then: async ({ github, stored }) => {
        const body = ownComment(github);
        expect(body).toContain(`/commit/${patch.sha}`);
        // The page needs its styles, so it is a preview.
        const link = linkIn(body, 'Open preview');
        links.push(link);
        expect(await open(link)).toContain('/pull-requests/7/_preview-worker.js?');
        // A link of the platform: 7 days.
        expect(new URL(link).searchParams.get('X-Amz-Expires')).toBe('604800');
        expect(states(github)).toEqual([['in_progress', 'success']]);
        expect(github.deployments[0]).toMatchObject({ environment: 'pull-request/7', transient: true });
        expect(github.deployments[0]?.statuses.at(-1)?.environmentUrl).toBe(link);
        expect(await stored()).toEqual(['pull-requests/7/assets/style.css', 'pull-requests/7/index.html']);
        // Other comments move the action's comment to the 7th page.
        const [own] = github.comments.splice(0);
        for (let id = 1; id <= 640; id += 1)
          github.comments.push({ id, issue: 7, author: person, body: `Comment no. ${id}` });
        github.comments.push({ id: 9_000_000, issue: 7, author: bot, body: own?.body ?? '' });
      },
    },
    {
      ...push,
      prepare: (checkout) => writeFile(join(checkout, 'Makefile'), anotherSite),
      then: async ({ github, stored }) => {
        const body = ownComment(github);
        expect(github.comments).toHaveLength(641);
        // A page that needs no other file opens as it is.
        expect(await open(linkIn(body, 'Open index.html'))).toContain('<h1>Atlas, again</h1>');
        expect(states(github)).toEqual([
          ['in_progress', 'success', 'inactive'],
          ['in_progress', 'success'],
        ]);
        expect(await stored()).toEqual(['pull-requests/7/index.html']);
      },
    },
    {
      file: 'renew-pull-request.yml',
      on: 'workflow_dispatch',
      payload: dispatch({ number: '7' }),
      then: async ({ github }) => {
        const body = ownComment(github);
        expect(body).toMatch(/Made links to 1 file, \d+ bytes in /);
        // The renewal does not know the commit, because it builds nothing.
        expect(body).toContain(`/commit/${patch.sha}`);
        const link = linkIn(body, 'Open index.html');
        expect(await open(link)).toContain('<h1>Atlas, again</h1>');
        expect(github.deployments).toHaveLength(2);
        expect(github.deployments[1]?.statuses.at(-1)).toMatchObject({
          state: 'success',
          environmentUrl: link,
        });
        links.push(link);
      },
    },
    {
      file: 'clean-up.yml',
      on: 'pull_request_target',
      payload: pullRequest(patch, 'closed'),
      then: async ({ github, platform, stored }) => {
        const body = ownComment(github);
        expect(body).toMatch(/\*\*Removed 1 file\.\*\* Nothing is left/);
        expect(body).not.toContain('X-Amz');
        expect(github.comments).toHaveLength(641);
        expect(states(github).map((all) => all.at(-1))).toEqual(['inactive', 'inactive']);
        expect(await stored()).toEqual([]);
        expect(await platform.store.list(buckets.outputs, 'ci/')).toEqual([]);
        for (const link of links) expect((await fetch(link)).status).toBe(404);
      },
    },
  ],
};
