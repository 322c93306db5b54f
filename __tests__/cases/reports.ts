import { beforeEach, describe, expect, test } from '@jest/globals';

import { buckets } from '../../platform/catalogue.ts';
import { bot, type Github, person, type Pull, type Release } from '../../platform/github/github.ts';
import type { RunnerResult } from '../../platform/runner.ts';
import { readAction } from '../../scripts/tables.ts';
import { commit, githubVariables, pullRequestEvent, workflowRunEvent } from '../support/event.ts';
import { folderWith } from '../support/folder.ts';
import { serve } from '../unit/servers.ts';
import { type ActionName, errorOf, runSubject, type Subject } from '../support/subject.ts';

const pull: Pull = { number: 7, state: 'open', owner: 'example', branch: 'patch', sha: commit };

const deployments = 'post /repos/{owner}/{repo}/deployments';
const statuses = 'post /repos/{owner}/{repo}/deployments/{deployment_id}/statuses';
const updateRelease = 'patch /repos/{owner}/{repo}/releases/{release_id}';
const comments = 'get /repos/{owner}/{repo}/issues/{issue_number}/comments';
const createComment = 'post /repos/{owner}/{repo}/issues/{issue_number}/comments';

/** Messages of the step's warnings, with their line breaks. */
function warningsOf({ log }: RunnerResult): string[] {
  return [...log.matchAll(/^::warning(?: [^:]*)?::(.*)$/gm)].map(([, message = '']) =>
    message.replaceAll('%0D', '').replaceAll('%0A', '\n').replaceAll('%25', '%'),
  );
}

/** Warnings but those that links end soon, and that they are too many for an output. */
function troubles(run: RunnerResult): string[] {
  return warningsOf(run).filter(
    (warning) =>
      !/^(?:The (?:links in what GitHub keeps|output 'urls')|This run is for a fork)/.test(warning),
  );
}

/** Names of the outputs that an action declares. */
function declaredOutputs(action: ActionName): string[] {
  const { outputs = {} } = readAction(action === 'upload' ? 'action.yml' : `${action}/action.yml`);
  return Object.keys(outputs).sort();
}

type Reporting = () => Subject & { readonly github: Github };

/** What the cases below have in common: an empty repository with one pull request, and runs of the actions in it. */
function reporting(subject: Reporting) {
  const github = () => subject().github;

  async function upload(
    inputs: Readonly<Record<string, string>>,
    event: { readonly name: string; readonly payload: object; readonly env?: Record<string, string> } = {
      name: 'pull_request',
      payload: pullRequestEvent(7),
    },
    files: Readonly<Record<string, string>> = { 'index.html': '<h1>home</h1>', 'a.css': 'p{}' },
  ): Promise<RunnerResult> {
    return runSubject(
      subject(),
      'upload',
      { path: '.', destination: 'reports', 'github-token': github().token, ...inputs },
      { cwd: folderWith(files), env: githubVariables(github(), event.name, event.payload, event.env) },
    );
  }

  /** Runs that are expected to succeed, without trouble. */
  async function succeed(...args: Parameters<typeof upload>): Promise<RunnerResult> {
    const run = await upload(...args);
    expect([run.exitCode, errorOf(run), troubles(run)]).toEqual([0, '', []]);
    expect(github().violations).toEqual([]);
    return run;
  }

  beforeEach(async () => {
    await subject().platform.store.clear(buckets.outputs);
    github().reset();
    github().pulls.push(pull);
  });

  return { github, upload, succeed };
}

/** Reports on GitHub, from files on disk to what people see there. */
export function reportCases(subject: Reporting): void {
  const { github, upload, succeed } = reporting(subject);

  describe('a run for a fork', () => {
    const forks = [
      { name: 'pull_request', payload: pullRequestEvent(7, true) },
      { name: 'workflow_run', payload: workflowRunEvent('fork', 'fix') },
    ];
    const inert = 'Content-Type: application/octet-stream\nContent-Disposition: attachment';
    const warnings = (run: RunnerResult) => warningsOf(run).filter((text) => text.includes('is for a fork'));

    test('that publishes what a browser runs is one warning, which says how to publish it inert', async () => {
      for (const event of forks) {
        const run = await upload({}, event, { 'a.svg': '<svg/>', 'b.html': '<p>', 'c.js': '' });
        expect(warnings(run)).toEqual([
          expect.stringMatching(
            /: a\.svg \(image\/svg\+xml\)\. .*Content-Type: application\/octet-stream and Content-Disposition: attachment/,
          ),
        ]);
      }
    });

    test('that publishes it as files to download is none; neither is one for the repository itself', async () => {
      const files = { 'a.svg': '<svg/>', 'b.html': '<p>', 'c.js': '' };
      for (const event of forks) expect(warnings(await upload({ headers: inert }, event, files))).toEqual([]);
      expect(warnings(await upload({}, forks[0], { 'a.txt': 'a', 'b.png': '' }))).toEqual([]);
      expect(warnings(await upload({}, undefined, files))).toEqual([]);
      expect(warnings(await upload({ headers: inert, preview: 'true' }, forks[0], files))).toEqual([
        expect.stringContaining('publishes what browsers run: a preview.'),
      ]);
    });
  });

  describe('the comment on a pull request', () => {
    test('says what is there, where, of which commit and until when; a second run writes it anew', async () => {
      const first = await succeed({ comment: 'true' });
      const [comment, ...others] = github().comments;
      expect(others).toEqual([]);
      expect(first.outputs['comment-id']).toBe(String(comment?.id));
      expect(comment?.issue).toBe(7);
      const body = comment?.body ?? '';
      expect(body).toMatch(/^<!-- upload-to-workspace comment: \S+ -->\n/);
      expect(body).toContain('### Uploaded 2 files: gep');
      expect(body).toContain(`(<${first.outputs['url']}>)`);
      expect(body).toContain(`[c0ffee0](https://github.com/example/site/commit/${commit})`);
      expect(body).toContain('[this run](https://github.com/example/site/actions/runs/4711)');
      expect(body).toMatch(/work for 1[45] min.*, until \*\*\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\*\*/);
      expect(body).toContain('For new ones run this job again');
      const second = await succeed({ comment: 'true' });
      expect(github().comments).toHaveLength(1);
      expect(second.outputs['comment-id']).toBe(first.outputs['comment-id']);
      expect(github().comments[0]?.body).toContain(`(<${second.outputs['url']}>)`);
    });

    test('is found on the 7th page, and what a person writes with the same marker is left alone', async () => {
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

    test('on Gitea, which ignores page and knows no account types, is found among 394 with few requests', async () => {
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
      expect([run.exitCode, troubles(run), run.outputs['comment-id']]).toEqual([0, [], '394']);
      const lists = gitea.asked.filter(({ method, path }) => method === 'GET' && path.includes('/comments'));
      expect(lists.length).toBeLessThanOrEqual(2);
      expect(lists.map(({ path }) => new URL(path, gitea.url).searchParams.get('limit'))).not.toContain(null);
      expect(gitea.asked.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
    });

    test('of two jobs at once with one key there is one; with two keys there are two', async () => {
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

    test('duplicates of earlier runs go, and the oldest stays', async () => {
      await succeed({ comment: 'true' });
      const [own] = github().comments;
      for (const id of [9_000_001, 9_000_002])
        github().comments.push({ id, issue: 7, author: bot, body: own?.body ?? '' });
      await succeed({ comment: 'true' });
      expect(github().comments.map(({ id }) => id)).toEqual([own?.id]);
    });

    test('after a workflow run from a fork the pull request is looked up by branch and commit', async () => {
      github().pulls.push({ number: 8, state: 'open', owner: 'fork', branch: 'fix', sha: commit });
      github().pulls.push({ number: 9, state: 'open', owner: 'fork', branch: 'other', sha: commit });
      await succeed({ comment: 'true' }, { name: 'workflow_run', payload: workflowRunEvent('fork', 'fix') });
      expect(github().comments.map(({ issue }) => issue)).toEqual([8]);
      expect(github().comments[0]?.body).toContain('[c0ffee0]');
      const moved = await upload(
        { comment: 'true' },
        { name: 'workflow_run', payload: workflowRunEvent('fork', 'fix', 'ab'.repeat(20)) },
      );
      expect(troubles(moved)).toEqual([
        expect.stringMatching(/no pull request .* has the commit abababa of fork:fix/),
      ]);
      expect(github().comments).toHaveLength(1);
    });

    test('is written by number; without a pull request one warning says what to do', async () => {
      const schedule = { name: 'schedule', payload: {} };
      await succeed({ comment: 'true', 'pull-request': '7' }, schedule);
      expect(github().comments.map(({ issue }) => issue)).toEqual([7]);
      const run = await upload({ comment: 'true' }, schedule);
      expect([run.exitCode, run.outputs['comment-id']]).toEqual([0, '']);
      expect(troubles(run)).toEqual([
        expect.stringMatching(/'schedule' is about no pull request: give its number with 'pull-request'/),
      ]);
    });

    test('a token that may not write it: one warning with the lines to add, and the upload has succeeded', async () => {
      github().permissions.pulls = 'read';
      const run = await upload({ comment: 'true' });
      expect([run.exitCode, run.outputs['file-count'], run.outputs['comment-id']]).toEqual([0, '2', '']);
      expect(troubles(run)).toEqual([
        expect.stringContaining('permissions:\n  contents: read\n  pull-requests: write'),
      ]);
      const fork = await upload(
        { comment: 'true' },
        { name: 'pull_request', payload: pullRequestEvent(7, true) },
      );
      expect(fork.exitCode).toBe(0);
      expect(troubles(fork)).toEqual([expect.stringMatching(/from a fork may only read; .*'workflow_run'/)]);
      // Dependabot's jobs get what they ask for.
      const dependabot = await upload(
        { comment: 'true' },
        { name: 'pull_request', payload: pullRequestEvent(7), env: { GITHUB_ACTOR: 'dependabot[bot]' } },
      );
      expect(troubles(dependabot)).toEqual([expect.stringContaining('  pull-requests: write')]);
    });

    test('a personal token writes as its person, and knows its own comment', async () => {
      await succeed({ comment: 'true', 'github-token': github().personalToken });
      await succeed({ comment: 'true', 'github-token': github().personalToken });
      expect(github().comments.map(({ author }) => author.login)).toEqual([person.login]);
      await succeed({ comment: 'true' });
      expect(github().comments.map(({ author }) => author.login)).toEqual([person.login, bot.login]);
    });

    test('a secondary limit is waited for, and what fails for a moment is asked again', async () => {
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
        'GitHub refuses it',
        { status: 422, message: 'Validation Failed' },
        /GitHub answered 422 \(Validation Failed\)/,
      ],
      ['there is no such thing', { status: 404 }, /GitHub knows of no such thing here/],
      ['the token has ended', { status: 401 }, /does not take the token/],
      [
        'the limit is an hour long',
        { status: 429, headers: { 'retry-after': '3600' } },
        /GitHub answered 429/,
      ],
    ] as const)('%s: one warning, and the upload has succeeded', async (_, fault, words) => {
      github().fail(createComment, fault, 99);
      const run = await upload({ comment: 'true' });
      expect([run.exitCode, run.outputs['file-count']]).toEqual([0, '2']);
      expect(troubles(run)).toEqual([expect.stringMatching(words)]);
    });

    test('of many files it shows as many as GitHub takes, and says that there are more', async () => {
      const files = Object.fromEntries(Array.from({ length: 90 }, (_, n) => [`tile @${n} <b>|#7.bin`, 'x']));
      const run = await succeed({ comment: 'true' }, undefined, { 'index.html': 'home', ...files });
      const body = github().comments[0]?.body ?? '';
      expect(body.length).toBeLessThanOrEqual(65_536);
      expect(body.length).toBeGreaterThan(55_000);
      expect(body).toMatch(/… and \d+ more/);
      expect(body).not.toContain('<b>');
      expect(body).toContain(`(<${run.outputs['url']}>)`);
    });

    test.each([{ 'mask-links': 'true' }, { links: 'none' }])('with %j it has no link', async (inputs) => {
      const run = await upload({ comment: 'true', environment: 'preview', ...inputs });
      expect([run.exitCode, troubles(run)]).toEqual([0, []]);
      const told = JSON.stringify([github().comments, github().deployments]);
      expect(told).toContain('index.html');
      expect(told).not.toMatch(/X-Amz-Signature/i);
    });

    test('a dry run asks GitHub nothing', async () => {
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

  describe('the deployment', () => {
    const states = () => github().deployments.map(({ statuses }) => statuses.map(({ state }) => state));

    test('is in progress, succeeds with the link, and is inactive when it is replaced', async () => {
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

    test('a link that GitHub finds too long is the page of the run instead, with a warning', async () => {
      const run = await upload({ environment: 'preview' });
      expect(run.exitCode).toBe(0);
      expect(troubles(run)).toEqual([
        expect.stringMatching(/takes no link of 1,?\d+ characters .* opens the page of this run/),
      ]);
      expect(github().deployments[0]?.statuses.at(-1)).toMatchObject({
        state: 'success',
        environmentUrl: 'https://github.com/example/site/actions/runs/4711',
      });
      expect(github().violations).toEqual([]);
    });

    test('deployments of others are left alone', async () => {
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

    test('an older run that ends last leaves the newer one standing', async () => {
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

    test('fails with the upload', async () => {
      const { platform } = subject();
      const files = { 'a.txt': 'a' };
      const failing = { environment: 'preview', 'expires-in': '5m' };
      await platform.store.clear(buckets.outputs);
      const controller = new AbortController();
      const run = await runSubject(
        subject(),
        'upload',
        { path: '.', destination: 'reports', 'github-token': github().token, ...failing },
        {
          cwd: folderWith({ ...files, 'large.bin': 'x'.repeat(30 * 1024 ** 2) }),
          env: githubVariables(github(), 'pull_request', pullRequestEvent(7)),
          signal: controller.signal,
          onOutput: (text) => {
            if (text.includes('::group::Upload')) controller.abort();
          },
        },
      );
      expect(run.exitCode).toBe(1);
      expect(states()).toEqual([['in_progress', 'failure']]);
    });

    test.each([
      ['GitHub is down', deployments, { status: 503 }, /GitHub answered 503/],
      ['GitHub goes down while files are sent', statuses, 'drop', /GitHub cannot be reached/],
      [
        'GitHub knows no such commit',
        deployments,
        { status: 422, message: 'No ref found for: c0ffee0' },
        /GitHub answered 422 \(No ref found for: c0ffee0\)/,
      ],
      ['a check forbids it', deployments, { status: 409, message: 'Conflict' }, /GitHub answered 409/],
    ] as const)('%s: one warning, and the upload has succeeded', async (_, operation, fault, words) => {
      github().fail(operation, fault, 99);
      const run = await upload({ environment: 'preview' });
      expect([run.exitCode, run.outputs['file-count'], run.outputs['deployment-id']]).toEqual([0, '2', '']);
      expect(troubles(run)).toEqual([expect.stringMatching(words)]);
    });

    test('succeeds when GitHub is down for as long as files are sent', async () => {
      github().environmentUrlLimit = 10_000;
      github().fail(statuses, { status: 422 }, 1);
      await succeed({ environment: 'preview' });
      expect(states()).toEqual([['success']]);
    });

    test('without permission: one warning with the lines to add', async () => {
      github().permissions.deployments = 'none';
      const run = await upload({ environment: 'preview' });
      expect([run.exitCode, run.outputs['deployment-id']]).toEqual([0, '']);
      expect(troubles(run)).toEqual([
        expect.stringContaining('permissions:\n  contents: read\n  deployments: write'),
      ]);
    });
  });

  describe('the notes of a release', () => {
    const push = { name: 'push', payload: {} };
    const release = (body: string | null, more: Partial<Release> = {}) =>
      github().releases.push({ id: 3, tag: 'v1.2.3', body, draft: false, immutable: false, ...more });
    const notes = () => github().releases[0]?.body ?? '';

    test('get a table after all else, in their own line breaks, and a second run writes it anew', async () => {
      const before = '# News\r\n\r\n- one\r\n- two <!-- upload-to-workspace is nice -->';
      release(before);
      const first = await succeed({ release: 'v1.2.3' }, push);
      expect(notes().startsWith(`${before}\r\n\r\n<!-- upload-to-workspace begin: `)).toBe(true);
      expect(notes()).not.toMatch(/[^\r]\n/);
      const [row = ''] = notes()
        .split('\r\n')
        .filter((line) => line.startsWith('| [index'));
      expect(row).toMatch(/\| 13 bytes \| `[0-9a-f]{64}` \| \d{4}-.* UTC \| <code>s3/);
      expect(notes()).toContain(first.outputs['url']);
      github().releases.splice(0, 1, {
        id: 3,
        tag: 'v1.2.3',
        body: `${notes()}\r\n\r\nAnd this after it `,
        draft: false,
        immutable: false,
      });
      const second = await succeed({ release: 'v1.2.3' }, push);
      expect(notes().startsWith(`${before}\r\n\r\n<!-- `)).toBe(true);
      expect(notes().endsWith(' -->\r\n\r\nAnd this after it ')).toBe(true);
      expect(notes()).toContain(second.outputs['url']);
      expect(notes()).not.toContain(first.outputs['url']);
    });

    test.each([{ draft: true }, { immutable: true }])('are written when it is %j', async (kind) => {
      release(null, kind);
      await succeed({ release: 'v1.2.3' }, push);
      expect(notes()).toContain('index.html');
    });

    test('of several destinations each keeps its own table, when they are written at once too', async () => {
      release('Notes');
      github().gather('get /repos/{owner}/{repo}/releases/{release_id}', 2);
      await Promise.all(
        ['one', 'two'].map((destination) => succeed({ release: 'v1.2.3', destination }, push)),
      );
      expect(notes().match(/<!-- upload-to-workspace begin: /g)).toHaveLength(2);
      expect(notes().startsWith('Notes\n\n<!-- ')).toBe(true);
    });

    test('with no room for the table are left alone; with little the rows are cut', async () => {
      release('x'.repeat(124_900));
      const full = await upload({ release: 'v1.2.3' }, push);
      expect([full.exitCode, troubles(full)]).toEqual([0, [expect.stringMatching(/124,900 of the 125,000/)]]);
      expect(notes()).toBe('x'.repeat(124_900));
      github().releases.length = 0;
      release('x'.repeat(100_000));
      const files = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`${n}.bin`, 'x']));
      await succeed({ release: 'v1.2.3' }, push, files);
      expect(notes().length).toBeLessThanOrEqual(125_000);
      expect(notes().length).toBeGreaterThan(120_000);
      expect(notes()).toMatch(/… and \d+ more files that the notes have no room for/);
    });

    test('that a person has damaged are not touched', async () => {
      release('');
      await succeed({ release: 'v1.2.3' }, push);
      const block = notes();
      const [end = ''] = block.match(/<!-- upload-to-workspace end: \S+ -->/g) ?? [];
      const [begin = ''] = block.match(/<!-- upload-to-workspace begin: \S+ -->/g) ?? [];
      const long = 'Notes of a release, with a [link](https://example.org).\r\n\r\n'.repeat(1700);
      const damages = [
        block.replace(end, ''),
        block.replace(begin, ''),
        block.replace(begin, `${begin}\n\n${block}\n\n`),
        `\`\`\`\n${block}\n\`\`\``,
      ];
      for (const damaged of damages) {
        github().reset();
        release(`${long}${damaged}`);
        const run = await upload({ release: 'v1.2.3' }, push);
        expect([run.exitCode, troubles(run)]).toEqual([
          0,
          [expect.stringMatching(/notes of release 'v1.2.3' are left as they are/)],
        ]);
        expect(notes()).toBe(`${long}${damaged}`);
        expect(github().requests.map(({ operation }) => operation)).not.toContain(updateRelease);
      }
    });

    test.each([
      ['GitHub is down', { status: 500 }, /GitHub answered 500/],
      ['GitHub refuses them', { status: 422, message: 'Validation Failed' }, /GitHub answered 422/],
    ] as const)('%s: one warning, and nothing is changed', async (_, fault, words) => {
      release('Notes');
      github().fail(updateRelease, fault, 99);
      const run = await upload({ release: 'v1.2.3' }, push);
      expect([run.exitCode, run.outputs['file-count'], notes()]).toEqual([0, '2', 'Notes']);
      expect(troubles(run)).toEqual([expect.stringMatching(words)]);
    });

    test('a draft that the token is not shown: one warning with the lines to add', async () => {
      release('Notes', { draft: true });
      github().permissions.contents = 'read';
      const run = await upload({ release: 'v1.2.3' }, push);
      expect([run.exitCode, notes()]).toEqual([0, 'Notes']);
      expect(troubles(run)).toEqual([
        expect.stringMatching(/nor a draft.*permissions:\n {2}contents: write/s),
      ]);
    });

    test('without a release of the tag, or permission: one warning that says what to do', async () => {
      const none = await upload({ release: 'v1.2.3' }, push);
      expect([none.exitCode, troubles(none)]).toEqual([
        0,
        [expect.stringMatching(/no release of the tag 'v1.2.3'/)],
      ]);
      release('Notes');
      github().permissions.contents = 'read';
      const refused = await upload({ release: 'v1.2.3' }, push);
      expect([refused.exitCode, notes()]).toEqual([0, 'Notes']);
      expect(troubles(refused)).toEqual([expect.stringContaining('permissions:\n  contents: write')]);
    });
  });

  test('GitHub is down for all three: one warning each, the upload and its outputs are as ever', async () => {
    github().releases.push({ id: 3, tag: 'v1', body: 'Notes', draft: false, immutable: false });
    for (const operation of [comments, deployments, 'get /repos/{owner}/{repo}/releases/tags/{tag}'] as const)
      github().fail(operation, { status: 503 }, 99);
    const run = await upload({ comment: 'true', environment: 'preview', release: 'v1' });
    expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
    expect(run.outputs).toMatchObject({ 'file-count': '2', 'comment-id': '', 'deployment-id': '' });
    expect((await fetch(run.outputs['url'] ?? '')).status).toBe(200);
    const about = troubles(run).map((warning) => /^The (\w+)/.exec(warning)?.[1]);
    expect(about.sort()).toEqual(['comment', 'deployment', 'notes']);
  });

  test('links that end within the hour are no good for what outlives the job, and a warning says so', async () => {
    const run = await succeed({ comment: 'true' });
    expect(warningsOf(run)).toEqual([
      expect.stringMatching(/end in 1[45] min.*'links: platform'.*'links' action/s),
    ]);
    expect(warningsOf(await succeed({}))).toEqual([]);
  });
}

/** What becomes of the reports afterwards: links are renewed, files are removed. */
export function afterwardsCases(subject: Reporting): void {
  describe('links and remove', () => {
    const { github, succeed } = reporting(subject);
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

    test('renewal has new links everywhere, in the same places, and keeps what it does not know', async () => {
      github().environmentUrlLimit = 10_000;
      github().releases.push({ id: 3, tag: 'v1', body: 'Notes', draft: false, immutable: false });
      const first = await succeed(everywhere);
      const sums = github().releases[0]?.body?.match(/`[0-9a-f]{64}`/g);
      expect(sums).toHaveLength(2);
      const second = await run('links', { ...everywhere, 'pull-request': '7' });
      expect([second.exitCode, errorOf(second), troubles(second)]).toEqual([0, '', []]);
      const ids = ({ outputs }: RunnerResult) => [outputs['comment-id'], outputs['deployment-id']];
      expect(ids(second)).toEqual(ids(first));
      const { url = '' } = second.outputs;
      expect(github().comments).toHaveLength(1);
      expect(github().comments[0]?.body).toContain(`(<${url}>)`);
      expect(github().comments[0]?.body).toContain('### Made links to 2 files');
      expect(github().comments[0]?.body).toContain('[c0ffee0]');
      expect(github().deployments.map(({ statuses }) => statuses.at(-1)?.environmentUrl)).toEqual([url]);
      const notes = github().releases[0]?.body ?? '';
      expect(notes).toContain(url);
      expect(notes.match(/<!-- upload-to-workspace begin: /g)).toHaveLength(1);
      expect(notes.match(/`[0-9a-f]{64}`/g)).toEqual(sums);
      expect(github().violations).toEqual([]);
    });

    test('every action sets the outputs that it declares, and no other', async () => {
      const uploaded = await succeed({});
      const outputs = {
        upload: uploaded.outputs,
        links: (await run('links', {})).outputs,
        remove: (await run('remove', {})).outputs,
      };
      for (const action of ['upload', 'links', 'remove'] as const)
        expect([action, Object.keys(outputs[action]).sort()]).toEqual([action, declaredOutputs(action)]);
    });

    // Two files, and the index page of their links.
    test('removal says so in the comment, makes the deployment inactive, and leaves no link', async () => {
      github().environmentUrlLimit = 10_000;
      const first = await succeed({ comment: 'true', environment: 'preview' });
      const closed = { name: 'pull_request', payload: pullRequestEvent(7) };
      const removal = await run('remove', { comment: 'true', environment: 'preview' }, closed);
      expect([removal.exitCode, errorOf(removal), troubles(removal)]).toEqual([0, '', []]);
      expect(removal.outputs['comment-id']).toBe(first.outputs['comment-id']);
      expect(removal.outputs['deployment-id']).toBe(first.outputs['deployment-id']);
      const [comment] = github().comments;
      expect(comment?.body).toMatch(/### Deleted 3 objects.*Nothing is left/s);
      expect(comment?.body).not.toContain('X-Amz');
      expect(github().deployments[0]?.statuses.map(({ state }) => state)).toEqual([
        'in_progress',
        'success',
        'inactive',
      ]);
      expect(github().violations).toEqual([]);
    });

    test('removal makes no comment where there is none, and none of what it leaves', async () => {
      await succeed({});
      const old = await run('remove', { comment: 'true', 'older-than': '1h', 'pull-request': '7' });
      expect([old.exitCode, old.outputs['deleted-count'], troubles(old)]).toEqual([0, '0', []]);
      const all = await run('remove', { comment: 'true', 'pull-request': '7' });
      expect([all.exitCode, all.outputs['deleted-count'], all.outputs['comment-id']]).toEqual([0, '3', '']);
      expect(github().comments).toEqual([]);
    });
  });
}
