import { beforeEach, describe, expect, test } from '@jest/globals';

import { refreshTimes, refreshing } from '../../../src/http/refreshingValue.ts';

interface Thing {
  readonly number: number;
  fresh: boolean;
  expired: boolean;
}

let opened = 0;
beforeEach(() => {
  opened = 0;
});

/** Opens a value after a moment, so that other callers can ask in the meantime. */
async function open(): Promise<Thing> {
  opened += 1;
  const number = opened;
  await new Promise((resolve) => setTimeout(resolve, 2));
  return { number, fresh: true, expired: false };
}

const isFresh = ({ fresh }: Thing) => fresh;
const isUsable = ({ expired }: Thing) => !expired;

test('concurrent callers share one request, and a fresh value is kept', async () => {
  const things = refreshing(open, isFresh);
  const all = await Promise.all(Array.from({ length: 20 }, () => things.get()));
  expect(new Set(all).size).toBe(1);
  expect(await things.get()).toBe(all[0]);
  expect(opened).toBe(1);
});

test('a value that is no longer fresh is opened again, once', async () => {
  const things = refreshing(open, isFresh);
  (await things.get()).fresh = false;
  const all = await Promise.all([things.get(), things.get()]);
  expect(all.map(({ number }) => number)).toEqual([2, 2]);
});

test('a refused value is replaced once for all callers', async () => {
  const things = refreshing(open, isFresh);
  const first = await things.get();
  const replace = () => things.replace((held) => held === first);
  const all = await Promise.all([replace(), replace(), replace()]);
  expect(all.map(({ number }) => number)).toEqual([2, 2, 2]);
  // This caller's request took longer, so it learns of the refusal only now.
  expect((await replace()).number).toBe(2);
  expect(opened).toBe(2);
});

test('during a replacement, a caller gets the current value or the new one', async () => {
  const things = refreshing(open, isFresh);
  const first = await things.get();
  const replaced = things.replace((held) => held === first);
  expect(await things.get()).toBe(first);
  expect((await replaced).number).toBe(2);
});

test('an error reaches all callers that wait, and is not kept', async () => {
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

describe('a value that has not expired', () => {
  const aged = async (things: ReturnType<typeof refreshing<Thing>>) => {
    const first = await things.get();
    first.fresh = false;
    return first;
  };

  test('is returned while one new value is requested', async () => {
    const things = refreshing(open, isFresh, isUsable);
    const first = await aged(things);
    expect(await Promise.all([things.get(), things.get()])).toEqual([first, first]);
    const next = await things.replace((held) => held === first);
    expect([next.number, (await things.get()).number, opened]).toEqual([2, 2, 2]);
  });

  test('is returned although requests for a new value fail. They are repeated after a pause', async () => {
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
    first.expired = true;
    await expect(things.get()).rejects.toThrow('away');
  });

  test('and then expires during the request for a new value: callers wait for the new one', async () => {
    const things = refreshing(open, isFresh, isUsable);
    const first = await aged(things);
    await things.get();
    first.expired = true;
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
])('a value with a lifetime of %d s is fresh for %d s and usable for %d s', (life, fresh, usable) => {
  expect(refreshTimes(5_000, 5_000 + life * 1_000)).toEqual({
    freshUntil: 5_000 + fresh * 1_000,
    usableUntil: 5_000 + usable * 1_000,
  });
});
