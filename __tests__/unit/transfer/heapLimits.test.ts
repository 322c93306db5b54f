import { spawnSync } from 'node:child_process';

import { expect, test } from '@jest/globals';

const heap = new URL('../../../src/transfer/heapLimits.ts', import.meta.url).href;

interface Limits {
  /** Code before the allocations. */
  readonly start?: string;
  /** Code after each of them. */
  readonly between?: string;
}

/** Allocates until V8 would have made the space for new objects as large as it may be. @returns its bytes */
function newSpaceAfter({ start = '', between = '' }: Limits): number {
  const program = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { limitHeap, watchHeap } from '${heap}';
    ${start}
    const kept = [];
    for (let round = 0; round < 100; round += 1) {
      const objects = Array.from({ length: 20_000 }, (_, index) => ({ index }));
      kept[round % 20] = objects;
      ${between}
    }
    const space = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
    console.log(space.space_size);
  `;
  const args = ['--max-semi-space-size=64', '--input-type=module', '--eval', program];
  return Number(spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout);
}

const MiB = 1024 ** 2;
const yieldLoop = 'await new Promise((resolve) => setImmediate(resolve));';

test.each([
  ['an asynchronous program', { between: yieldLoop }, { start: 'watchHeap();', between: yieldLoop }],
  ['a synchronous program', {}, { between: 'limitHeap();' }],
])('the space for new objects of %s does not grow without a limit', (_, unlimited, limited) => {
  expect(newSpaceAfter(unlimited)).toBeGreaterThanOrEqual(32 * MiB);
  const size = newSpaceAfter(limited);
  expect(size).toBeGreaterThan(0);
  expect(size).toBeLessThan(32 * MiB);
});
