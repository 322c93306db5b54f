import { expect, test } from '@jest/globals';

import { readStoredSums } from '../../../src/commands/storedChecksums.ts';
import { ActionError } from '../../../src/errors/error.ts';
import {
  formatChecksums,
  listDigest,
  listDigestHeader,
  maxChecksumsBytes,
  parseChecksums,
} from '../../../src/files/checksums.ts';
import type { ObjectReader } from '../../../src/storage/objectReader.ts';

const [one, two] = ['11'.repeat(32), '22'.repeat(32)];
const { signal } = new AbortController();
const writtenAt = Date.UTC(2026, 10, 26, 12);

/**
 * Reads files SHA256SUMS with these contents.
 * @param size replaces the real size of each
 * @param replaced a file that was replaced after the upload
 * @param modified milliseconds from SHA256SUMS to each file
 */
async function read(
  contents: Readonly<Record<string, string>>,
  {
    size,
    replaced,
    modified,
  }: {
    readonly size?: number;
    readonly replaced?: string;
    readonly modified?: Readonly<Record<string, number>>;
  } = {},
) {
  const logged: string[] = [];
  const asked: string[] = [];
  const reader: ObjectReader = {
    read: ({ source, buffer, ifMatch }) => {
      asked.push(`${source} ${ifMatch}`);
      if (Buffer.isBuffer(buffer)) buffer.write(contents[source.slice('ci/d/'.length)] ?? '');
      return Promise.resolve({ modified: true, size: buffer.length, etag: '', headers: {} });
    },
    describe: (what) => new ActionError('storage-error', what),
  };
  const generated = new Map(
    Object.entries(contents).map(([name, text]) => [
      name,
      {
        size: size ?? Buffer.byteLength(text),
        etag: `etag of ${name}`,
        headers: {
          'last-modified': new Date(writtenAt).toUTCString(),
          [listDigestHeader]: listDigest(parseChecksums(text).sums, () => 'uploaded'),
        },
      },
    ]),
  );
  const log = { info: (text: string | readonly string[]) => void logged.push(String(text)) };
  const etagOf = (name: string) => (name === replaced ? 'replaced' : 'uploaded');
  const modifiedOf = modified && ((name: string) => writtenAt + (modified[name] ?? NaN));
  const sums = await readStoredSums(
    log,
    { generated, etagOf, ...(modifiedOf && { modifiedOf }) },
    { base: 'ci/d/', reader, signal },
  );
  return { of: (name: string) => sums.get(name), logged, asked };
}

test('each SHA256SUMS is about the files of its folder', async () => {
  const { of, asked, logged } = await read({
    SHA256SUMS: formatChecksums(
      new Map([
        ['a.txt', one],
        ['d/b\n.txt', two],
      ]),
    ),
    'linux/SHA256SUMS': formatChecksums(new Map([['a.txt', two]])),
    '_links.html': 'a page',
  });
  expect([of('a.txt'), of('d/b\n.txt'), of('linux/a.txt'), of('other')]).toEqual([one, two, two, undefined]);
  expect(asked).toEqual([
    'ci/d/SHA256SUMS etag of SHA256SUMS',
    'ci/d/linux/SHA256SUMS etag of linux/SHA256SUMS',
  ]);
  expect(logged).toEqual([]);
});

test('one is not used after a file was replaced, even within the same second', async () => {
  const contents = { SHA256SUMS: `${one}  a.txt\n${two}  b.txt\n`, 'd/SHA256SUMS': `${one}  c.txt\n` };
  const { of, logged } = await read(contents, { replaced: 'a.txt' });
  expect([of('a.txt'), of('b.txt'), of('d/c.txt')]).toEqual([undefined, undefined, one]);
  expect(logged).toEqual(['SHA256SUMS is out of date, so its digests are not used']);
});

test('of one that does not match, digests of older files are used if the times are known', async () => {
  const contents = { SHA256SUMS: `${one}  a.txt\n${two}  b.txt\n${one}  c.txt\n${two}  d.txt\n` };
  const modified = { 'a.txt': -1_000, 'b.txt': 0, 'c.txt': 1_000 };
  const { of, logged } = await read(contents, { replaced: 'c.txt', modified });
  expect(['a.txt', 'b.txt', 'c.txt', 'd.txt'].map(of)).toEqual([one, undefined, undefined, undefined]);
  expect(logged).toEqual([
    'SHA256SUMS does not match all of its files, so it is used only for files that are older than it',
  ]);
});

test('an empty one, one with unusable lines and one that is too large are no error', async () => {
  expect((await read({ SHA256SUMS: '' })).of('a.txt')).toBeUndefined();
  const broken = await read({ SHA256SUMS: `nonsense\n${one}  a.txt\n` });
  expect([broken.of('a.txt'), broken.logged]).toEqual([
    one,
    ['SHA256SUMS has unusable lines: line 1 is not a SHA-256 digest and a name'],
  ]);
  const large = await read({ SHA256SUMS: `${one}  a.txt\n` }, { size: maxChecksumsBytes + 1 });
  expect([large.of('a.txt'), large.asked, large.logged]).toEqual([
    undefined,
    [],
    ['SHA256SUMS is not used, because it is too large'],
  ]);
});
