import { expect, test } from '@jest/globals';

import { openFirstLink } from '../../../src/commands/firstLink.ts';
import type { Put } from '../../../src/sync/plan.ts';

const put = (key: string) => ({ key }) as Put;
const [a, b] = [put('a'), put('b')];

function open(unchanged: readonly Put[] = []) {
  const asked: { readonly first: string; readonly files: number; readonly stored: Promise<unknown> }[] = [];
  const linkMaker = {
    prefetch: (first: string, files: number, stored: Promise<unknown>) => {
      asked.push({ first, files, stored });
      return Promise.reject(new Error('reported where the links are made'));
    },
  };
  return { ...openFirstLink(linkMaker, { puts: [a, b], unchanged }), asked };
}

test('the link of the first file waits until that file is stored', async () => {
  const { request, onStored, asked } = open();
  request();
  const events: string[] = [];
  const tested = asked[0]?.stored.then(() => events.push('test'));
  onStored('b');
  await Promise.resolve();
  events.push('a is stored');
  onStored('a');
  await tested;
  expect(events).toEqual(['a is stored', 'test']);
  expect(asked).toMatchObject([{ first: 'a', files: 2 }]);
});

test('a file that is already stored is not waited for', async () => {
  const { request, asked } = open([a]);
  request();
  await expect(asked[0]?.stored).resolves.toBeUndefined();
});

test('after a failed upload, the link is not tested, and the error is thrown', async () => {
  const { request, onFailure, asked } = open();
  request();
  const failure = new Error('no space');
  expect(() => onFailure(failure)).toThrow(failure);
  await expect(asked[0]?.stored).rejects.toBe(failure);
});

test('without links and without files, nothing is requested', () => {
  openFirstLink(undefined, { puts: [a], unchanged: [] }).request();
  const asked: string[] = [];
  const prefetch = (first: string) => {
    asked.push(first);
    return Promise.resolve();
  };
  openFirstLink({ prefetch }, { puts: [], unchanged: [] }).request();
  expect(asked).toEqual([]);
});
