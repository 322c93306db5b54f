import { describe, expect, test } from '@jest/globals';

import { planUpload, withGenerated } from '../../../src/sync/plan.ts';
import { keptKeys, staleKeys } from '../../../src/sync/staleObjects.ts';
import { localFile } from '../localFile.ts';

describe('stale keys', () => {
  const object = (key: string, lastModified: number) => ({ key, size: 1, etag: '', lastModified });

  test('an object as old as the start, or newer, is kept', () => {
    const remote = [object('d/old', 999), object('d/now', 1_000), object('d/new', 1_001)];
    expect(staleKeys('d/', new Set(), remote, 1_000)).toEqual(['d/old']);
  });

  test('an object without a date is kept', () => {
    expect(staleKeys('d/', new Set(), [object('d/x', Infinity)], 1_000)).toEqual([]);
  });

  test('neither objects outside the folder, nor the folder itself, nor kept objects are stale', () => {
    const remote = ['d', 'd/', 'd.txt', 'dd/x', 'e/d/x', 'd/kept', 'd/sub/', 'd/x'].map((key) =>
      object(key, 0),
    );
    expect(staleKeys('d/', new Set(['d/kept']), remote, 1)).toEqual(['d/sub/', 'd/x']);
  });
});

test('unchanged and generated objects of a plan are kept as well', () => {
  const plan = planUpload([localFile('a'), localFile('b')], '', 'd');
  const withSums = withGenerated({ ...plan, groups: [] }, localFile('SHA256SUMS'));
  expect([...keptKeys(withSums)].sort()).toEqual(['d/SHA256SUMS', 'd/a', 'd/b']);
});
