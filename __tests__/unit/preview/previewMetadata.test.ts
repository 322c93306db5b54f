import { describe, expect, test } from '@jest/globals';

import { parseSiteFlags, formatSiteFlags } from '../../../src/preview/previewMetadata.ts';

describe('site flags', () => {
  test.each([
    { history: false, frame: false },
    { history: true, frame: false },
    { history: true, frame: true },
  ])('are parsed as they were formatted: %j', (flags) => {
    expect(parseSiteFlags(formatSiteFlags(flags))).toEqual(flags);
  });

  test('of a preview that an earlier version published are known', () => {
    expect(parseSiteFlags('companion=true history=true')).toEqual({ history: true, frame: false });
    expect(parseSiteFlags('companion=true history=true frame=true')).toEqual({ history: true, frame: true });
  });

  test('are undefined for another text', () => {
    expect([parseSiteFlags(undefined), parseSiteFlags('companion')]).toEqual([undefined, undefined]);
  });
});
