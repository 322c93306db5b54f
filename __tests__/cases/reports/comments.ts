import { describe, expect, test } from '@jest/globals';

import { bot, person } from '../../../platform/github/github.ts';
import type { RunnerResult } from '../../../platform/runner.ts';
import { commit, pullRequestEvent, workflowRunEvent } from '../../support/githubEvent.ts';
import { serve } from '../../unit/servers.ts';
import { warningsOf } from '../../support/subject.ts';
import { type ReportRuns, comments, reportRuns, reportWarnings } from './reportRuns.ts';

const createComment = 'post /repos/{owner}/{repo}/issues/{issue_number}/comments';

/** The comment on a pull request, and runs for forks. */
export function commentCases(subject: ReportRuns): void {
  const { github, upload, succeed } = reportRuns(subject);

  describe('a run for a fork', () => {
    const forks = [
      { name: 'pull_request', payload: pullRequestEvent(7, true) },
      { name: 'workflow_run', payload: workflowRunEvent('fork', 'fix') },
    ];
    const inert = 'Content-Type: application/octet-stream\nContent-Disposition: attachment';
    const warnings = (run: RunnerResult) => warningsOf(run).filter((text) => text.includes('is for a fork'));

    test('that publishes files that a browser runs causes one warning, which says how to publish them as downloads', async () => {
      for (const event of forks) {
        const run = await upload({}, event, { 'a.svg': '<svg/>', 'b.html': '<p>', 'c.js': '' });
        expect(warnings(run)).toEqual([
          expect.stringMatching(
            /: a\.svg \(image\/svg\+xml\)\. .*Content-Type: application\/octet-stream and Content-Disposition: attachment/,
          ),
        ]);
      }
    });

    test('that publishes them as downloads causes no warning, nor does a run for the repository itself', async () => {
      const files = { 'a.svg': '<svg/>', 'b.html': '<p>', 'c.js': '' };
      for (const event of forks) expect(warnings(await upload({ headers: inert }, event, files))).toEqual([]);
      expect(warnings(await upload({}, forks[0], { 'a.txt': 'a', 'b.png': '' }))).toEqual([]);
      expect(warnings(await upload({}, undefined, files))).toEqual([]);
      expect(warnings(await upload({ headers: inert, preview: 'true' }, forks[0], files))).toEqual([
        expect.stringContaining('publishes files that browsers execute: a preview.'),
      ]);
    });
  });

  describe('the comment on a pull request', () => {
    test('has files, destination, commit and expiry, and a second run updates it', async () => {
      const first = await succeed({ comment: 'true', links: 'session' });
      const [comment, ...others] = github().comments;
      expect(others).toEqual([]);
      expect(first.outputs['comment-id']).toBe(String(comment?.id));
      expect(comment?.issue).toBe(7);
      const body = comment?.body ?? '';
      expect(body).toMatch(/^<!-- upload-to-workspace comment: \S+ -->\n/);
      expect(body).toMatch(
        /\n\n### (?:.*&#58; )?reports\n\n\*\*Published\.\*\* .*\n\n\*\*\[Open index\.html\].* · \*\*\[All files\]/,
      );
      expect(body).toContain(`(<${first.outputs['url']}>)`);
      expect(body).toContain(`[c0ffee0](https://github.com/example/site/commit/${commit})`);
      expect(body).toContain('[this run](https://github.com/example/site/actions/runs/4711)');
      expect(body).toContain('Uploaded 2 files, 16 bytes in s3&#58;//');
      expect(body).toMatch(/The links expire on \*\*\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\*\*\./);
      expect(body).toContain('For new links, run this job or the `links` action.');
      const second = await succeed({ comment: 'true' });
      expect(github().comments).toHaveLength(1);
      expect(second.outputs['comment-id']).toBe(first.outputs['comment-id']);
      expect(github().comments[0]?.body).toContain(`(<${second.outputs['url']}>)`);
    });

    test('is found on the 7th page, and a person’s comment with the same marker stays unchanged', async () => {
      await succeed({ comment: 'true' });
      const [own] = github().comments.splice(0);
      const forged = `${own?.body ?? ''}\n\nNot by this action`;
      for (let id = 1; id <= 650; id += 1)
        github().comments.push({ id, issue: 7, author: person, body: id === 3 ? forged : `no. ${id}` });
      github().comments.push({ id: 651, issue: 7, author: bot, body: `quoting ${own?.body ?? ''}` });
      github().comments.push({ id: 652, issue: 7, author: bot, body: own?.body ?? '' });
      const run = await succeed({ comment: 'true' });
      expect(run.outputs['comment-id']).toBe('652');
      expect(github().comments).toHaveLength(652);
      expect(github().comments.at(-1)?.body).toContain(`(<${run.outputs['url']}>)`);
      expect(github().comments[2]?.body).toBe(forged);
    });

    test('on Gitea, which ignores page and has no account types, is found among 394 with few requests', async () => {
      await succeed({ comment: 'true' });
      const [own] = github().comments;
      const people = Array.from({ length: 393 }, (_, index) => ({
        id: index + 1,
        body: `no. ${index}`,
        user: { id: 5, login: 'ann' },
      }));
      const ours = { id: 394, body: own?.body ?? '', user: { id: -2, login: 'gitea-actions' } };
      await using gitea = await serve(({ method, path }) => {
        if (path.includes('/user')) return { status: 403, body: { message: 'token does not have a user' } };
        return { body: method === 'GET' ? [...people, ours] : ours };
      });
      const run = await upload(
        { comment: 'true', 'github-token': '0123456789abcdef' },
        {
          name: 'pull_request',
          payload: pullRequestEvent(7),
          env: { GITHUB_API_URL: `http://127.0.0.1:${gitea.port}/api/v1` },
        },
      );
      expect([run.exitCode, reportWarnings(run), run.outputs['comment-id']]).toEqual([0, [], '394']);
      const lists = gitea.asked.filter(({ method, path }) => method === 'GET' && path.includes('/comments'));
      expect(lists.length).toBeLessThanOrEqual(2);
      expect(lists.map(({ path }) => new URL(path, gitea.url).searchParams.get('limit'))).not.toContain(null);
      expect(gitea.asked.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
    });

    test('exists once for two parallel jobs with one key, and twice with two keys', async () => {
      github().gather(comments, 2);
      const same = await Promise.all([succeed({ comment: 'true' }), succeed({ comment: 'true' })]);
      expect(github().comments).toHaveLength(1);
      const id = String(github().comments[0]?.id);
      expect(same.map(({ outputs }) => outputs['comment-id'])).toEqual([id, id]);
      github().gather(comments, 2);
      const keys = ['docs', 'app --> <b>'];
      await Promise.all(keys.map((key) => succeed({ comment: 'true', 'comment-key': key })));
      expect(github().comments).toHaveLength(3);
      await Promise.all(keys.map((key) => succeed({ comment: 'true', 'comment-key': key })));
      expect(github().comments).toHaveLength(3);
      expect(github().comments.at(-1)?.body).not.toContain('<b>');
    });

    test('duplicates of earlier runs are deleted, and the oldest stays', async () => {
      await succeed({ comment: 'true' });
      const [own] = github().comments;
      for (const id of [9_000_001, 9_000_002])
        github().comments.push({ id, issue: 7, author: bot, body: own?.body ?? '' });
      await succeed({ comment: 'true' });
      expect(github().comments.map(({ id }) => id)).toEqual([own?.id]);
    });

    test('after a workflow run from a fork, the pull request is found by branch and commit', async () => {
      github().pulls.push({ number: 8, state: 'open', owner: 'fork', branch: 'fix', sha: commit });
      github().pulls.push({ number: 9, state: 'open', owner: 'fork', branch: 'other', sha: commit });
      await succeed({ comment: 'true' }, { name: 'workflow_run', payload: workflowRunEvent('fork', 'fix') });
      expect(github().comments.map(({ issue }) => issue)).toEqual([8]);
      expect(github().comments[0]?.body).toContain('[c0ffee0]');
      const moved = await upload(
        { comment: 'true' },
        { name: 'workflow_run', payload: workflowRunEvent('fork', 'fix', 'ab'.repeat(20)) },
      );
      expect(reportWarnings(moved)).toEqual([
        expect.stringMatching(/no pull request .* has the commit abababa of fork:fix/),
      ]);
      expect(github().comments).toHaveLength(1);
    });

    test('goes to the pull request with the number; without a pull request, one warning says what to do', async () => {
      const schedule = { name: 'schedule', payload: {} };
      await succeed({ comment: 'true', 'pull-request': '7' }, schedule);
      expect(github().comments.map(({ issue }) => issue)).toEqual([7]);
      const run = await upload({ comment: 'true' }, schedule);
      expect([run.exitCode, run.outputs['comment-id']]).toEqual([0, '']);
      expect(warningsOf(run)).toEqual([
        expect.stringMatching(/'schedule' has no pull request. Set its number with 'pull-request'/),
      ]);
    });

    test('a token without permission: one warning with the lines to add, and the upload succeeds', async () => {
      github().permissions.pulls = 'read';
      const run = await upload({ comment: 'true' });
      expect([run.exitCode, run.outputs['file-count'], run.outputs['comment-id']]).toEqual([0, '2', '']);
      expect(reportWarnings(run)).toEqual([
        expect.stringContaining('permissions:\n  contents: read\n  pull-requests: write'),
      ]);
      const fork = await upload(
        { comment: 'true' },
        { name: 'pull_request', payload: pullRequestEvent(7, true) },
      );
      expect(fork.exitCode).toBe(0);
      expect(reportWarnings(fork)).toEqual([
        expect.stringMatching(/from a fork is read-only\. .*'workflow_run'/),
      ]);
      // Dependabot's jobs get the permissions that they request.
      const dependabot = await upload(
        { comment: 'true' },
        { name: 'pull_request', payload: pullRequestEvent(7), env: { GITHUB_ACTOR: 'dependabot[bot]' } },
      );
      expect(reportWarnings(dependabot)).toEqual([expect.stringContaining('  pull-requests: write')]);
    });

    test('a personal token writes as its user, and finds its comment', async () => {
      await succeed({ comment: 'true', 'github-token': github().personalToken });
      await succeed({ comment: 'true', 'github-token': github().personalToken });
      expect(github().comments.map(({ author }) => author.login)).toEqual([person.login]);
      await succeed({ comment: 'true' });
      expect(github().comments.map(({ author }) => author.login)).toEqual([person.login, bot.login]);
    });

    test('secondary rate limits and transient errors are retried', async () => {
      const limit = {
        status: 403,
        headers: { 'retry-after': '1' },
        message: 'You have exceeded a secondary rate limit',
      };
      github().fail(comments, limit, 1);
      github().fail(comments, 'drop', 1);
      github().fail(createComment, { status: 502 }, 1);
      await succeed({ comment: 'true' });
      expect(github().comments).toHaveLength(1);
    });

    test.each([
      ['GitHub is down', { status: 503 }, /GitHub answered 503/],
      ['nothing answers', 'drop', /GitHub cannot be reached/],
      [
        'GitHub rejects it',
        { status: 422, message: 'Validation Failed' },
        /GitHub answered 422 \(Validation Failed\)/,
      ],
      [
        'it does not exist',
        { status: 404 },
        /GitHub does not find it, or the token lacks permission to see it/,
      ],
      ['the token has expired', { status: 401 }, /rejects the token in input 'github-token'/],
      [
        'the rate limit lasts an hour',
        { status: 429, headers: { 'retry-after': '3600' } },
        /GitHub answered 429/,
      ],
    ] as const)('%s: one warning, and the upload succeeds', async (_, fault, words) => {
      github().fail(createComment, fault, 99);
      const run = await upload({ comment: 'true' });
      expect([run.exitCode, run.outputs['file-count']]).toEqual([0, '2']);
      expect(reportWarnings(run)).toEqual([expect.stringMatching(words)]);
    });

    test('lists 50 files within the limit of GitHub, and links to the others', async () => {
      const files = Object.fromEntries(Array.from({ length: 90 }, (_, n) => [`tile @${n} <b>|#7.bin`, 'x']));
      const inputs = { comment: 'true', links: 'session' };
      const run = await succeed(inputs, undefined, { 'index.html': 'home', ...files });
      const body = github().comments[0]?.body ?? '';
      expect(body.length).toBeLessThanOrEqual(65_536);
      const rows = body.match(/^\| \[/gm)?.length ?? 0;
      expect(rows).toBeGreaterThan(25);
      expect(rows).toBeLessThanOrEqual(50);
      expect(body).toContain(`<summary>91 files</summary>`);
      expect(body).toContain(`… and ${91 - rows} more: see [All files](<`);
      expect(body).not.toContain('<b>');
      expect(body).toContain(`(<${run.outputs['url']}>)`);
    });

    test.each([{ 'mask-links': 'true' }, { links: 'none' }])('with %j it has no link', async (inputs) => {
      const run = await upload({ comment: 'true', environment: 'preview', ...inputs });
      expect([run.exitCode, reportWarnings(run)]).toEqual([0, []]);
      const told = JSON.stringify([github().comments, github().deployments]);
      expect(told).toContain('index.html');
      expect(told).not.toMatch(/X-Amz-Signature/i);
    });

    test('a dry run sends no request to GitHub', async () => {
      const run = await succeed({
        comment: 'true',
        environment: 'preview',
        release: 'v1',
        'dry-run': 'true',
      });
      expect(run.outputs).toMatchObject({ 'comment-id': '', 'deployment-id': '' });
      expect(github().requests).toEqual([]);
    });
  });
}
