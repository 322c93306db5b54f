import { describe, expect, test } from '@jest/globals';

import {
  type EarlierUpload,
  type UploadedFile,
  compareUploads,
  etagPrint,
  noPrint,
} from '../../../src/sync/uploadChanges.ts';

const before = (
  files: Readonly<Record<string, { size?: number; sha256?: string; print?: string }>>,
): EarlierUpload => ({
  commit: 'c0ffee1',
  files: new Map(Object.entries(files).map(([name, file]) => [name, { size: 1, ...file }])),
});

const file = (name: string, more: Partial<UploadedFile> = {}): UploadedFile => ({
  name,
  size: 1,
  comparison: undefined,
  ...more,
});

describe('the changes since the upload before', () => {
  test('are new, changed and gone files', () => {
    const changes = compareUploads(before({ same: { sha256: 'a' }, other: { sha256: 'a' }, gone: {} }), [
      file('same', { sha256: 'a' }),
      file('other', { sha256: 'b' }),
      file('new'),
    ]);
    expect(changes).toEqual({
      added: 1,
      changed: 1,
      gone: 1,
      commit: 'c0ffee1',
      files: new Map([
        ['other', 'changed'],
        ['new', 'new'],
      ]),
      goneNames: ['gone'],
    });
  });

  test.each([
    ['another size', { sha256: 'a' }, { size: 2, sha256: 'a' }, 1],
    ['the digest, not the comparison of ETags', { sha256: 'a' }, { comparison: 'different', sha256: 'a' }, 0],
    ['the comparison with the object', { sha256: 'a' }, { comparison: 'different' }, 1],
    ['the comparison with the object', {}, { comparison: 'same' }, 0],
    [
      'the comparison, not the digest of a page that is out of date',
      { sha256: 'a' },
      { comparison: 'same', sha256: 'b' },
      0,
    ],
    [
      'the digest, not the ETag of an encrypting storage',
      { sha256: 'a', print: 'x' },
      { sha256: 'a', print: 'y' },
      0,
    ],
    ['the ETag if a digest is unknown', { print: 'x' }, { sha256: 'a', print: 'y' }, 1],
    ['nothing', { sha256: 'a' }, { print: 'y' }, undefined],
  ] as const)('are decided by %s', (_, earlier, now, changed) => {
    expect(compareUploads(before({ a: earlier }), [file('a', now)]).changed).toBe(changed);
  });

  test('do not count changed files if one file cannot be compared', () => {
    const earlier = before({ a: {}, b: { sha256: 'b' } });
    const changes = compareUploads(earlier, [file('a'), file('b', { sha256: 'c' }), file('c')]);
    expect(changes).toMatchObject({ added: 1, changed: undefined, gone: 0 });
    expect([...changes.files]).toEqual([
      ['b', 'changed'],
      ['c', 'new'],
    ]);
  });
});

test('the print of an ETag has its first 24 bits', () => {
  expect(etagPrint('d41d8cd98f00b204e9800998ecf8427e')).toBe('1B2M');
  expect(etagPrint('d41d8cd98f00b204e9800998ecf8427e-3')).toBe('1B2M');
  expect([undefined, 'opaque', 'x-d41d8cd98f00'].map(etagPrint)).toEqual([undefined, undefined, undefined]);
  expect(noPrint).toBe('....');
});
