import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { buckets } from '../../platform/catalogue.ts';
import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import { installGitea } from '../../platform/gitea/install.ts';
import { type Task, stepVariables } from '../../platform/gitea/runner.ts';
import { type Gitea, startGitea } from '../../platform/gitea/server.ts';
import type { Platform } from '../../platform/platform.ts';
import { cacheFolder } from '../../platform/real/cache.ts';
import type { RunnerResult } from '../../platform/runner.ts';
import { folderWith } from '../support/folder.ts';
import { runSubject } from '../support/subject.ts';
import { repositories } from './repository.ts';

// Each test sends many requests to one server, with other work on the machine.
jest.setTimeout(300_000);

let gitea: Gitea;
let platform: Platform;
let repos: Awaited<ReturnType<typeof repositories>>;

beforeAll(async () => {
  const installed = await installGitea(cacheFolder(process.env), process.env, (message) => {
    process.stderr.write(`${message}\n`);
  });
  [gitea, platform] = await Promise.all([startGitea(installed), startEmbeddedPlatform()]);
  repos = await repositories(gitea);
}, 1_500_000);

afterAll(() => Promise.all([gitea.stop(), platform.stop()]));

/** Runs the upload action as a step of a job, with the job's token. */
async function upload(task: Task, inputs: Readonly<Record<string, string>> = {}): Promise<RunnerResult> {
  const eventFile = path.join(folderWith({}), 'event.json');
  writeFileSync(eventFile, JSON.stringify(task.context.event));
  const run = await runSubject(
    { platform, entries: 'dist' },
    'upload',
    { path: '.', destination: 'reports', 'github-token': task.context.token, ...inputs },
    {
      cwd: folderWith({ 'index.html': '<h1>home</h1>', 'a.css': 'p{}' }),
      env: stepVariables(task, eventFile),
    },
  );
  await repos.runner.finish(task, run.log, run.exitCode === 0);
  return run;
}

/** The warnings, except the one about link expiry. A warning is one command and plain lines. */
function warnings({ log }: RunnerResult): string[] {
  return [...log.matchAll(/^::warning::(.*)$/gm)]
    .map(([, text = '']) => text)
    .filter((text) => !text.startsWith('The links in the comment'));
}

/** Uploads in a job, and expects success without warnings. */
async function succeed(...args: Parameters<typeof upload>): Promise<RunnerResult> {
  const run = await upload(...args);
  expect([run.exitCode, warnings(run)]).toEqual([0, []]);
  return run;
}

/** Whether Gitea has this page. */
async function isPage(url: string): Promise<boolean> {
  return (await fetch(url)).status === 200;
}

describe('the comment on a pull request', () => {
  test('has the link and pages that exist, and the job of the next push updates it', async () => {
    const repo = await repos.create('comment');
    const { number, task } = await repo.openPull('one');
    const first = await succeed(task, { comment: 'true' });
    const [comment, ...others] = await repo.comments(number);
    expect([others, String(comment?.id)]).toEqual([[], first.outputs['comment-id']]);
    expect(comment?.user.login).toBe('gitea-actions');
    const body = comment?.body ?? '';
    expect(body).toContain(`(<${first.outputs['url']}>)`);
    const pages = [...body.matchAll(/\]\(<?([^\s)>]+)>?\)/g)].map(([, url = '']) => url);
    const own = pages.filter((url) => url.startsWith(`${repo.url}/`));
    expect(own).toEqual([
      expect.stringMatching(/\/commit\/[0-9a-f]{40}$/),
      expect.stringMatching(/\/actions\/runs\/\d+\?by_index=1$/),
    ]);
    expect(await Promise.all(own.map(isPage))).toEqual([true, true]);

    const second = await succeed(await repo.push('one'), { comment: 'true' });
    const [updated, ...more] = await repo.comments(number);
    expect([more, updated?.id]).toEqual([[], comment?.id]);
    expect(second.outputs['comment-id']).toBe(first.outputs['comment-id']);
    expect(updated?.body).toContain(`(<${second.outputs['url']}>)`);
  });

  test('is shown as links and a table', async () => {
    const repo = await repos.create('rendered');
    const { number, task } = await repo.openPull('one');
    const run = await succeed(task, { comment: 'true' });
    const [comment] = await repo.comments(number);
    const html = await gitea.api<string>('POST', '/markup', {
      Text: comment?.body,
      Mode: 'comment',
      Context: `/${repo.name}`,
    });
    const links = [...html.matchAll(/<a href="([^"]*)"/g)].map(([, href = '']) =>
      href.replaceAll('&amp;', '&'),
    );
    expect(links).toContain(run.outputs['url']);
    expect(html).toContain('<table>');
    expect(html).not.toMatch(/upload-to-workspace comment|&lt;|\*\*|\]\(/);
  });

  test('is found among 130 others, and a person’s comment with the same marker stays', async () => {
    const repo = await repos.create('many');
    const { number, task } = await repo.openPull('one');
    const say = (body: string) => repo.api('POST', `/repos/${repo.name}/issues/${number}/comments`, { body });
    for (let index = 1; index <= 65; index += 1) await say(`no. ${index}`);
    const first = await succeed(task, { comment: 'true' });
    const own = (await repo.comments(number)).at(-1);
    await say(own?.body ?? '');
    for (let index = 66; index < 130; index += 1) await say(`no. ${index}`);
    const second = await succeed(await repo.push('one'), { comment: 'true' });
    const all = await repo.comments(number);
    expect([all.length, second.outputs['comment-id']]).toEqual([131, first.outputs['comment-id']]);
    expect(all[65]?.body).toContain(`(<${second.outputs['url']}>)`);
    expect(all[66]?.body).toBe(own?.body);
  });

  test('exists once after two jobs that ran at the same time', async () => {
    const repo = await repos.create('parallel');
    const { number, task } = await repo.openPull('one');
    const other = await repo.push('one');
    const runs = await Promise.all([task, other].map((job) => succeed(job, { comment: 'true' })));
    const comments = await repo.comments(number);
    expect(comments).toHaveLength(1);
    const ids = runs.map(({ outputs }) => outputs['comment-id']);
    expect(ids).toEqual([String(comments[0]?.id), String(comments[0]?.id)]);
  });
});

describe('the other reports', () => {
  test('the notes of a release get a table, and the next job updates it', async () => {
    const repo = await repos.create('release');
    const { task } = await repo.openPull('one');
    const { id } = await repo.api<{ id: number }>('POST', `/repos/${repo.name}/releases`, {
      tag_name: 'v1.2.3',
      body: 'News',
    });
    const notes = async () =>
      (await repo.api<{ body: string }>('GET', `/repos/${repo.name}/releases/${id}`)).body;
    const first = await succeed(task, { release: 'v1.2.3' });
    expect(await notes()).toMatch(/^News\n\n<!-- upload-to-workspace begin: /);
    expect(await notes()).toContain(first.outputs['url']);
    const second = await succeed(await repo.push('one'), { release: 'v1.2.3' });
    expect(await notes()).toContain(second.outputs['url']);
    expect(await notes()).not.toContain(first.outputs['url']);
    expect((await notes()).match(/<!-- upload-to-workspace begin: /g)).toHaveLength(1);
  });

  test('a deployment is one warning that says so, and the other reports are written', async () => {
    const repo = await repos.create('deployment');
    const { number, task } = await repo.openPull('one');
    const run = await upload(task, { comment: 'true', environment: 'preview' });
    expect([run.exitCode, warnings(run)]).toEqual([
      0,
      [`The deployment was not written: Gitea has no deployments. Remove input 'environment'.`],
    ]);
    expect(run.log).not.toContain('deployments: write');
    expect(await repo.comments(number)).toHaveLength(1);
  });
});

describe('a token without permission', () => {
  const readOnly = 'permissions:\n  contents: read';

  /** Creates a release. */
  const release = (name: string) =>
    gitea.api('POST', `/repos/${name}/releases`, { tag_name: 'v1.2.3', body: 'News' });

  test('of a workflow with `permissions` causes a warning with the lines to add', async () => {
    const repo = await repos.create('permissions', { permissions: readOnly, isPrivate: true });
    const { number, task } = await repo.openPull('one');
    await release(repo.name);
    const run = await upload(task, { comment: 'true', release: 'v1.2.3' });
    expect(run.exitCode).toBe(0);
    expect(warnings(run)).toEqual([
      expect.stringMatching(/^The comment on pull request #1 could not be written: /),
    ]);
    expect(run.log).toMatch(/^The notes of release 'v1\.2\.3' could not be written: /m);
    expect(run.log).toMatch(/^permissions:\n {2}contents: write\n {2}pull-requests: write$/m);
    expect(run.log).not.toMatch(/%0A|GitHub/);
    expect(await repo.comments(number)).toEqual([]);
  });

  test('of a pull request from a fork may comment in a public repository, and not write a release', async () => {
    const repo = await repos.create('fork');
    const { number, task } = await repo.openForkPull('ann');
    await release(repo.name);
    const headers = 'Content-Disposition: attachment';
    const run = await upload(task, { comment: 'true', release: 'v1.2.3', headers });
    const texts = warnings(run).filter((text) => text.startsWith('The notes'));
    expect([run.exitCode, texts]).toEqual([
      0,
      [expect.stringMatching(/pull request from a fork.*'workflow_run'/)],
    ]);
    expect(await repo.comments(number)).toHaveLength(1);
  });

  test('that Gitea does not know, or that is empty, causes a warning', async () => {
    const repo = await repos.create('token');
    const { task } = await repo.openPull('one');
    const wrong = await upload(task, { comment: 'true', 'github-token': 'f'.repeat(40) });
    expect(warnings(wrong)).toEqual([expect.stringMatching(/Gitea rejects the token .*'github-token'/)]);
    const none = await upload(await repo.push('one'), { comment: 'true', 'github-token': '' });
    expect(warnings(none)).toEqual([
      expect.stringMatching(/^The comment on pull request #1 could not be written: .*'github-token'/),
    ]);
  });

  test('no credentials: the error says that Gitea has no OIDC tokens', async () => {
    await platform.store.clear(buckets.outputs);
    const repo = await repos.create('credentials');
    const { task } = await repo.openPull('one');
    const run = await upload(task, { 'client-secret': '', comment: 'true' });
    expect(run.exitCode).toBe(1);
    expect(run.log).toMatch(/^::error::/m);
    expect(run.log).toContain('Gitea has no OIDC tokens for jobs.');
    expect(run.log).not.toMatch(/id-token|permissions:|%0A/);
  });
});
