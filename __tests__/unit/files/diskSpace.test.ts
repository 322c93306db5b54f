import { tmpdir } from 'node:os';

import { expect, test } from '@jest/globals';

import { freeSpace, spaceNeeded } from '../../../src/files/diskSpace.ts';

test('the free space of a folder is known in bytes', () => {
  const free = freeSpace(tmpdir());
  // Builds have at least 16 MiB, and no disk has an exabyte.
  expect(free).toBeGreaterThan(16 * 1024 ** 2);
  expect(free).toBeLessThan(1e18);
});

test('the free space is unknown for a folder that does not exist', () => {
  expect(freeSpace(`${tmpdir()}/no/such/folder`)).toBeUndefined();
});

(process.platform === 'linux' ? test : test.skip)(
  'the free space is unknown for a file system without blocks (needs /proc)',
  () => {
    expect(freeSpace('/proc')).toBeUndefined();
  },
);

test.each([
  [[], 0],
  [[{ size: 10, replaces: 0, kept: 0 }], 10],
  [
    [
      { size: 10, replaces: 0, kept: 4 },
      { size: 5, replaces: 0, kept: 0 },
    ],
    11,
  ],
  // The replaced file stays until the new one is whole.
  [[{ size: 10, replaces: 8, kept: 0 }], 10],
  [[{ size: 10, replaces: 8, kept: 5 }], 5],
  [[{ size: 3, replaces: 100, kept: 0 }], 3],
  [
    [
      { size: 10, replaces: 10, kept: 0 },
      { size: 7, replaces: 7, kept: 0 },
    ],
    10,
  ],
  [
    [
      { size: 3, replaces: 100, kept: 0 },
      { size: 50, replaces: 0, kept: 0 },
    ],
    3,
  ],
  [
    [
      { size: 50, replaces: 0, kept: 0 },
      { size: 3, replaces: 100, kept: 0 },
    ],
    53,
  ],
])('the files %j need %d bytes', (placements, bytes) => {
  expect(spaceNeeded(placements)).toBe(bytes);
});
