import { describe, expect, test } from '@jest/globals';

import { parseSiteFlags, formatSiteFlags } from '../../../src/preview/previewMetadata.ts';

describe('site flags', () => {
  test.each([
    { companion: true, history: false, frame: false },
    { companion: false, history: true, frame: false },
    { companion: true, history: true, frame: true },
  ])('are parsed as they were formatted: %j', (flags) => {
    expect(parseSiteFlags(formatSiteFlags(flags))).toEqual(flags);
  });

  test('of a preview without the word frame need no frame', () => {
    expect(parseSiteFlags('companion=true history=true')).toMatchObject({ frame: false });
  });

  test('are undefined for another text', () => {
    expect([parseSiteFlags(undefined), parseSiteFlags('companion')]).toEqual([undefined, undefined]);
  });
});
