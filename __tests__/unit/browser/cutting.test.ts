import { describe, expect, test } from '@jest/globals';

import { cutOf } from '../../../browser/index/cutting.ts';

/** The two parts of a name. */
const parts = (name: string) => [name.slice(0, cutOf(name)), name.slice(cutOf(name) ?? name.length)];

describe('long names in the list', () => {
  test.each([
    ['a short name.txt', ['a short name.txt', '']],
    ['S2A_MSIL2A_20261123_T31TCJ_B02.tif', ['S2A_MSIL2A_20261123_', 'T31TCJ_B02.tif']],
    // A character of two code units, and a mark that belongs to the letter before it.
    ['😀'.repeat(30), ['😀'.repeat(16), '😀'.repeat(14)]],
    [`${'a'.repeat(20)}e\u0301${'b'.repeat(13)}`, ['a'.repeat(20), `e\u0301${'b'.repeat(13)}`]],
    [`תקציר ${'שנתי '.repeat(8)}.pdf`, [`תקציר ${'שנתי '.repeat(8)}.pdf`, '']],
  ])('%j', (name, expected) => {
    expect(parts(name)).toEqual(expected);
  });
});
