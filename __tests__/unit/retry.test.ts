import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
  type RetryPolicy,
  type RetryTools,
  type Verdict,
  backoff,
  retry,
  retryAfter,
} from '../../src/retry.ts';

const policy: RetryPolicy = { tries: 4, baseMs: 100, maxMs: 1_000, budgetMs: 60_000 };

/** Runs an operation that fails so many times, and writes down the waits instead of waiting. */
async function attempt(
  failures: number,
  judge: (error: unknown) => Verdict,
  rules: Partial<RetryPolicy> = {},
  tools: RetryTools = {},
) {
  const waits: number[] = [];
  const wait = (ms: number) => {
    waits.push(ms);
    return Promise.resolve();
  };
  let tries = 0;
  const operation = (number: number) => {
    tries += 1;
    expect(number).toBe(tries);
    return number <= failures ? Promise.reject(new Error(`no ${number}`)) : Promise.resolve(`yes ${number}`);
  };
  const outcome = await retry(
    operation,
    judge,
    { ...policy, ...rules },
    { wait, random: () => 0.5, ...tools },
  ).catch((error: unknown) => error);
  return { waits, tries, outcome };
}

describe('retry', () => {
  test('goes on until it succeeds, with waits that double', async () => {
    expect(await attempt(3, () => 'retry')).toEqual({ waits: [50, 100, 200], tries: 4, outcome: 'yes 4' });
  });

  test('ends with the last error, and without one more wait', async () => {
    expect(await attempt(9, () => 'retry')).toEqual({
      waits: [50, 100, 200],
      tries: 4,
      outcome: new Error('no 4'),
    });
  });

  test('does not repeat what cannot work', async () => {
    expect(await attempt(9, () => 'fail')).toEqual({ waits: [], tries: 1, outcome: new Error('no 1') });
  });

  test('waits at least as long as the server asks', async () => {
    expect(await attempt(1, () => ({ afterMs: 5_000 }))).toMatchObject({ waits: [5_050], outcome: 'yes 2' });
  });

  test('ends at once when the server asks for more than the budget', async () => {
    expect(await attempt(1, () => ({ afterMs: 3_600_000 }))).toEqual({
      waits: [],
      tries: 1,
      outcome: new Error('no 1'),
    });
  });

  test('ends with the budget, not with a wait beyond it', async () => {
    const slow = () => new Promise<never>((_, reject) => setTimeout(() => reject(new Error('slow')), 30));
    const started = performance.now();
    const rules = { ...policy, tries: 99, baseMs: 1, budgetMs: 100 };
    await expect(retry(slow, () => 'retry', rules, { random: () => 1 })).rejects.toThrow('slow');
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  test('gives a slow first try its second one: the budget begins with the failure', async () => {
    const rules = { ...policy, tries: 2, baseMs: 1, budgetMs: 20 };
    const slow = async (attempt: number) => {
      if (attempt > 1) return 'yes';
      await new Promise((resolve) => setTimeout(resolve, 60));
      throw new Error('slow');
    };
    await expect(retry(slow, () => 'retry', rules)).resolves.toBe('yes');
  });

  test('tells of each wait before it', async () => {
    const told: unknown[] = [];
    const onRetry = (error: unknown, ms: number) => told.push([String(error), ms]);
    await attempt(2, () => 'retry', {}, { onRetry });
    expect(told).toEqual([
      ['Error: no 1', 50],
      ['Error: no 2', 100],
    ]);
  });

  test('starts nothing once it is aborted', async () => {
    const signal = AbortSignal.abort(new Error('cancelled'));
    expect(await attempt(0, () => 'retry', {}, { signal })).toMatchObject({
      tries: 0,
      outcome: new Error('cancelled'),
    });
  });

  test('leaves a wait at once when it is aborted', async () => {
    const controller = new AbortController();
    const run = retry(
      () => Promise.reject(new Error('no')),
      () => ({ afterMs: 30_000 }),
      policy,
      {
        signal: controller.signal,
        onRetry: () => setTimeout(() => controller.abort(), 5),
      },
    );
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('does not ask the judge about an error that the abort made', async () => {
    const controller = new AbortController();
    const operation = () => {
      controller.abort();
      return Promise.reject(new Error('stopped'));
    };
    const judge = () => {
      throw new Error('asked');
    };
    await expect(retry(operation, judge, policy, { signal: controller.signal })).rejects.toThrow('stopped');
  });
});

test('a wait is anywhere from nothing to the bound, which doubles up to the longest', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (number, random) => {
        const bound = Math.min(policy.maxMs, policy.baseMs * 2 ** (number - 1));
        expect(backoff(number, policy, () => random)).toBe(random * bound);
      },
    ),
  );
  const own = Array.from({ length: 200 }, () => backoff(1, policy));
  expect(Math.min(...own)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...own)).toBeLessThanOrEqual(100);
  expect(new Set(own).size).toBeGreaterThan(100);
});

test.each([
  ['3', 3_000],
  [' 3 ', 3_000],
  ['0', 0],
  ['Sun, 01 Mar 2026 12:00:10 GMT', 10_000],
  ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
  ['soon', undefined],
  ['', undefined],
  [null, undefined],
  [undefined, undefined],
])('Retry-After %j is %j ms', (header, ms) => {
  expect(retryAfter(header, Date.parse('2026-03-01T12:00:00Z'))).toBe(ms);
});
