import { setImmediate as turn } from 'node:timers/promises';

import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { type Loan, createMemory } from '../../../src/transfer/bufferPool.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

/** Whether a buffer was leased in the meantime. */
async function isLent(loan: Promise<Loan>): Promise<boolean> {
  const waits = Symbol('waits');
  await turn();
  return (await Promise.race([loan, Promise.resolve(waits)])) !== waits;
}

test('a buffer has the requested length', async () => {
  const memory = createMemory(MiB);
  for (const length of [0, 1, 63 * KiB, 64 * KiB, 65 * KiB, MiB - 1, MiB]) {
    const loan = await memory.borrow(length);
    expect(loan.buffer.length).toBe(length);
    loan.giveBack();
  }
});

test('a request for more than is free waits until enough is released', async () => {
  const memory = createMemory(MiB);
  const first = await memory.borrow(512 * KiB);
  const second = await memory.borrow(512 * KiB);
  const third = memory.borrow(512 * KiB);
  expect(await isLent(third)).toBe(false);
  second.giveBack();
  expect(await isLent(third)).toBe(true);
  expect((await third).buffer.buffer).not.toBe(first.buffer.buffer);
});

test('a small request does not overtake a large one that waits', async () => {
  const memory = createMemory(MiB);
  const half = await memory.borrow(512 * KiB);
  const large = memory.borrow(MiB);
  const small = memory.borrow(1);
  expect([await isLent(large), await isLent(small)]).toEqual([false, false]);
  half.giveBack();
  expect([await isLent(large), await isLent(small)]).toEqual([true, false]);
  (await large).giveBack();
  expect(await isLent(small)).toBe(true);
});

test('a released buffer is reused, also for a slightly different length', async () => {
  const memory = createMemory(4 * MiB);
  const first = await memory.borrow(MiB);
  first.giveBack();
  const second = await memory.borrow(MiB - 1000);
  expect(second.buffer.buffer).toBe(first.buffer.buffer);
  const third = await memory.borrow(MiB);
  expect(third.buffer.buffer).not.toBe(second.buffer.buffer);
});

test('a buffer larger than the pool is available when no other is in use, and has exactly its length', async () => {
  const memory = createMemory(MiB);
  const small = await memory.borrow(1);
  const huge = memory.borrow(5 * MiB);
  expect(await isLent(huge)).toBe(false);
  small.giveBack();
  const loan = await huge;
  expect(loan.buffer.length).toBe(5 * MiB);
  expect(loan.buffer.buffer.byteLength).toBe(5 * MiB);
  const next = memory.borrow(1);
  expect(await isLent(next)).toBe(false);
  loan.giveBack();
  expect(await isLent(next)).toBe(true);
});

test('a request that the machine cannot serve fails alone, and the next one is served', async () => {
  const memory = createMemory(MiB);
  const impossible = memory.borrow(2 ** 52);
  const possible = memory.borrow(MiB);
  await expect(impossible).rejects.toThrow('Failed to allocate memory');
  expect(await isLent(possible)).toBe(true);
});

test('kept buffers are dropped before memory for another size would exceed the pool', async () => {
  const memory = createMemory(MiB);
  const eighths = await Promise.all(Array.from({ length: 8 }, () => memory.borrow(128 * KiB)));
  for (const loan of eighths) loan.giveBack();
  const whole = await memory.borrow(MiB);
  whole.giveBack();
  const again = await memory.borrow(128 * KiB);
  // If the pool had kept the eighths, it would have reused one of them.
  expect(eighths.some(({ buffer }) => buffer.buffer === again.buffer.buffer)).toBe(false);
});

test('in any order of requests and releases all requests are served, in order, and never more than the pool is in use', async () => {
  const length = fc.oneof(
    fc.integer({ min: 0, max: 100 * KiB }),
    fc.constantFrom(64 * KiB, 256 * KiB, 300 * KiB, MiB, 2 * MiB),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(length, { maxLength: 40 }),
      fc.infiniteStream(fc.nat(1000)),
      async (lengths, picks) => {
        const memory = createMemory(MiB);
        const held: Loan[] = [];
        const order: number[] = [];
        const requests = lengths.map(async (bytes, index) => {
          const loan = await memory.borrow(bytes);
          order.push(index);
          held.push(loan);
        });
        while (order.length < lengths.length || held.length > 0) {
          await turn();
          const sizes = held.map(({ buffer }) => buffer.length).filter((length) => length > 0);
          const lent = sizes.reduce((sum, length) => sum + length, 0);
          expect(lent <= MiB || sizes.length === 1).toBe(true);
          const distinct = new Set(
            held.filter(({ buffer }) => buffer.length >= 64 * KiB).map(({ buffer }) => buffer.buffer),
          );
          expect(distinct.size).toBe(held.filter(({ buffer }) => buffer.length >= 64 * KiB).length);
          const [returned] = held.splice(picks.next().value % Math.max(1, held.length), 1);
          if (!returned) throw new Error('A request waits although no buffer is in use');
          returned.giveBack();
        }
        await Promise.all(requests);
        expect(order).toEqual(lengths.map((_, index) => index));
      },
    ),
    { numRuns: 60 },
  );
});
