import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { collisions, foldersOf } from '../../../src/sync/collisions.ts';
import { planUpload } from '../../../src/sync/plan.ts';
import { localFile } from '../localFile.ts';

const segment = fc.constantFrom('a', 'b', 'index.html', 'SHA256', 'd');
const name = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('/'));
const names = fc
  .uniqueArray(name, { maxLength: 8 })
  .map((all) => all.filter((one) => !all.some((other) => other.startsWith(`${one}/`))));
const keys = fc.uniqueArray(
  fc.oneof(
    { arbitrary: name.map((one) => `p/d/${one}`), weight: 3 },
    fc.constantFrom('p/d', 'p/d/', 'p/d.txt', 'p/dd/x', 'p/D/a', 'p/', 'q/d/a', 'd/a'),
  ),
  { maxLength: 16 },
);

describe('collisions', () => {
  const found = (local: readonly string[], remote: readonly string[]) => {
    const files = local.map((name) => localFile(name));
    const plan = planUpload(files, 'p/', 'd');
    return collisions(plan, new Set(remote), foldersOf(plan.puts.map(({ key }) => key)));
  };

  test('are objects in place of a folder of the upload, below the destination and above it', () => {
    expect(found(['a/b/c', 'a/b/d'], ['p/d/a/b', 'p/d/a/bb'])).toEqual([
      "'p/d/a/b' is an object, and the upload needs a folder there",
    ]);
    expect(found(['x'], ['p'])).toEqual(["'p' is an object, and the upload needs a folder there"]);
    expect(found(['x'], ['p/d'])).toEqual(["'p/d' is an object, and the upload needs a folder there"]);
  });

  test('are files in place of a folder of the storage, also of a folder marker', () => {
    expect(found(['a'], ['p/d/a/b/c'])).toEqual([
      "'p/d/a' is a folder in the workspace, and a file of the upload",
    ]);
    expect(found(['a'], ['p/d/a/'])).toEqual([
      "'p/d/a' is a folder in the workspace, and a file of the upload",
    ]);
  });

  test('are not objects with the same beginning', () => {
    expect(found(['a', 'b/c'], ['p/d/a', 'p/d/ab/c', 'p/d/b.txt', 'p/d/bb', 'p/dd'])).toEqual([]);
  });

  test('are exactly those of which one key is a folder of the other', () => {
    fc.assert(
      fc.property(names, keys, (local, remote) => {
        const collides = local
          .map((one) => `p/d/${one}`)
          .some((key) => remote.some((other) => key.startsWith(`${other}/`) || other.startsWith(`${key}/`)));
        expect(found(local, remote).length > 0).toBe(collides);
      }),
    );
  });

  test('with a line break in a name are reported in one line', () => {
    expect(found(['a\nb/c'], ['p/d/a\nb'])).toEqual([
      "'p/d/a\\u000ab' is an object, and the upload needs a folder there",
    ]);
  });
});

test('the folders above keys are listed once each', () => {
  const folders = (...keys: string[]) => [...foldersOf(keys)].sort();
  expect(folders('a/b/c', 'a/b/d', 'a/e/f/g', 'x')).toEqual(['a', 'a/b', 'a/e', 'a/e/f']);
  expect(folders('a/b/')).toEqual(['a', 'a/b']);
  expect(folders('a', '', '/a')).toEqual([]);
});
