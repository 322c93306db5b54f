import { expect, test } from '@jest/globals';

import { collectErrors } from '../../../src/commands/deferredErrors.ts';

const explain = (what: string) => (error: unknown) => {
  throw new Error(`${what}: ${String(error)}`);
};

test('errorsr steps run after a failed step, and the first error is thrown at the end', async () => {
  const errors = collectErrors(explain);
  expect(await errors.attempt<number>('one', () => Promise.reject(new Error('first')))).toBeUndefined();
  expect(await errors.attempt('two', () => 2)).toBe(2);
  expect(
    await errors.attempt<number>('three', () => {
      throw new Error('second');
    }),
  ).toBeUndefined();
  expect(() => {
    errors.throwFirst();
  }).toThrow('one: Error: first');
});

test('without an error, nothing is thrown', async () => {
  const errors = collectErrors(explain);
  await errors.attempt('one', () => 1);
  expect(() => {
    errors.throwFirst();
  }).not.toThrow();
});
