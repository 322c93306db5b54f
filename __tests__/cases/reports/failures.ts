import { describe, expect, test } from '@jest/globals';

import { commit, githubVariables, pullRequestEvent } from '../../support/githubEvent.ts';
import { folderWith } from '../../support/folder.ts';
import { errorOf, runSubject, warningsOf } from '../../support/subject.ts';
import { type ReportRuns, comments, reportRuns, reportWarnings } from './reportRuns.ts';

const log = 'https://github.com/example/site/actions/runs/4711';
const failed = `**Failed at [c0ffee0](https://github.com/example/site/commit/${commit})** on `;

/** Reports about runs that fail or are cancelled. */
export function failureCases(subject: ReportRuns): void {
  const { github, upload, succeed } = reportRuns(subject);
  const everywhere = { comment: 'true', environment: 'preview' };
  const states = () => github().deployments.map(({ statuses }) => statuses.map(({ state }) => state));

  describe('a run that fails', () => {
    test('says so in comment, summary and deployment, and keeps the links of the upload before it', async () => {
      github().environmentUrlLimit = 10_000;
      const first = await succeed(everywhere);
      const before = github().comments[0]?.body ?? '';
      const second = await upload({ ...everywhere, workspace: 'no-such-workspace' });
      expect([second.exitCode, reportWarnings(second)]).toEqual([1, []]);
      expect(errorOf(second)).toContain('no-such-workspace');
      expect(second.summary).toMatch(/^### .*reports\n\n\*\*Failed at \[c0ffee0\].*\(\[log\]\(.*\n\n.*no/);
      // The other workspace has another key, so its comment is a new one.
      expect(github().comments).toHaveLength(2);
      const third = await upload({ ...everywhere, path: 'nothing' });
      expect([third.exitCode, errorOf(third)]).toEqual([1, expect.stringContaining('No files were found')]);
      const body = github().comments[0]?.body ?? '';
      expect(body).toContain(`\n\n<!-- failed -->\n${failed}`);
      expect(body).toContain(`([log](${log})). The previous upload is below.\n\n**Published.**`);
      expect(body.slice(body.indexOf('**Published.**'))).toBe(before.slice(before.indexOf('**Published.**')));
      expect(body).toContain(`(<${first.outputs['url']}>)`);
      expect(states()).toEqual([
        ['in_progress', 'success'],
        ['in_progress', 'failure'],
        ['in_progress', 'failure'],
      ]);
      expect(github().deployments[2]?.statuses.at(-1)).toMatchObject({
        description: 'Failed at c0ffee0',
        logUrl: log,
      });
      expect(github().violations).toEqual([]);
    });

    test('shows its own error if the reports cannot be written either, and no warning', async () => {
      github().fail(comments, { status: 503 }, 99);
      github().permissions.deployments = 'none';
      const run = await upload({ ...everywhere, path: 'nothing' });
      expect([run.exitCode, warningsOf(run)]).toEqual([1, []]);
      expect(errorOf(run)).toContain('No files were found');
      expect(run.log).toMatch(
        /Could not report the failure of this run in the comment on pull request #7 and the deployment to 'preview'/,
      );
    });

    test('after it was cancelled says so, if there is a comment', async () => {
      await succeed({ comment: 'true' });
      const controller = new AbortController();
      const run = await runSubject(
        subject(),
        'upload',
        { path: '.', destination: 'reports', 'github-token': github().token, ...everywhere },
        {
          cwd: folderWith({ 'a.txt': 'a', 'large.bin': 'x'.repeat(30 * 1024 ** 2) }),
          env: githubVariables(github(), 'pull_request', pullRequestEvent(7)),
          signal: controller.signal,
          onOutput: (text) => {
            if (text.includes('::group::Upload')) controller.abort();
          },
        },
      );
      expect(run.exitCode).toBe(1);
      expect(states()).toEqual([['in_progress', 'failure']]);
      expect(github().comments).toHaveLength(1);
      expect(github().comments[0]?.body).toMatch(
        /\n\*\*Cancelled at \[c0ffee0\].* The previous upload is below\.\n\n\*\*Published/,
      );
      expect(run.summary).toMatch(/\*\*Cancelled at \[c0ffee0\]/);
    });
  });
}
