import { expect, test } from '@jest/globals';

import { collectErrors } from '../../../src/commands/deferredErrors.ts';

const explain = (what: string) => (error: unknown) => {
  throw new Error(`${what}: ${String(error)}`);
};

test('a step that fails does not keep later steps from running, and its error is thrown at the end', async () => {
  const late = collectErrors(explain);
  expect(await late.attempt<number>('one', () => Promise.reject(new Error('first')))).toBeUndefined();
  expect(await late.attempt('two', () => 2)).toBe(2);
  expect(
    await late.attempt<number>('three', () => {
      throw new Error('second');
    }),
  ).toBeUndefined();
  expect(() => {
    late.throwFirst();
  }).toThrow('one: Error: first');
});

test('without an error nothing is thrown', async () => {
  const late = collectErrors(explain);
  await late.attempt('one', () => 1);
  expect(() => {
    late.throwFirst();
  }).not.toThrow();
});
