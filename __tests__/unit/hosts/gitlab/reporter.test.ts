import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { type Gitlab, bot, person } from '../../../../platform/gitlab/gitlab.ts';
import { startGitlab } from '../../../../platform/gitlab/server.ts';
import { nextPage } from '../../../../src/hosts/gitlab/api.ts';
import { gitlabReporter } from '../../../../src/hosts/gitlab/reporter.ts';
import { readRun } from '../../../../src/hosts/gitlab/run.ts';
import type { ReportKind, Reporter } from '../../../../src/hosts/reporter.ts';

const mergeRequest = { iid: 7, sourceProjectId: 7, branch: 'patch', sha: 'c0ffee' };
const marker = '<!-- marker: a -->';
const list = 'GET /projects/:id/merge_requests/:iid/notes';
const create = 'POST /projects/:id/merge_requests/:iid/notes';

describe('reports on GitLab', () => {
  let gitlab: Gitlab;

  beforeAll(async () => {
    gitlab = await startGitlab();
  });
  afterAll(() => gitlab.stop());
  beforeEach(() => {
    gitlab.reset();
    gitlab.mergeRequests.push(mergeRequest);
  });

  function open(
    token = gitlab.token,
    jobToken = gitlab.jobToken,
    changes: Record<string, string> = {},
  ): Reporter {
    return gitlabReporter(readRun({ ...gitlab.variables(7), ...changes }), {
      token,
      jobToken,
      certificates: [],
      deadline: () => AbortSignal.timeout(60_000),
      signal: new AbortController().signal,
    });
  }

  async function upsert(text: string, reporter = open(), mayCreate = true): Promise<number | undefined> {
    const { comments } = reporter;
    if (!comments) throw new Error('there are no comments');
    try {
      const pull = await comments.findPull(undefined);
      return await comments.upsert(
        pull,
        marker,
        (before) => `${marker}\n${text}, before: ${before ?? 'none'}`,
        mayCreate,
      );
    } finally {
      await reporter.close();
      expect(gitlab.violations).toEqual([]);
    }
  }

  /** The warnings about a report that fails. */
  async function warnings(
    kind: ReportKind,
    write: (reporter: Reporter) => Promise<unknown>,
    reporter = open(),
  ) {
    const error: unknown = await write(reporter).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    const name = kind === 'release' ? 'v1' : 'on pull request #7';
    return reporter.explain([{ kind, name, error }]).map(({ code, text }) => `${code}: ${text}`);
  }

  const note = (reporter: Reporter) => upsert('x', reporter);
  const links = [
    { name: 'a.zip', longName: 'a.zip (w/v1)', url: 'https://s3.example/a.zip?X-Amz-Signature=1' },
  ];
  const release = async (reporter: Reporter) => {
    try {
      await reporter.releaseLinks?.put('v1', links);
    } finally {
      await reporter.close();
    }
    expect(gitlab.violations).toEqual([]);
  };

  test('a note is created once, and then updated with its text so far', async () => {
    const id = await upsert('one');
    expect(await upsert('two')).toBe(id);
    expect(gitlab.notes).toEqual([
      { id, mergeRequest: 7, author: bot, body: `${marker}\ntwo, before: ${marker}\none, before: none` },
    ]);
  });

  test('a note is found behind pages that are shorter than asked for, and those of people stay', async () => {
    await upsert('one');
    const own = gitlab.notes.splice(0);
    for (let id = 1; id <= 250; id += 1)
      gitlab.notes.push({
        id,
        mergeRequest: 7,
        author: id % 2 ? person : bot,
        body: id === 3 ? `${marker}\nforged` : `no. ${id}`,
        hidden: id > 90 && id < 220,
        system: id === 5,
      });
    gitlab.notes.push(...own);
    expect(await upsert('two')).toBe(own[0]?.id);
    expect(gitlab.notes).toHaveLength(251);
    expect(gitlab.notes[2]?.body).toBe(`${marker}\nforged`);
  });

  test('a note that does not exist is not created by a removal', async () => {
    expect(await upsert('gone', open(), false)).toBeUndefined();
    expect(gitlab.notes).toEqual([]);
  });

  test('two jobs at the same time leave one note, and the next run deletes duplicates', async () => {
    gitlab.gather(list, 2);
    const ids = await Promise.all([upsert('one'), upsert('two')]);
    expect(new Set(ids).size).toBe(1);
    expect(gitlab.notes).toHaveLength(1);
    gitlab.notes.push({ id: 9_000_000, mergeRequest: 7, author: bot, body: marker });
    expect(await upsert('three')).toBe(ids[0]);
    expect(gitlab.notes).toHaveLength(1);
  });

  test('transient errors and rate limits are retried', async () => {
    gitlab.fail(list, 'drop', 1);
    gitlab.fail('GET /user', { status: 429, headers: { 'retry-after': '1' } }, 1);
    gitlab.fail(create, { status: 502 }, 1);
    expect(await upsert('one')).toBe(gitlab.notes[0]?.id);
  });

  test('the links of a release are created and updated with the token of the job', async () => {
    gitlab.releases.push({ tag: 'v1', links: [] });
    await release(open(''));
    await release(open(''));
    expect(gitlab.releases[0]?.links).toEqual([
      { id: expect.any(Number), name: 'a.zip', url: links[0]?.url },
    ]);
    expect(gitlab.requests.filter(({ operation }) => operation.startsWith('POST'))).toHaveLength(1);
  });

  test('without a token, the warning says that CI_JOB_TOKEN may not write notes, and what to create', async () => {
    expect(await warnings('comment', note, open(''))).toEqual([
      expect.stringMatching(
        /^gitlab-token: The note on merge request !7 could not be written: there is no GITLAB_TOKEN, and CI_JOB_TOKEN may not write notes\. Create a project access token with the role Reporter and the scope 'api'.* it may be protected/,
      ),
    ]);
    const fork = { CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '9' };
    expect(await warnings('comment', note, open('', '', fork))).toEqual([
      expect.stringMatching(/^fork-token: /),
    ]);
    expect(gitlab.requests).toEqual([]);
  });

  test.each([
    [
      'a token that has expired',
      'glpat-expired',
      {},
      /^gitlab-token: .*GitLab answered 401 \(401 Unauthorized\).*has expired/,
    ],
    [
      'a token that may only read',
      undefined,
      { scope: 'read_api' },
      /^gitlab-token: .*403 \(insufficient_scope: .*scope 'api'/,
    ],
    ['a guest', undefined, { role: 'guest' }, /^gitlab-token: .*403 \(403 Forbidden\).*role Reporter/],
  ] as const)('%s: the warning says what to do', async (_, token, access, words) => {
    Object.assign(gitlab.access, access);
    expect(await warnings('comment', note, open(token ?? gitlab.token))).toEqual([
      expect.stringMatching(words),
    ]);
    expect(gitlab.notes).toEqual([]);
  });

  test('a merge request or release that does not exist, and a pipeline without one', async () => {
    gitlab.mergeRequests.splice(0);
    expect(
      await warnings('comment', note, open(undefined, undefined, { CI_MERGE_REQUEST_IID: '8' })),
    ).toEqual([expect.stringMatching(/cannot find the merge request/)]);
    expect(await warnings('release', release)).toEqual([
      expect.stringMatching(/no release has the tag 'v1'/),
    ]);
    expect(await warnings('comment', note, open(undefined, undefined, { CI_MERGE_REQUEST_IID: '' }))).toEqual(
      [
        expect.stringMatching(
          /^no-pull-request: .*\(source 'push'\) has no merge request\. .*'--pull-request'/,
        ),
      ],
    );
  });

  test('other errors say that the upload succeeded', async () => {
    gitlab.fail(create, { status: 400, body: { message: { note: ['is too long'] } } }, 1);
    expect(await warnings('comment', note)).toEqual([
      expect.stringMatching(
        /^report-not-written: .*400 \(\{"note":\["is too long"\]\}\)\. The upload itself succeeded/,
      ),
    ]);
  });

  test('an environment is refused with the keyword to use', async () => {
    const begin = async ({ deployments }: Reporter) => deployments?.begin('preview', '');
    expect(await warnings('deployment', begin)).toEqual([
      expect.stringMatching(
        /^reports-unsupported: .*'environment:' of the job with 'url: \$TERRAPI_ENVIRONMENT_URL'/,
      ),
    ]);
  });

  test('the next page comes from X-Next-Page, or from Link if a proxy removes that', () => {
    const page = (headers: Record<string, string>) => nextPage(new Headers(headers));
    const link =
      '<https://gitlab.example.org/api/v4/x?page=3&per_page=100>; rel="next", <https://a/?page=1>; rel="first"';
    expect(page({ 'x-next-page': '2', link })).toBe('2');
    expect(page({ 'x-next-page': '', link })).toBe('3');
    expect(page({ link: '<https://a/?page=1>; rel="first"' })).toBeUndefined();
    expect(page({})).toBeUndefined();
  });
});
