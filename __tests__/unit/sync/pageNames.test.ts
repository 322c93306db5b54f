import { describe, expect, test } from '@jest/globals';

import { pagesWithoutFiles, detectPages } from '../../../src/sync/pageNames.ts';

describe('names that generated pages may have', () => {
  test('are those of index pages and previews, in any folder', () => {
    const pages = detectPages([
      '_links.html',
      'a/_links-2.html',
      'a/_preview.html',
      'a/_preview-worker.js',
      'a/b/_preview-3.html',
      'a/b/_preview-3-worker.js',
      'a/_links-12.html',
      'a/_preview-10.html',
      'a/_preview-10-worker.js',
      'c_links.html',
      '_c_links.html',
      '_links.html.txt',
      '_linkss.html',
      '_preview-worker-2.js',
      'SHA256SUMS',
      '/_links.html',
    ]);
    expect([...pages]).toEqual([
      ['_links.html', ''],
      ['a/_links-2.html', 'a/'],
      ['a/_preview.html', 'a/'],
      ['a/_preview-worker.js', 'a/'],
      ['a/b/_preview-3.html', 'a/b/'],
      ['a/b/_preview-3-worker.js', 'a/b/'],
      ['a/_links-12.html', 'a/'],
      ['a/_preview-10.html', 'a/'],
      ['a/_preview-10-worker.js', 'a/'],
      ['/_links.html', '/'],
    ]);
  });

  test('have no files if none is in their folder or below it', () => {
    const pages = ['_links.html', 'a/_links.html', 'a/b/SHA256SUMS', 'c/_links.html', '/_links.html'];
    expect(pagesWithoutFiles(pages, [])).toEqual(pages);
    expect(pagesWithoutFiles(pages, ['top.txt'])).toEqual(pages.slice(1));
    expect(pagesWithoutFiles(pages, ['a/b/x', 'a/b/y/z'])).toEqual(['c/_links.html', '/_links.html']);
    expect(pagesWithoutFiles(pages, ['//x', 'cc/x'])).toEqual([
      'a/_links.html',
      'a/b/SHA256SUMS',
      'c/_links.html',
    ]);
  });
});
