import { describe, expect, test } from '@jest/globals';

import { parseSiteFlags, formatSiteFlags } from '../../../src/preview/previewMetadata.ts';

describe('site flags', () => {
  test.each([
    { history: false, frame: false, fallback: false, isolated: false, base: '/' },
    { history: true, frame: false, fallback: true, isolated: false, base: '/my-project/' },
    { history: true, frame: true, fallback: false, isolated: true, base: '/a/%C3%A9/' },
  ])('are parsed as they were formatted: %j', (flags) => {
    expect(parseSiteFlags(formatSiteFlags(flags))).toEqual(flags);
  });

  test('of a preview that an earlier version published are known', () => {
    const others = { fallback: false, isolated: false, base: '/' };
    expect(parseSiteFlags('companion=true history=true')).toEqual({ ...others, history: true, frame: false });
    expect(parseSiteFlags('companion=true history=true frame=true')).toEqual({
      ...others,
      history: true,
      frame: true,
    });
  });

  test('are undefined for another text', () => {
    expect([parseSiteFlags(undefined), parseSiteFlags('companion')]).toEqual([undefined, undefined]);
  });
});
