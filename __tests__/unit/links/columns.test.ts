import { hash } from 'node:crypto';

import { expect, test } from '@jest/globals';
import fc from 'fast-check';

import { MostlyAlike, PackedTexts } from '../../../src/links/columns.ts';

const text = fc.oneof(
  fc.string(),
  fc.string().map((seed) => hash('sha256', seed)),
  fc.string().map((seed) => hash('sha256', seed).toUpperCase()),
  fc.string().map((seed) => `${hash('sha256', seed)}0`),
  fc.string().map((seed) => `?${hash('sha256', seed)}`),
);

test('packed texts are the same texts, signatures or not', () => {
  fc.assert(
    fc.property(fc.array(text), (texts) => {
      const packed = new PackedTexts();
      for (const one of texts) packed.add(one);
      expect([...packed]).toEqual(texts);
      expect([...packed]).toEqual(texts);
    }),
  );
});

test('packed signatures take 32 bytes each', () => {
  const signatures = Array.from({ length: 10_240 }, (_, index) => hash('sha256', String(index)));
  const before = process.memoryUsage().arrayBuffers;
  const packed = new PackedTexts();
  for (const signature of signatures) packed.add(signature);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(34 * signatures.length);
  expect([...packed]).toEqual(signatures);
});

test('a column has its values, and says whether all of them are the usual one', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('', '', '', 'a')), (values) => {
      const column = new MostlyAlike('');
      for (const value of values) column.add(value);
      expect([...column]).toEqual(values);
      expect(column.areAlike()).toBe(values.every((value) => value === ''));
    }),
  );
});
