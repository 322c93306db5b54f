import { setImmediate as turn } from 'node:timers/promises';

import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { type BufferLease, createBufferPool } from '../../../src/transfer/bufferPool.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

/** Whether a buffer was leased in the meantime. */
async function isLeased(lease: Promise<BufferLease>): Promise<boolean> {
  const waits = Symbol('waits');
  await turn();
  return (await Promise.race([lease, Promise.resolve(waits)])) !== waits;
}

test('a buffer has the requested length', async () => {
  const pool = createBufferPool(MiB);
  for (const length of [0, 1, 63 * KiB, 64 * KiB, 65 * KiB, MiB - 1, MiB]) {
    const lease = await pool.acquire(length);
    expect(lease.buffer.length).toBe(length);
    lease.release();
  }
});

test('a request for more than is free waits until enough is released', async () => {
  const pool = createBufferPool(MiB);
  const first = await pool.acquire(512 * KiB);
  const second = await pool.acquire(512 * KiB);
  const third = pool.acquire(512 * KiB);
  expect(await isLeased(third)).toBe(false);
  second.release();
  expect(await isLeased(third)).toBe(true);
  expect((await third).buffer.buffer).not.toBe(first.buffer.buffer);
});

test('a small request does not overtake a large one that waits', async () => {
  const pool = createBufferPool(MiB);
  const half = await pool.acquire(512 * KiB);
  const large = pool.acquire(MiB);
  const small = pool.acquire(1);
  expect([await isLeased(large), await isLeased(small)]).toEqual([false, false]);
  half.release();
  expect([await isLeased(large), await isLeased(small)]).toEqual([true, false]);
  (await large).release();
  expect(await isLeased(small)).toBe(true);
});

test('a released buffer is reused, also for a slightly different length', async () => {
  const pool = createBufferPool(4 * MiB);
  const first = await pool.acquire(MiB);
  first.release();
  const second = await pool.acquire(MiB - 1000);
  expect(second.buffer.buffer).toBe(first.buffer.buffer);
  const third = await pool.acquire(MiB);
  expect(third.buffer.buffer).not.toBe(second.buffer.buffer);
});

test('a buffer larger than the pool is available when no other is in use, and has exactly its length', async () => {
  const pool = createBufferPool(MiB);
  const small = await pool.acquire(1);
  const huge = pool.acquire(5 * MiB);
  expect(await isLeased(huge)).toBe(false);
  small.release();
  const lease = await huge;
  expect(lease.buffer.length).toBe(5 * MiB);
  expect(lease.buffer.buffer.byteLength).toBe(5 * MiB);
  const next = pool.acquire(1);
  expect(await isLeased(next)).toBe(false);
  lease.release();
  expect(await isLeased(next)).toBe(true);
});

test('a request that the machine cannot serve fails alone, and the next one is served', async () => {
  const pool = createBufferPool(MiB);
  const impossible = pool.acquire(2 ** 52);
  const possible = pool.acquire(MiB);
  await expect(impossible).rejects.toThrow('Failed to allocate memory');
  expect(await isLeased(possible)).toBe(true);
});

test('kept buffers are dropped before memory for another size would exceed the pool', async () => {
  const pool = createBufferPool(MiB);
  const eighths = await Promise.all(Array.from({ length: 8 }, () => pool.acquire(128 * KiB)));
  for (const lease of eighths) lease.release();
  const whole = await pool.acquire(MiB);
  whole.release();
  const again = await pool.acquire(128 * KiB);
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
        const pool = createBufferPool(MiB);
        const held: BufferLease[] = [];
        const order: number[] = [];
        const requests = lengths.map(async (bytes, index) => {
          const lease = await pool.acquire(bytes);
          order.push(index);
          held.push(lease);
        });
        while (order.length < lengths.length || held.length > 0) {
          await turn();
          const sizes = held.map(({ buffer }) => buffer.length).filter((length) => length > 0);
          const leased = sizes.reduce((sum, length) => sum + length, 0);
          expect(leased <= MiB || sizes.length === 1).toBe(true);
          const distinct = new Set(
            held.filter(({ buffer }) => buffer.length >= 64 * KiB).map(({ buffer }) => buffer.buffer),
          );
          expect(distinct.size).toBe(held.filter(({ buffer }) => buffer.length >= 64 * KiB).length);
          const [returned] = held.splice(picks.next().value % Math.max(1, held.length), 1);
          if (!returned) throw new Error('A request waits although no buffer is in use');
          returned.release();
        }
        await Promise.all(requests);
        expect(order).toEqual(lengths.map((_, index) => index));
      },
    ),
    { numRuns: 60 },
  );
});
