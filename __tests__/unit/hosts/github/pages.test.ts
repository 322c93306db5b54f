import { expect, test } from '@jest/globals';

import { pagesOf } from '../../../../src/hosts/github/client.ts';

const members = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: from + index }));

/** Goes through all pages of a server that answers by their number. */
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

test('a list ends with the page that is not full', async () => {
  const { asked, count } = await collect((page) => ({ count: page === 3 ? 12 : 100 }));
  expect([asked, count]).toEqual([[1, 2, 3], 212]);
});

test('a list goes on while its Link header names a next page, however few members a page has', async () => {
  const next =
    '<https://git.example/api/v1/x?page=2>; rel="next",<https://git.example/api/v1/x?page=3>; rel="last"';
  const { asked, count } = await collect((page) => ({
    count: 30,
    link: page < 3 ? next : '<https://git.example/api/v1/x?page=1>; rel="first"',
  }));
  expect([asked, count]).toEqual([[1, 2, 3], 90]);
});

test('a page that comes again ends the list, and nothing comes twice', async () => {
  const again = await collect(() => ({ count: 394, from: 0, link: '<x>; rel="next"' }));
  expect(again).toEqual({ asked: [1, 2], count: 394, distinct: 394 });
  const shifted = await collect((page) => ({ count: 100, from: (page - 1) * 60 }), 2).then(
    ({ asked }) => asked,
  );
  expect(shifted.slice(0, 2)).toEqual([2, 3]);
});

test('a list without an end is left', async () => {
  const { asked } = await collect(() => ({ count: 100, link: '<x>; rel=next' }));
  expect(asked).toHaveLength(500);
});
