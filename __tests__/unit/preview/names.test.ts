import { describe, expect, test } from '@jest/globals';

import { presentPreview, previewNames } from '../../../src/preview/names.ts';

describe('names of a preview', () => {
  test('stand out from the names of the site', () => {
    expect(previewNames(new Set(['index.html']))).toEqual({
      entry: '_preview.html',
      worker: '_preview-worker.js',
    });
    expect(previewNames(new Set(['_preview-worker.js', '_preview-2.html']))).toEqual({
      entry: '_preview-3.html',
      worker: '_preview-3-worker.js',
    });
  });

  test.each([[[]], [['_preview.html']], [['_preview-worker.js', '_preview.html']]])(
    'are found again beside a site with %j',
    (names) => {
      const own = previewNames(new Set(names));
      expect(presentPreview(new Set([...names, own.entry, own.worker]))).toEqual(own);
    },
  );

  test('are not found where no preview is', () => {
    expect(presentPreview(new Set(['index.html', '_preview.html']))).toBeUndefined();
  });
});
