import { expect, test } from '@jest/globals';

import { changeWords, sinceWords } from '../../../src/text/changes.ts';

test.each([
  [[3, 2, 1], '3 new, 2 changed, 1 gone'],
  [[0, 1_200, 0], '1,200 changed'],
  [[0, 0, 0], 'no changes'],
  [[1, undefined, 0], '1 new'],
  [[0, undefined, 0], undefined],
] as const)('%j: %s', ([added, changed, gone], words) => {
  expect(changeWords(added, changed, gone)).toBe(words);
});

test('names the upload before by its commit', () => {
  expect([sinceWords('c0ffee1234'), sinceWords('')]).toEqual(['since c0ffee1', 'since the previous upload']);
});
