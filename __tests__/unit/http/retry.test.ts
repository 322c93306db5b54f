import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import {
  type Classification,
  type RetrierOptions,
  type RetryPolicy,
  type RetryEvent,
  backoff,
  createRetrier,
  retryAfter,
  usualPolicy,
} from '../../../src/http/retry.ts';

const down: Classification = { transient: true, kind: 'answered', status: 503 };
const refused: Classification = { transient: true, kind: 'refused' };
const silent: Classification = { transient: true, kind: 'silent' };
const denied: Classification = { transient: false, kind: 'answered', status: 403 };

/** An error with its classification. */
class Failure extends Error {
  readonly classified: Classification;

  constructor(classified: Classification) {
    super(`no ${classified.status ?? classified.kind}`);
    this.classified = classified;
  }
}

/**
 * A server with a simulated time, in which waits take no real time. A retrier sends it any number of requests.
 * @param answer the result of a request at a time, in milliseconds since the start
 */
function server(
  answer: (at: number, name: string) => Classification | undefined,
  options: Partial<RetrierOptions> = {},
) {
  let time = 0;
  const tries: [string, number][] = [];
  const waits: number[] = [];
  const retries: RetryEvent[] = [];
  const timeouts: number[] = [];
  const pending: { at: number; wake: () => void }[] = [];
  const retrier = createRetrier({
    classify: (error) => (error as Failure).classified,
    policy: usualPolicy,
    random: () => 0.5,
    now: () => time,
    wait: (ms) => {
      waits.push(ms);
      return new Promise((wake) => pending.push({ at: time + ms, wake }));
    },
    onRetry: (retrying) => retries.push(retrying),
    ...options,
  });
  let open = 0;
  const ask = (name = 'a', tookMs = 0) => {
    open += 1;
    return retrier(
      async ({ timeoutMs }) => {
        timeouts.push(timeoutMs);
        tries.push([name, time]);
        if (tookMs > 0) await new Promise<void>((wake) => pending.push({ at: time + tookMs, wake }));
        const failure = answer(time, name);
        if (failure) throw new Failure(failure);
        return time;
      },
      { what: () => name },
    ).finally(() => (open -= 1));
  };
  /** Lets the time pass until all requests have ended, or until a given time. */
  const run = async (until = Infinity) => {
    for (;;) {
      await new Promise(setImmediate);
      if (open === 0) return;
      pending.sort((a, b) => a.at - b.at);
      const [next] = pending;
      if (!next || next.at > until) return;
      pending.shift();
      time = Math.max(time, next.at);
      next.wake();
    }
  };
  return { ask, run, tries, waits, retries, timeouts, time: () => time };
}

type Server = ReturnType<typeof server>;

/** The result of a call, and its time. */
async function outcome(place: Server, call: Promise<number>) {
  const settled = call.then(
    (at) => ({ at, error: undefined }),
    (error: unknown) => ({ at: place.time(), error: (error as Error).message }),
  );
  await place.run();
  return settled;
}

describe('a request', () => {
  test('is retried until it succeeds, with waits that double up to a maximum', async () => {
    const place = server((at) => (at < 30_000 ? down : undefined));
    expect((await outcome(place, place.ask())).error).toBeUndefined();
    expect(place.waits.slice(0, 8)).toEqual([125, 250, 500, 1_000, 2_000, 2_500, 2_500, 2_500]);
  });

  test('fails when the budget is used up, after a last attempt', async () => {
    const place = server(() => down);
    expect(await outcome(place, place.ask())).toEqual({ at: 90_000, error: 'no 503' });
    expect(place.tries.at(-1)).toEqual(['a', 90_000]);
  });

  test('is not retried after a permanent error', async () => {
    const place = server(() => denied);
    expect(await outcome(place, place.ask())).toEqual({ at: 0, error: 'no 403' });
    expect(place.tries).toHaveLength(1);
  });

  test('that fails for a reason of this program says nothing about the server', async () => {
    const place = server((_, name) => (name === 'local' ? { transient: false, kind: 'other' } : refused));
    expect(await outcome(place, place.ask('local'))).toEqual({ at: 0, error: 'no other' });
    expect((await outcome(place, place.ask())).at).toBe(usualPolicy.start?.refusedMs);
  });

  test('has a time budget by the clock of this machine, unless another clock is given', async () => {
    const waits: number[] = [];
    const retrier = createRetrier({
      classify: () => down,
      random: () => 0.5,
      wait: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
    });
    const result = await retrier(({ number }) =>
      number < 3 ? Promise.reject(new Error('no')) : Promise.resolve(number),
    );
    expect([result, waits]).toEqual([3, [125, 250]]);
  });

  test('is retried after the time in Retry-After, not earlier', async () => {
    const place = server((at) => (at < 5_000 ? { ...down, retryAfterMs: 5_000 } : undefined));
    expect((await outcome(place, place.ask())).at).toBe(5_125);
    expect(place.retries).toMatchObject([{ what: 'a', status: 503, waitMs: 5_125 }]);
  });

  test('fails at once if Retry-After exceeds the rest of the budget', async () => {
    const place = server(() => ({ ...down, retryAfterMs: 3_600_000 }));
    expect(await outcome(place, place.ask())).toEqual({ at: 0, error: 'no 503' });
  });

  test('waits longer for Retry-After if the policy allows it', async () => {
    const policy = { ...usualPolicy, budgetMs: 8_000, retryAfterBudgetMs: 70_000 };
    const asking = server((at) => (at < 60_000 ? { ...down, retryAfterMs: 60_000 } : undefined), { policy });
    expect((await outcome(asking, asking.ask())).error).toBeUndefined();
    const away = server(() => down, { policy });
    expect((await outcome(away, away.ask())).at).toBe(8_000);
  });

  test('has the whole budget after a slow first attempt: the budget starts with the failure', async () => {
    const place = server((at) => (at <= 100_000 ? down : undefined));
    expect(await outcome(place, place.ask('slow', 95_000))).toMatchObject({ error: undefined });
  });

  test('calls onRetry before each wait', async () => {
    const place = server((at) => (at < 300 ? down : undefined));
    await outcome(place, place.ask('PUT a.txt'));
    expect(place.retries).toEqual([
      { what: 'PUT a.txt', error: new Failure(down), status: 503, waitMs: 125 },
      { what: 'PUT a.txt', error: new Failure(down), status: 503, waitMs: 250 },
    ]);
  });
});

describe('requests to one server share its outage', () => {
  test('all succeed if the outage is shorter than the budget', async () => {
    const outages = [10_000, 60_000, 89_999];
    for (const until of outages) {
      const place = server((at) => (at < until ? down : undefined), { random: Math.random });
      const calls = Array.from({ length: 64 }, (_, index) => place.ask(String(index)));
      await place.run();
      expect((await Promise.allSettled(calls)).filter(({ status }) => status === 'rejected')).toEqual([]);
    }
  });

  test('a request that starts during the outage has no more time than the others', async () => {
    const place = server(() => down);
    const first = place.ask('first').catch(() => place.time());
    await place.run(80_000);
    const late = place.ask('late').catch(() => place.time());
    await place.run();
    expect([await first, await late]).toEqual([90_000, 90_000]);
  });

  test('a success ends the outage', async () => {
    // The request `good` succeeds during the outage.
    const place = server((at, name) => (name === 'good' || at > 130_000 ? undefined : down));
    const call = place.ask('bad');
    call.catch(() => undefined);
    await place.run(60_000);
    await place.ask('good');
    const second = place.ask('second');
    await place.run();
    await expect(second).resolves.toBeGreaterThan(130_000);
  });

  test('a request that always fails ends although others succeed', async () => {
    const place = server((_, name) => (name === 'bad' ? down : undefined));
    const call = place.ask('bad').catch(() => place.time());
    for (let at = 1_000; at < 120_000; at += 1_000) {
      await place.run(at);
      await place.ask('good');
    }
    expect(await call).toBe(90_000);
  });

  test('a permanent error response ends the outage', async () => {
    const place = server((at, name) => (name === 'denied' ? denied : at < 120_000 ? down : undefined));
    const first = place.ask('first').catch(() => place.time());
    await place.run(60_000);
    await place.ask('denied').catch(() => undefined);
    const second = place.ask('second');
    await place.run();
    expect(await first).toBe(90_000);
    expect(await second).toBeGreaterThanOrEqual(120_000);
  });

  test('a later failure starts a new outage', async () => {
    let away = true;
    const place = server((at) => (away || at < 150_000 ? down : undefined));
    await outcome(place, place.ask());
    away = false;
    expect((await outcome(place, place.ask())).error).toBeUndefined();
  });
});

describe('a server that has never answered', () => {
  test.each([
    ['refuses', refused, 7_000],
    ['does not answer', silent, 28_000],
    ['answers that it is down', down, 90_000],
  ])('and %s: the request fails after the time for this', async (_, classified, ms) => {
    const place = server(() => classified);
    expect((await outcome(place, place.ask())).at).toBe(ms);
  });

  test('fails after slow attempts, and each attempt gets the rest of the time', async () => {
    const place = server(() => silent);
    expect((await outcome(place, place.ask('a', 20_000))).at).toBe(40_125);
    expect(place.timeouts).toEqual([28_000, 28_000 - 20_125]);
  });

  test('gets at least a second for its last try, so that the error says what is wrong', async () => {
    const place = server(() => silent);
    await outcome(place, place.ask());
    expect([place.tries.at(-1), place.timeouts.at(-1)]).toEqual([['a', 28_000], 1_000]);
  });

  test('and recovers in time: the request succeeds', async () => {
    const place = server((at) => (at < 6_000 ? refused : undefined));
    expect((await outcome(place, place.ask())).error).toBeUndefined();
  });

  test.each([refused, silent])('has the whole budget once it has answered: %j', async (classified) => {
    const place = server((at) => (at === 0 || at > 85_000 ? undefined : classified));
    await place.ask();
    const call = place.ask('slow', 1);
    expect((await outcome(place, call)).error).toBeUndefined();
    expect(place.timeouts).toContain(Infinity);
  });
});

describe('an abort', () => {
  test('before the start sends nothing', async () => {
    const place = server(() => undefined, { signal: AbortSignal.abort(new Error('cancelled')) });
    await expect(place.ask()).rejects.toThrow('cancelled');
    expect(place.tries).toEqual([]);
  });

  test('ends a wait at once', async () => {
    const controller = new AbortController();
    const retrier = createRetrier({
      classify: () => ({ ...down, retryAfterMs: 30_000 }),
      signal: controller.signal,
      onRetry: () => setTimeout(() => controller.abort(), 5),
    });
    await expect(retrier(() => Promise.reject(new Error('no')))).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  test('is not classified as an error of the server', async () => {
    const controller = new AbortController();
    const retrier = createRetrier({
      classify: () => {
        throw new Error('classified');
      },
      signal: controller.signal,
    });
    const operation = () => {
      controller.abort();
      return Promise.reject(new Error('stopped'));
    };
    await expect(retrier(operation)).rejects.toThrow('stopped');
  });

  test('by the signal of a call replaces the retrier’s signal', async () => {
    const retrier = createRetrier({ classify: () => denied, signal: AbortSignal.abort() });
    const { signal } = new AbortController();
    await expect(retrier(() => Promise.resolve('done'), { signal })).resolves.toBe('done');
  });
});

test('a wait is random between 0 and a bound that doubles up to a maximum', () => {
  const policy: Pick<RetryPolicy, 'baseMs' | 'maxMs'> = { baseMs: 100, maxMs: 1_000 };
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
  ['120', 120_000],
  ['Sun, 01 Mar 2026 12:00:10 GMT', 10_000],
  ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
  ['soon', undefined],
  ['', undefined],
  [null, undefined],
  [undefined, undefined],
])('Retry-After %j is %j ms', (header, ms) => {
  expect(retryAfter(header, Date.parse('2026-03-01T12:00:00Z'))).toBe(ms);
});
