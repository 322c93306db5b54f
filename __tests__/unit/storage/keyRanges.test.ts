import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { isBefore } from '../../../src/storage/listingPage.ts';
import type { RemoteObject } from '../../../src/sync/remoteObject.ts';
import { rangeBounds, within } from '../../../src/storage/keyRanges.ts';

const numbered = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `k/${String(from + index).padStart(6, '0')}`);

const object = (key: string): RemoteObject => ({ key, size: 1, etag: 'e', lastModified: 0 });

describe('bounds of ranges', () => {
  test('divide the keys after the last known one into four ranges of similar length', () => {
    const keys = numbered(40_000);
    const bounds = rangeBounds(keys, 'k/000999');
    expect(bounds[0]).toBe('k/000999');
    expect(bounds).toHaveLength(4);
    const places = [...bounds.map((key) => keys.indexOf(key)), keys.length];
    const lengths = places.slice(1).map((place, index) => place - (places[index] ?? 0));
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThan(4_000);
  });

  test.each([
    ['if one page contains the rest', numbered(1_900), 'k/000999'],
    ['if no more keys are expected', numbered(5_000), 'k/004999'],
    ['if no keys are expected', [], 'k/000999'],
    ['if all expected keys come before the last known one', numbered(5_000), 'l'],
  ])('do not exist %s', (_, keys, last) => {
    expect(rangeBounds(keys, last)).toEqual([]);
  });

  test('ascend in the order of a listing, for keys in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 4 })), (some) => {
        const keys = some
          .flatMap((key) => Array.from({ length: 500 }, (_, index) => `${key}${index}`))
          .sort();
        const bounds = rangeBounds(keys, '');
        for (const [index, bound] of bounds.entries())
          if (index > 0) expect(isBefore(bounds[index - 1] ?? '', bound)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

test('keys are compared by their bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
      expect(isBefore(a, b)).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0);
    }),
    {
      numRuns: 2_000,
      examples: [
        ['\uff21', '\u{1f600}'],
        ['\u{1f600}', '\uff21'],
      ],
    },
  );
});

describe('the objects of a page in a range', () => {
  const page = ['b', 'c', 'd'].map(object);

  test('end with the last key of the range', () => {
    const keys = (until: string | undefined) => within({ after: 'a', until }, page).map(({ key }) => key);
    expect(keys(undefined)).toEqual(['b', 'c', 'd']);
    expect(keys('d')).toEqual(['b', 'c', 'd']);
    expect(keys('c')).toEqual(['b', 'c']);
    expect(keys('bb')).toEqual(['b']);
    expect(keys('aa')).toEqual([]);
  });
});
