import { beforeEach, describe, expect, test } from '@jest/globals';

import { refreshTimes, refreshing } from '../../../src/http/refreshingValue.ts';

interface Thing {
  readonly number: number;
  fresh: boolean;
  ended: boolean;
}

let opened = 0;
beforeEach(() => {
  opened = 0;
});

/** Opens after a moment, so that others can ask meanwhile. */
async function open(): Promise<Thing> {
  opened += 1;
  const number = opened;
  await new Promise((resolve) => setTimeout(resolve, 2));
  return { number, fresh: true, ended: false };
}

const isFresh = ({ fresh }: Thing) => fresh;
const isUsable = ({ ended }: Thing) => !ended;

test('however many ask at once, one request is made, and what is fresh is kept', async () => {
  const things = refreshing(open, isFresh);
  const all = await Promise.all(Array.from({ length: 20 }, () => things.get()));
  expect(new Set(all).size).toBe(1);
  expect(await things.get()).toBe(all[0]);
  expect(opened).toBe(1);
});

test('what is not fresh any more is opened again, once', async () => {
  const things = refreshing(open, isFresh);
  (await things.get()).fresh = false;
  const all = await Promise.all([things.get(), things.get()]);
  expect(all.map(({ number }) => number)).toEqual([2, 2]);
});

test('what was refused is replaced once by all who were refused it', async () => {
  const things = refreshing(open, isFresh);
  const first = await things.get();
  const replace = () => things.replace((held) => held === first);
  const all = await Promise.all([replace(), replace(), replace()]);
  expect(all.map(({ number }) => number)).toEqual([2, 2, 2]);
  // Somebody whose request was under way for longer hears of the refusal only now.
  expect((await replace()).number).toBe(2);
  expect(opened).toBe(2);
});

test('who asks while a replacement is under way gets what is still held, or the new one', async () => {
  const things = refreshing(open, isFresh);
  const first = await things.get();
  const replaced = things.replace((held) => held === first);
  expect(await things.get()).toBe(first);
  expect((await replaced).number).toBe(2);
});

test('a failure is told to all who wait, and not kept', async () => {
  let failing = true;
  const things = refreshing(async () => {
    const thing = await open();
    if (failing) throw new Error('down');
    return thing;
  }, isFresh);
  const all = await Promise.allSettled([things.get(), things.get()]);
  expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  failing = false;
  expect((await things.get()).number).toBe(2);
});

describe('what has not ended yet', () => {
  const aged = async (things: ReturnType<typeof refreshing<Thing>>) => {
    const first = await things.get();
    first.fresh = false;
    return first;
  };

  test('is handed out while one new one is asked for', async () => {
    const things = refreshing(open, isFresh, isUsable);
    const first = await aged(things);
    expect(await Promise.all([things.get(), things.get()])).toEqual([first, first]);
    const next = await things.replace((held) => held === first);
    expect([next.number, (await things.get()).number, opened]).toEqual([2, 2, 2]);
  });

  test('is handed out though no new one is to be had, which is asked for again after a pause', async () => {
    let now = 0;
    let refuse = false;
    let asked = 0;
    const ask = () => {
      asked += 1;
      return refuse ? Promise.reject(new Error('away')) : open();
    };
    const things = refreshing(ask, isFresh, isUsable, () => now);
    const first = await aged(things);
    refuse = true;
    for (let time = 0; time < 10_000; time += 1_000) {
      now = time;
      expect(await things.get()).toBe(first);
      await new Promise(setImmediate);
    }
    expect(asked).toBe(1 + 2);
    first.ended = true;
    await expect(things.get()).rejects.toThrow('away');
  });

  test('and ends while a new one is on its way: that is waited for', async () => {
    const things = refreshing(open, isFresh, isUsable);
    const first = await aged(things);
    await things.get();
    first.ended = true;
    expect((await things.get()).number).toBe(2);
    expect(opened).toBe(2);
  });
});

test.each([
  [900, 720, 899],
  [20, 16, 19],
  [4, 3.2, 3.8],
  [86_400, 86_100, 86_399],
  [Infinity, Infinity, Infinity],
])('what lives for %d s is fresh for %d s and used for %d s', (life, fresh, usable) => {
  expect(refreshTimes(5_000, 5_000 + life * 1_000)).toEqual({
    freshUntil: 5_000 + fresh * 1_000,
    usableUntil: 5_000 + usable * 1_000,
  });
});
