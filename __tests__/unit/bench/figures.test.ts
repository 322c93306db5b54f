import { expect, test } from '@jest/globals';

import { type Sample, judge } from '../../../bench/soak/figures.ts';

const samplesOf = (count: number, sample: (index: number) => Sample) =>
  Array.from({ length: count }, (_, index) => sample(index));

test('a figure that grows past its limit is not flat', () => {
  const verdicts = judge(
    samplesOf(43, (index) => ({ heap: 30 + index, rss: 100, pending: index === 42 ? 1 : 0 })),
  );
  expect(verdicts.map(({ name, isFlat }) => [name, isFlat])).toEqual([
    ['rss', true],
    ['heap', false],
    ['pending', true],
  ]);
});

test('one file that stays behind in each round is found', () => {
  const [verdict] = judge(samplesOf(20, (temporary) => ({ temporary })));
  expect(verdict).toEqual({ name: 'temporary', quarters: [4.5, 9, 13.5, 17.5], highest: 19, isFlat: false });
});

test('one orphan in each half of the rounds of the last quarter is found', () => {
  const [verdict] = judge(samplesOf(40, (index) => ({ pending: index > 30 ? 1 : 0 })));
  expect(verdict?.isFlat).toBe(false);
});

test('the first samples are of a program that warms up', () => {
  const warm = (index: number) => ({ heap: index < 3 ? 500 : 30 + index });
  expect(judge(samplesOf(43, warm))[0]).toMatchObject({ isFlat: false, highest: 500 });
});

test('too few samples are an error', () => {
  expect(() => judge(samplesOf(3, () => ({ wall: 1 })))).toThrow(
    "There are 3 samples of 'time of a round': run the soak for longer.",
  );
});
