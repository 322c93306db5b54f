import { describe, expect, test } from '@jest/globals';

import type { RunnerResult } from '../../../platform/runner.ts';
import { readAction } from '../../../scripts/tables.ts';
import { githubVariables, pullRequestEvent } from '../../support/githubEvent.ts';
import { folderWith } from '../../support/folder.ts';
import { type ActionName, errorOf, runSubject, warningsOf } from '../../support/subject.ts';
import { type ReportRuns, comments, deployments, reportRuns, reportWarnings } from './reportRuns.ts';

/** Names of the outputs that an action declares. */
function declaredOutputs(action: ActionName): string[] {
  const { outputs = {} } = readAction(action === 'upload' ? 'action.yml' : `${action}/action.yml`);
  return Object.keys(outputs).sort();
}

/** Comment, deployment and release in one run. */
export function allReportCases(subject: ReportRuns): void {
  const { github, upload, succeed } = reportRuns(subject);

  test('GitHub is down for all three: one warning each, and upload and outputs are not affected', async () => {
    github().releases.push({ id: 3, tag: 'v1', body: 'Notes', draft: false, immutable: false });
    for (const operation of [comments, deployments, 'get /repos/{owner}/{repo}/releases/tags/{tag}'] as const)
      github().fail(operation, { status: 503 }, 99);
    const run = await upload({ comment: 'true', environment: 'preview', release: 'v1' });
    expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
    expect(run.outputs).toMatchObject({ 'file-count': '2', 'comment-id': '', 'deployment-id': '' });
    expect((await fetch(run.outputs['url'] ?? '')).status).toBe(200);
    const about = reportWarnings(run).map((warning) => /^The (\w+)/.exec(warning)?.[1]);
    expect(about.sort()).toEqual(['comment', 'deployment', 'notes']);
  });

  test('a token without any permission: one warning with all lines to add', async () => {
    github().releases.push({ id: 3, tag: 'v1', body: 'Notes', draft: false, immutable: false });
    Object.assign(github().permissions, { pulls: 'read', deployments: 'none', contents: 'read' });
    const run = await upload({ comment: 'true', environment: 'preview', release: 'v1' });
    expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
    const lines = '\npermissions:\n  contents: write\n  deployments: write\n  pull-requests: write\nHelp: ';
    expect(warningsOf(run)).toEqual([expect.stringContaining(lines)]);
  });

  test('a warning says that links that expire within the hour are too short for reports', async () => {
    const run = await succeed({ comment: 'true', links: 'session' });
    expect(warningsOf(run)).toEqual([
      expect.stringMatching(/expire in 1[45] min.*'links: auto' or 'links: platform'/s),
    ]);
    expect(warningsOf(await succeed({ links: 'session' }))).toEqual([]);
  });

  test('with platform links, the default, there is no such warning, and the comment says when they expire', async () => {
    const run = await succeed({ comment: 'true' });
    expect(warningsOf(run)).toEqual([]);
    expect(Date.parse(run.outputs['expires-at'] ?? '') - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
  });

  test('with session links because of an error of the platform, the warning says why', async () => {
    subject().platform.terrapi.fail('/v2/storage/download', { status: 403 }, 1);
    const run = await succeed({ comment: 'true' });
    expect(warningsOf(run)).toEqual([
      expect.stringMatching(/expire in 1[45] min.*session links: .* 403.*'links' action/s),
    ]);
  });
}

/** Reports after a renewal of links and after a removal. */
export function laterReportCases(subject: ReportRuns): void {
  describe('links and remove', () => {
    const { github, succeed } = reportRuns(subject);
    const everywhere = { comment: 'true', environment: 'preview', release: 'v1' };
    const where = () => ({ destination: 'reports', 'github-token': github().token });
    const run = (
      action: 'links' | 'remove',
      inputs: Readonly<Record<string, string>>,
      event: { readonly name: string; readonly payload: object } = { name: 'schedule', payload: {} },
    ) =>
      runSubject(
        subject(),
        action,
        { ...where(), ...inputs },
        { cwd: folderWith({}), env: githubVariables(github(), event.name, event.payload) },
      );

    test('renewal updates links in all reports, and keeps other text', async () => {
      github().environmentUrlLimit = 10_000;
      github().releases.push({ id: 3, tag: 'v1', body: 'Notes', draft: false, immutable: false });
      const first = await succeed(everywhere);
      const sums = github().releases[0]?.body?.match(/`[0-9a-f]{64}`/g);
      expect(sums).toHaveLength(2);
      const second = await run('links', { ...everywhere, 'pull-request': '7' });
      expect([second.exitCode, errorOf(second), reportWarnings(second)]).toEqual([0, '', []]);
      const ids = ({ outputs }: RunnerResult) => [outputs['comment-id'], outputs['deployment-id']];
      expect(ids(second)).toEqual(ids(first));
      const { url = '' } = second.outputs;
      expect(github().comments).toHaveLength(1);
      expect(github().comments[0]?.body).toContain(`(<${url}>)`);
      expect(github().comments[0]?.body).toContain('\n\nMade links to 2 files, ');
      expect(github().comments[0]?.body).toContain('[c0ffee0]');
      expect(github().deployments.map(({ statuses }) => statuses.at(-1)?.environmentUrl)).toEqual([url]);
      const notes = github().releases[0]?.body ?? '';
      expect(notes).toContain(url);
      expect(notes.match(/<!-- upload-to-workspace begin: /g)).toHaveLength(1);
      expect(notes.match(/`[0-9a-f]{64}`/g)).toEqual(sums);
      expect(github().violations).toEqual([]);
    });

    test('every action sets exactly the outputs that it declares', async () => {
      const uploaded = await succeed({});
      const outputs = {
        upload: uploaded.outputs,
        links: (await run('links', {})).outputs,
        remove: (await run('remove', {})).outputs,
      };
      for (const action of ['upload', 'links', 'remove'] as const)
        expect([action, Object.keys(outputs[action]).sort()]).toEqual([action, declaredOutputs(action)]);
    });

    // Two files and the index page.
    test('removal updates the comment, deactivates the deployment, and removes all links', async () => {
      github().environmentUrlLimit = 10_000;
      const first = await succeed({ comment: 'true', environment: 'preview' });
      const closed = { name: 'pull_request', payload: pullRequestEvent(7) };
      const removal = await run('remove', { comment: 'true', environment: 'preview' }, closed);
      expect([removal.exitCode, errorOf(removal), reportWarnings(removal)]).toEqual([0, '', []]);
      expect(removal.outputs['comment-id']).toBe(first.outputs['comment-id']);
      expect(removal.outputs['deployment-id']).toBe(first.outputs['deployment-id']);
      const [comment] = github().comments;
      expect(comment?.body).toMatch(/\n\*\*Removed 2 files\.\*\* Nothing is left/);
      expect(comment?.body).not.toContain('X-Amz');
      expect(github().deployments[0]?.statuses.map(({ state }) => state)).toEqual([
        'in_progress',
        'success',
        'inactive',
      ]);
      expect(github().violations).toEqual([]);
    });

    test('removal creates no comment, and does not comment on files that stay', async () => {
      await succeed({});
      const old = await run('remove', { comment: 'true', 'older-than': '1h', 'pull-request': '7' });
      expect([old.exitCode, old.outputs['deleted-count'], reportWarnings(old)]).toEqual([0, '0', []]);
      const all = await run('remove', { comment: 'true', 'pull-request': '7' });
      expect([all.exitCode, all.outputs['deleted-count'], all.outputs['comment-id']]).toEqual([0, '3', '']);
      expect(github().comments).toEqual([]);
    });
  });
}
