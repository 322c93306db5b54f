import { randomBytes } from 'node:crypto';

import { expect, test } from '@jest/globals';

import { bytesOfText, textOfBytes } from '../../../browser/index/viewers/base91.ts';

test('base 91 keeps bytes of any length, in characters that need no escapes', () => {
  for (const length of [...Array(30).keys(), 5_000]) {
    for (const bytes of [randomBytes(length), Buffer.alloc(length), Buffer.alloc(length, 255)]) {
      const text = textOfBytes(bytes);
      expect([text, Buffer.from(bytesOfText(text))]).toEqual([
        expect.stringMatching(/^[ !#-;=-[\]-z|}~]*$/),
        bytes,
      ]);
      expect(text.length).toBeLessThanOrEqual(Math.ceil((length * 8) / 13) * 2);
    }
  }
});
