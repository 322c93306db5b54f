import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { trimEndSlashes, trimSlashes } from '../../../src/text/slashes.ts';

const text = fc.string({ unit: fc.constantFrom('/', 'a', '.', '\n') });

test('slashes at the ends of a text are removed, others are kept', () => {
  fc.assert(
    fc.property(text, (given) => {
      expect(trimSlashes(given)).toBe(given.replace(/^\/+|\/+$/g, ''));
      expect(trimEndSlashes(given)).toBe(given.replace(/\/+$/, ''));
    }),
  );
});

test('a text with very many slashes takes linear time', () => {
  const slashes = '/'.repeat(1_000_000);
  expect(trimSlashes(`${slashes}a${slashes}b${slashes}`)).toBe(`a${slashes}b`);
  expect(trimSlashes(slashes)).toBe('');
});
