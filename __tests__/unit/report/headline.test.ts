import { expect, test } from '@jest/globals';

import { headline } from '../../../src/report/headline.ts';

test.each([
  [{ uploaded: 0, unchanged: 0, deleted: 0 }, 'Uploaded 0 files', 'Would upload 0 files'],
  [{ uploaded: 1, unchanged: 0, deleted: 0 }, 'Uploaded 1 file', 'Would upload 1 file'],
  [
    { uploaded: 3, unchanged: 1, deleted: 1 },
    'Uploaded 3 files, 1 file unchanged, 1 stale object deleted',
    'Would upload 3 files, 1 file unchanged, 1 stale object to delete',
  ],
  [
    { uploaded: 0, unchanged: 12_000, deleted: 2 },
    'Uploaded 0 files, 12,000 files unchanged, 2 stale objects deleted',
    'Would upload 0 files, 12,000 files unchanged, 2 stale objects to delete',
  ],
])('%j in words', (changes, did, would) => {
  expect(headline(changes, false)).toBe(did);
  expect(headline(changes, true)).toBe(would);
});
