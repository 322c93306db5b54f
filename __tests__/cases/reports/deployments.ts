import { describe, expect, test } from '@jest/globals';

import { bot } from '../../../platform/github/github.ts';
import { commit } from '../../support/githubEvent.ts';
import { type ReportRuns, deployments, reportRuns, statuses, reportWarnings } from './reportRuns.ts';

/** The deployment in a GitHub environment. */
export function deploymentCases(subject: ReportRuns): void {
  const { github, upload, succeed } = reportRuns(subject);

  describe('the deployment', () => {
    const states = () => github().deployments.map(({ statuses }) => statuses.map(({ state }) => state));

    test('is in progress, succeeds with the link, and becomes inactive when it is replaced', async () => {
      github().environmentUrlLimit = 10_000;
      const first = await succeed({ environment: 'preview/pr-7' });
      const second = await succeed({ environment: 'preview/pr-7' });
      await succeed({ environment: 'elsewhere' });
      expect(states()).toEqual([
        ['in_progress', 'success', 'inactive'],
        ['in_progress', 'success'],
        ['in_progress', 'success'],
      ]);
      const [old, made] = github().deployments;
      expect([first, second].map(({ outputs }) => outputs['deployment-id'])).toEqual(
        [old, made].map((one) => String(one?.id)),
      );
      expect(made).toMatchObject({ ref: commit, environment: 'preview/pr-7', transient: true });
      expect(made?.statuses.at(-1)).toMatchObject({
        environmentUrl: second.outputs['url'],
        logUrl: 'https://github.com/example/site/actions/runs/4711',
      });
    });

    test('if the link is too long for GitHub, it is the page of the run, with a warning', async () => {
      const run = await upload({ environment: 'preview', links: 'session' });
      expect(run.exitCode).toBe(0);
      expect(reportWarnings(run)).toEqual([
        expect.stringMatching(
          /rejected a deployment link of 1,?\d+ characters: .* opens the page of this run/,
        ),
      ]);
      expect(github().deployments[0]?.statuses.at(-1)).toMatchObject({
        state: 'success',
        environmentUrl: 'https://github.com/example/site/actions/runs/4711',
      });
      expect(github().violations).toEqual([]);
    });

    test('deployments of other workflows stay unchanged', async () => {
      const statuses = [{ id: 2, state: 'success', environmentUrl: '', logUrl: '', description: '' }];
      const other = {
        id: 1,
        ref: 'main',
        task: 'deploy',
        environment: 'preview',
        transient: false,
        payload: '',
        creator: bot,
      };
      github().deployments.push({ ...other, statuses });
      github().environmentUrlLimit = 10_000;
      await succeed({ environment: 'preview' });
      expect(states()).toEqual([['success'], ['in_progress', 'success']]);
    });

    test('an older run that ends last does not deactivate the newer one', async () => {
      github().environmentUrlLimit = 10_000;
      await succeed({ environment: 'preview' });
      const [first] = github().deployments;
      const statuses = [{ id: 9_000_001, state: 'success', environmentUrl: '', logUrl: '', description: '' }];
      if (first) github().deployments.push({ ...first, id: 9_000_000, statuses });
      await succeed({ environment: 'preview' });
      expect(states()).toEqual([
        ['in_progress', 'success'],
        ['success'],
        ['in_progress', 'success', 'inactive'],
      ]);
    });

    test.each([
      ['GitHub is down', deployments, { status: 503 }, /GitHub answered 503/],
      ['GitHub fails during the upload', statuses, 'drop', /GitHub cannot be reached/],
      [
        'GitHub does not know the commit',
        deployments,
        { status: 422, message: 'No ref found for: c0ffee0' },
        /GitHub answered 422 \(No ref found for: c0ffee0\)/,
      ],
      ['a check forbids it', deployments, { status: 409, message: 'Conflict' }, /GitHub answered 409/],
    ] as const)('%s: one warning, and the upload succeeds', async (_, operation, fault, words) => {
      github().fail(operation, fault, 99);
      const run = await upload({ environment: 'preview' });
      expect([run.exitCode, run.outputs['file-count'], run.outputs['deployment-id']]).toEqual([0, '2', '']);
      expect(reportWarnings(run)).toEqual([expect.stringMatching(words)]);
    });

    test('succeeds if GitHub is down only during the upload', async () => {
      github().environmentUrlLimit = 10_000;
      github().fail(statuses, { status: 422 }, 1);
      await succeed({ environment: 'preview' });
      expect(states()).toEqual([['success']]);
    });

    test('without permission: one warning with the lines to add', async () => {
      github().permissions.deployments = 'none';
      const run = await upload({ environment: 'preview' });
      expect([run.exitCode, run.outputs['deployment-id']]).toEqual([0, '']);
      expect(reportWarnings(run)).toEqual([
        expect.stringContaining('permissions:\n  contents: read\n  deployments: write'),
      ]);
    });
  });
}
