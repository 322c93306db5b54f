import { beforeEach, expect, test } from '@jest/globals';

import { renewable } from '../../src/renewable.ts';

interface Thing {
  readonly number: number;
  fresh: boolean;
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
  return { number, fresh: true };
}

const isFresh = ({ fresh }: Thing) => fresh;

test('however many ask at once, one request is made, and what is fresh is kept', async () => {
  const things = renewable(open, isFresh);
  const all = await Promise.all(Array.from({ length: 20 }, () => things.get()));
  expect(new Set(all).size).toBe(1);
  expect(await things.get()).toBe(all[0]);
  expect(opened).toBe(1);
});

test('what is not fresh any more is opened again, once', async () => {
  const things = renewable(open, isFresh);
  (await things.get()).fresh = false;
  const all = await Promise.all([things.get(), things.get()]);
  expect(all.map(({ number }) => number)).toEqual([2, 2]);
});

test('what was refused is replaced once by all who were refused it', async () => {
  const things = renewable(open, isFresh);
  const first = await things.get();
  const replace = () => things.replace((held) => held === first);
  const all = await Promise.all([replace(), replace(), replace()]);
  expect(all.map(({ number }) => number)).toEqual([2, 2, 2]);
  // Somebody whose request was under way for longer hears of the refusal only now.
  expect((await replace()).number).toBe(2);
  expect(opened).toBe(2);
});

test('who asks while a replacement is under way gets what is still held, or the new one', async () => {
  const things = renewable(open, isFresh);
  const first = await things.get();
  const replaced = things.replace((held) => held === first);
  expect(await things.get()).toBe(first);
  expect((await replaced).number).toBe(2);
});

test('a failure is told to all who wait, and not kept', async () => {
  let failing = true;
  const things = renewable(async () => {
    const thing = await open();
    if (failing) throw new Error('down');
    return thing;
  }, isFresh);
  const all = await Promise.allSettled([things.get(), things.get()]);
  expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  failing = false;
  expect((await things.get()).number).toBe(2);
});
