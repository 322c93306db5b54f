import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { partSizeOf, partsOf } from '../../../src/transfer/partSize.ts';

const MiB = 1024 ** 2;
const TiB = 1024 ** 4;

const size = fc.oneof(
  fc.bigInt({ min: 0n, max: BigInt(5 * TiB) }).map(Number),
  fc.integer({ min: 0, max: 40 * MiB }),
);
/** Valid values of the input 'part-size'. */
const wanted = fc.option(
  fc.integer({ min: 5, max: 5 * 1024 }).map((mebibytes) => mebibytes * MiB),
  { nil: undefined },
);

test('the parts of a file cover it without gaps, in order, numbered from 1', () => {
  fc.assert(
    fc.property(size, wanted, (bytes, asked) => {
      const parts = partsOf(bytes, asked);
      let end = 0;
      for (const [index, { number, offset, length }] of parts.entries()) {
        if (number !== index + 1 || offset !== end) throw new Error(`part ${number} begins at ${offset}`);
        end += length;
      }
      expect(end).toBe(bytes);
    }),
    { numRuns: 200 },
  );
});

test('up to 5 TiB a file has at most 10,000 parts of equal size, within the limits of S3', () => {
  fc.assert(
    fc.property(size, wanted, (bytes, asked) => {
      const parts = partsOf(bytes, asked);
      const partSize = partSizeOf(bytes, asked);
      expect(parts.length).toBeLessThanOrEqual(10_000);
      expect(partSize % MiB).toBe(0);
      expect(partSize).toBeGreaterThanOrEqual(5 * MiB);
      expect(partSize).toBeLessThanOrEqual(5 * 1024 * MiB);
      expect(new Set(parts.slice(0, -1).map(({ length }) => length)).size).toBeLessThanOrEqual(1);
      expect(parts.at(-1)?.length).toBeLessThanOrEqual(partSize);
      if (bytes > 0) expect(parts.at(-1)?.length).toBeGreaterThan(0);
    }),
    { numRuns: 200 },
  );
});

test.each([
  [0, undefined, 16 * MiB, 1],
  [16 * MiB, undefined, 16 * MiB, 1],
  [16 * MiB + 1, undefined, 16 * MiB, 2],
  [160_000 * MiB, undefined, 16 * MiB, 10_000],
  [160_000 * MiB + 1, undefined, 17 * MiB, 9_412],
  [5 * TiB, undefined, 525 * MiB, 9_987],
  [20 * MiB, 5 * MiB, 5 * MiB, 4],
  [50_000 * MiB, 5 * MiB, 5 * MiB, 10_000],
  [50_000 * MiB + 1, 5 * MiB, 6 * MiB, 8_334],
  [20 * MiB, 64 * MiB, 64 * MiB, 1],
])('%d bytes with part-size %p have parts of %d bytes, %d of them', (bytes, asked, partSize, count) => {
  expect(partSizeOf(bytes, asked)).toBe(partSize);
  expect(partsOf(bytes, asked)).toHaveLength(count);
});
