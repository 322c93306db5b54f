import { describe, expect, test } from '@jest/globals';

import { emptyPages, presentPages } from '../../../src/preview/present.ts';

describe('the pages among names', () => {
  test('are index pages and whole previews, in any folder', () => {
    const pages = presentPages([
      '_links.html',
      'a/_links.html',
      'a/_preview.html',
      'a/_preview-worker.js',
      'a/b/_preview.html',
      'a/b/_preview-3.html',
      'c_links.html',
      'SHA256SUMS',
      '/_links.html',
    ]);
    expect([...pages]).toEqual([
      ['_links.html', ''],
      ['a/_links.html', 'a/'],
      ['/_links.html', '/'],
      ['a/_preview.html', 'a/'],
      ['a/_preview-worker.js', 'a/'],
    ]);
  });

  test('lead nowhere where no file is left below them', () => {
    const pages = presentPages([
      '_links.html',
      'a/_links.html',
      'a/b/_links.html',
      'c/_links.html',
      '/_links.html',
    ]);
    expect(emptyPages(pages, [])).toEqual([...pages.keys()]);
    expect(emptyPages(pages, ['top.txt'])).toEqual([
      'a/_links.html',
      'a/b/_links.html',
      'c/_links.html',
      '/_links.html',
    ]);
    expect(emptyPages(pages, ['a/b/x', 'a/b/y/z'])).toEqual(['c/_links.html', '/_links.html']);
    expect(emptyPages(pages, ['//x', 'cc/x'])).toEqual(['a/_links.html', 'a/b/_links.html', 'c/_links.html']);
  });
});
