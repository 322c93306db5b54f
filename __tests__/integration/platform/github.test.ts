import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';

import { bot, person, type Github } from '../../../platform/github/github.ts';
import { startGithub } from '../../../platform/github/server.ts';

let github: Github;

beforeAll(async () => {
  // The first start downloads GitHub's description.
  github = await startGithub();
});

afterAll(() => github.stop());

beforeEach(() => github.reset());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

async function ask(method: string, path: string, body?: object, token = github.token): Promise<Answer> {
  const answer = await fetch(path.startsWith('http') ? path : `${github.apiUrl}${path}`, {
    method,
    headers: { authorization: `token ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) };
}

const repository = '/repos/example/site';
const pull = { number: 7, state: 'open', owner: 'fork', branch: 'patch', sha: 'c0ffee' } as const;

describe('the GitHub stand-in', () => {
  test('answers every operation as in the description', async () => {
    github.pulls.push(pull);
    github.releases.push({ id: 3, tag: 'v1', body: 'Notes', draft: false, immutable: true });
    const comment = await ask('POST', `${repository}/issues/7/comments`, { body: 'hello' });
    expect(comment.body).toMatchObject({ body: 'hello', user: { login: bot.login, type: 'Bot' } });
    const { id } = comment.body as { id: number };
    await ask('PATCH', `${repository}/issues/comments/${id}`, { body: 'hello again' });
    expect((await ask('GET', `${repository}/issues/7/comments`)).body).toMatchObject([
      { id, body: 'hello again' },
    ]);
    expect((await ask('GET', `${repository}/pulls/7`)).body).toMatchObject({
      number: 7,
      head: { sha: 'c0ffee' },
    });
    expect((await ask('GET', `${repository}/pulls?head=fork:patch&state=all`)).body).toMatchObject([
      { number: 7 },
    ]);
    expect((await ask('GET', `${repository}/commits/c0ffee/pulls`)).body).toMatchObject([{ number: 7 }]);
    const deployment = await ask('POST', `${repository}/deployments`, {
      ref: 'c0ffee',
      environment: 'preview',
    });
    const deploymentId = (deployment.body as { id: number }).id;
    await ask('POST', `${repository}/deployments/${deploymentId}/statuses`, { state: 'success' });
    expect((await ask('GET', `${repository}/deployments?environment=preview`)).body).toMatchObject([
      { id: deploymentId },
    ]);
    expect((await ask('GET', `${repository}/deployments/${deploymentId}/statuses`)).body).toMatchObject([
      { state: 'success' },
    ]);
    expect((await ask('GET', `${repository}/releases/tags/v1`)).body).toMatchObject({
      id: 3,
      immutable: true,
    });
    expect((await ask('GET', `${repository}/releases/latest`)).body).toMatchObject({ id: 3 });
    expect((await ask('PATCH', `${repository}/releases/3`, { body: 'New' })).body).toMatchObject({
      body: 'New',
    });
    expect((await ask('GET', `${repository}/releases/3`)).body).toMatchObject({
      tag_name: 'v1',
      body: 'New',
    });
    expect((await ask('GET', `${repository}/releases`)).body).toMatchObject([{ tag_name: 'v1' }]);
    expect((await ask('GET', '/user', undefined, github.personalToken)).body).toMatchObject({
      login: person.login,
    });
    expect((await ask('DELETE', `${repository}/issues/comments/${id}`)).status).toBe(204);
    expect(github.violations).toEqual([]);
  });

  test.each([
    ['GET', '/issues/x/comments', undefined, /'issue_number'/],
    ['GET', '/issues/7/comments?pages=2', undefined, /'pages' is not a parameter/],
    ['GET', '/pulls?state=lost', undefined, /'state'/],
    ['POST', '/issues/7/comments', {}, /required property 'body'/],
    ['POST', '/issues/7/comments', { body: 'a', draft: true }, /'draft' is not described/],
    ['POST', '/deployments', { ref: 'main', required_contexts: '' }, /must be array/],
    ['POST', '/deployments/1/statuses', { state: 'done' }, /allowed values/],
  ])('rejects and records %s %s %j', async (method, path, body, wrong) => {
    expect((await ask(method, `${repository}${path}`, body)).status).toBe(422);
    expect(github.violations.join('\n')).toMatch(wrong);
  });

  test('rejects unsupported operations', async () => {
    expect((await ask('GET', '/rate_limit')).status).toBe(404);
    expect(github.violations).toEqual(['GET /rate_limit is not supported by the stand-in']);
  });

  test('returns lists in pages, with links to other pages', async () => {
    github.pulls.push(pull);
    for (let id = 1; id <= 7; id += 1) github.comments.push({ id, issue: 7, author: person, body: `${id}` });
    const seen: number[] = [];
    for (let next = `${repository}/issues/7/comments?per_page=3`; next !== '';) {
      const { body, headers } = await ask('GET', next);
      seen.push(...(body as { id: number }[]).map(({ id }) => id));
      next = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1] ?? '';
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(github.requests).toHaveLength(3);
  });

  test('checks tokens and permissions', async () => {
    github.pulls.push(pull);
    expect((await ask('GET', `${repository}/pulls/7`, undefined, 'none')).status).toBe(401);
    github.permissions.pulls = 'read';
    expect((await ask('GET', `${repository}/pulls/7`)).status).toBe(200);
    const refused = await ask('POST', `${repository}/issues/7/comments`, { body: 'a' });
    expect([refused.status, refused.body]).toEqual([
      403,
      expect.objectContaining({ message: 'Resource not accessible by integration' }),
    ]);
    expect((await ask('GET', '/user')).status).toBe(403);
    expect((await ask('GET', '/repos/example/other/pulls/7')).status).toBe(404);
  });

  test('enforces GitHub’s documented limits', async () => {
    github.pulls.push(pull);
    const { body } = await ask('POST', `${repository}/issues/7/comments`, { body: 'x'.repeat(65_537) });
    expect(body).toMatchObject({ message: 'Validation Failed', errors: [{ field: 'body' }] });
    expect((await ask('POST', `${repository}/issues/7/comments`, { body: '🙂'.repeat(65_536) })).status).toBe(
      201,
    );
    github.releases.push({ id: 3, tag: 'v1', body: '', draft: true, immutable: false });
    expect((await ask('GET', `${repository}/releases/latest`)).status).toBe(404);
    expect((await ask('PATCH', `${repository}/releases/3`, { body: 'x'.repeat(125_001) })).status).toBe(422);
    expect((await ask('GET', `${repository}/releases/tags/v1`)).status).toBe(404);
  });

  test('fails as often as the test says', async () => {
    const operation = 'get /repos/{owner}/{repo}/releases';
    github.fail(
      operation,
      { status: 403, headers: { 'retry-after': '1' }, message: 'secondary rate limit' },
      1,
    );
    github.fail(operation, 'drop', 1);
    const limited = await ask('GET', `${repository}/releases`);
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([403, '1']);
    await expect(ask('GET', `${repository}/releases`)).rejects.toThrow();
    expect((await ask('GET', `${repository}/releases`)).status).toBe(200);
  });

  test('holds requests until the given number has arrived', async () => {
    github.pulls.push(pull);
    github.gather('get /repos/{owner}/{repo}/issues/{issue_number}/comments', 2);
    const first = ask('GET', `${repository}/issues/7/comments`);
    await ask('POST', `${repository}/issues/7/comments`, { body: 'between' });
    const second = ask('GET', `${repository}/issues/7/comments`);
    expect([(await first).body, (await second).body]).toEqual([
      [],
      [expect.objectContaining({ body: 'between' })],
    ]);
  });
});
