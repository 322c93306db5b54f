import { describe, expect, test } from '@jest/globals';

import { createClock } from '../../../src/http/clock.ts';

const noon = Date.parse('2026-03-01T12:00:00Z');

function at(machine: number) {
  return createClock(() => machine);
}

const http = (time: number) => new Date(time).toUTCString();

describe('the clock', () => {
  test.each([3_600_000, -3_600_000, 5_000])('follows a server that is %d ms ahead', (ahead) => {
    const clock = at(noon);
    clock.observe(http(noon + ahead), 100);
    expect(Math.abs(clock.now() - noon - ahead)).toBeLessThan(1_000);
    expect(Math.abs(clock.skewSeconds - ahead / 1000)).toBeLessThanOrEqual(1);
  });

  test.each([
    ['a difference within the precision of whole seconds and the delay', noon + 1_000, 100],
    ['a response that took too long to be precise', noon - 6_000, 20_000],
    ['no header', undefined, 0],
    ['a header that is not a date', 'yesterday', 0],
  ])('ignores %s', (_, date, elapsed) => {
    const clock = at(noon);
    clock.observe(typeof date === 'number' ? http(date) : date, elapsed);
    expect(clock.now()).toBe(noon);
    expect(clock.skewSeconds).toBe(0);
  });

  test('does not change with every response', () => {
    const clock = at(noon);
    clock.observe(http(noon + 3_600_000), 100);
    const set = clock.now();
    clock.observe(http(noon + 3_601_000), 100);
    clock.observe(http(noon + 3_599_000), 100);
    expect(clock.now()).toBe(set);
  });

  test('follows the machine again once that is right', () => {
    let machine = noon - 3_600_000;
    const clock = createClock(() => machine);
    clock.observe(http(noon), 0);
    machine = noon;
    clock.observe(http(noon), 0);
    expect(clock.now()).toBe(noon);
  });
});
