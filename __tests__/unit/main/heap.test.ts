import { spawnSync } from 'node:child_process';

import { expect, test } from '@jest/globals';

const heap = new URL('../../../src/main/heap.ts', import.meta.url).href;

/** Allocates until V8 would have made the space for new objects as large as it may be. */
const program = (start: string) => `
  import { getHeapSpaceStatistics } from 'node:v8';
  ${start}
  const kept = [];
  for (let round = 0; round < 100; round += 1) {
    const objects = Array.from({ length: 20_000 }, (_, index) => ({ index }));
    kept[round % 20] = objects;
    await new Promise((resolve) => setImmediate(resolve));
  }
  const space = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  console.log(space.space_size);
`;

function newSpaceAfter(start: string): number {
  const args = ['--max-semi-space-size=64', '--input-type=module', '--eval', program(start)];
  return Number(spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout);
}

test('the space for new objects does not grow without a limit', () => {
  const MiB = 1024 ** 2;
  expect(newSpaceAfter('')).toBeGreaterThanOrEqual(32 * MiB);
  const limited = newSpaceAfter(`import { limitHeap } from '${heap}'; limitHeap();`);
  expect(limited).toBeGreaterThan(0);
  expect(limited).toBeLessThan(32 * MiB);
});
