import { describe, expect, test } from '@jest/globals';

import { classify, reasonOf } from '../../../../src/hosts/github/client.ts';

/** As Octokit throws it. */
function refused(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Error {
  return Object.assign(new Error(message), { name: 'HttpError', status, response: { headers } });
}

describe('what GitHub refuses', () => {
  test.each([
    [500, 'Server Error'],
    [502, 'Bad Gateway'],
    [503, 'Unavailable'],
  ])('%i is asked again', (status, message) => {
    expect(classify(refused(status, message)).transient).toBe(true);
  });

  test('is asked again where no answer came', () => {
    const lost = Object.assign(new Error('other side closed'), { name: 'HttpError', status: 500 });
    expect(classify(lost).transient).toBe(true);
    expect(reasonOf(lost)).toBe('GitHub cannot be reached (other side closed)');
  });

  test.each([
    [401, 'Bad credentials'],
    [403, 'Resource not accessible by integration'],
    [404, 'Not Found'],
    [409, 'Conflict'],
    [422, 'Validation Failed'],
  ])('%i (%s) is not', (status, message) => {
    expect(classify(refused(status, message)).transient).toBe(false);
  });

  test.each([
    ['by Retry-After', 403, 'secondary rate limit', { 'retry-after': '30' }, 30_000],
    ['by Retry-After alone', 403, 'Slow down', { 'retry-after': '2' }, 2_000],
    ['after a minute where nothing says more', 403, 'You have exceeded a secondary rate limit', {}, 60_000],
    ['of 429 likewise', 429, 'Too many', {}, 60_000],
    ['even of an hour, for which nobody waits', 429, 'Too many', { 'retry-after': '3600' }, 3_600_000],
    [
      'at once after a reset that has passed',
      403,
      'API rate limit exceeded',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' },
      0,
    ],
  ])('is waited for when it is a limit, %s', (_, status, message, headers, afterMs) => {
    expect(classify(refused(status, message, headers))).toMatchObject({ transient: true, afterMs });
  });

  test('is told in its own words, without the page that GitHub names', () => {
    const said = 'Validation Failed: {"field":"body"} - https://docs.github.com/rest/issues/comments#create';
    expect(reasonOf(refused(422, said))).toBe('GitHub answered 422 (Validation Failed: {"field":"body"})');
  });
});
