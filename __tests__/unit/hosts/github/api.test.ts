import { describe, expect, test } from '@jest/globals';

import { classify, pagesOf, reasonOf } from '../../../../src/hosts/github/api.ts';

/** An error as Octokit throws it. */
function refused(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Error {
  return Object.assign(new Error(message), { name: 'HttpError', status, response: { headers } });
}

describe('an error response of GitHub', () => {
  test.each([
    [500, 'Server Error'],
    [502, 'Bad Gateway'],
    [503, 'Unavailable'],
  ])('%i is retried', (status, message) => {
    expect(classify(refused(status, message)).transient).toBe(true);
  });

  test('is retried if there was no response', () => {
    const lost = Object.assign(new Error('other side closed'), { name: 'HttpError', status: 500 });
    expect(classify(lost).transient).toBe(true);
    expect(reasonOf(lost, 'GitHub')).toBe('GitHub cannot be reached (other side closed)');
  });

  test.each([
    [401, 'Bad credentials'],
    [403, 'Resource not accessible by integration'],
    [404, 'Not Found'],
    [409, 'Conflict'],
    [422, 'Validation Failed'],
  ])('%i (%s) is not retried', (status, message) => {
    expect(classify(refused(status, message)).transient).toBe(false);
  });

  test.each([
    ['the time in Retry-After', 403, 'secondary rate limit', { 'retry-after': '30' }, 30_000],
    ['the time in Retry-After, without words about a limit', 403, 'Slow down', { 'retry-after': '2' }, 2_000],
    ['a minute if the response says no time', 403, 'You have exceeded a secondary rate limit', {}, 60_000],
    ['a minute for a 429 as well', 429, 'Too many', {}, 60_000],
    ['an hour, which is longer than the action waits', 429, 'Too many', { 'retry-after': '3600' }, 3_600_000],
    [
      'no time if the reset has passed',
      403,
      'API rate limit exceeded',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' },
      0,
    ],
  ])('for a rate limit is retried after %s', (_, status, message, headers, retryAfterMs) => {
    expect(classify(refused(status, message, headers))).toMatchObject({ transient: true, retryAfterMs });
  });

  test('is reported with its message, without the URL of GitHub’s documentation', () => {
    const said = 'Validation Failed: {"field":"body"} - https://docs.github.com/rest/issues/comments#create';
    expect(reasonOf(refused(422, said), 'GitHub')).toBe(
      'GitHub answered 422 (Validation Failed: {"field":"body"})',
    );
  });
});

const members = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: from + index }));

/** Reads all pages of a list. @param answer the page with this number */
async function collect(answer: (page: number) => { count: number; from?: number; link?: string }, first = 1) {
  const asked: number[] = [];
  const ids: number[] = [];
  const pages = pagesOf((page) => {
    asked.push(page);
    const { count, from = (page - 1) * 100, link } = answer(page);
    return Promise.resolve({ data: members(from, count), headers: { link } });
  }, first);
  for await (const page of pages) ids.push(...page.map(({ id }) => id));
  return { asked, count: ids.length, distinct: new Set(ids).size };
}

describe('the pages of a list', () => {
  test('end with the first page that is not full', async () => {
    const { asked, count } = await collect((page) => ({ count: page === 3 ? 12 : 100 }));
    expect([asked, count]).toEqual([[1, 2, 3], 212]);
  });

  test('continue while the Link header names a next page, also after a small page', async () => {
    const next =
      '<https://git.example/api/v1/x?page=2>; rel="next",<https://git.example/api/v1/x?page=3>; rel="last"';
    const { asked, count } = await collect((page) => ({
      count: 30,
      link: page < 3 ? next : '<https://git.example/api/v1/x?page=1>; rel="first"',
    }));
    expect([asked, count]).toEqual([[1, 2, 3], 90]);
  });

  test('end with a repeated page, and no entry comes twice', async () => {
    const again = await collect(() => ({ count: 394, from: 0, link: '<x>; rel="next"' }));
    expect(again).toEqual({ asked: [1, 2], count: 394, distinct: 394 });
    const shifted = await collect((page) => ({ count: 100, from: (page - 1) * 60 }), 2).then(
      ({ asked }) => asked,
    );
    expect(shifted.slice(0, 2)).toEqual([2, 3]);
  });

  test('end after 500 pages', async () => {
    const { asked } = await collect(() => ({ count: 100, link: '<x>; rel=next' }));
    expect(asked).toHaveLength(500);
  });
});

test('a page that is not a list is an error, so that no comment appears twice', async () => {
  const pages = pagesOf(() => Promise.resolve({ data: 'x' as never, headers: {} }), 1);
  await expect(pages.next()).rejects.toThrow(TypeError);
});
