import { describe, expect, test } from '@jest/globals';

import { detectPreview, previewNames } from '../../../src/preview/previewNames.ts';

describe('the names of a preview', () => {
  test('have a number from 2', () => {
    expect([previewNames(1), previewNames(3)]).toEqual([
      { entry: '_preview.html', worker: '_preview-worker.js' },
      { entry: '_preview-3.html', worker: '_preview-3-worker.js' },
    ]);
  });

  test.each([1, 2, 17])('are detected among generated objects: number %d', (number) => {
    const own = previewNames(number);
    expect(detectPreview(new Set(['_links.html', own.worker, own.entry]))).toEqual(own);
  });

  test('are those with the highest number if there are several', () => {
    const names = [1, 2, 10].flatMap((number) => Object.values(previewNames(number)) as string[]);
    expect(detectPreview(new Set(names))).toEqual(previewNames(10));
    expect(detectPreview(new Set([...names, '_preview-11.html']))).toEqual(previewNames(10));
  });

  test('are undefined if there is no preview', () => {
    expect(detectPreview(new Set(['index.html', '_preview.html', 'a/_preview-worker.js']))).toBeUndefined();
  });
});
