import { hash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';

import { describe, expect, test } from '@jest/globals';

import { linkReader } from '../../../src/storage/linkReader.ts';
import type { ObjectReader } from '../../../src/storage/objectReader.ts';
import { sessionReader } from '../../../src/storage/sessionReader.ts';
import type { Get } from '../../../src/sync/downloads.ts';
import type { Overwrite } from '../../../src/sync/diff.ts';
import { createBufferPool } from '../../../src/transfer/bufferPool.ts';
import { planDownload } from '../../../src/transfer/downloadPlan.ts';
import { type DownloadOptions, type DownloadResult, download } from '../../../src/transfer/downloads.ts';
import { type TemporaryFolder, temporaryFolder } from '../folders.ts';
import { transport } from '../servers.ts';
import { errorXml, keyAsked } from '../storage/localBucket.ts';
import {
  type ObjectStore,
  type StoredObject,
  contentOf,
  flipped,
  getsOf,
  objectOf,
  objectStore,
} from './objectStore.ts';

const KiB = 1024;
const MiB = 1024 * KiB;
const partSize = MiB;
/** Two whole parts and a short one. */
const largeSize = 2 * MiB + 50 * KiB;
const lastRange = `bytes=${2 * MiB}-${largeSize - 1}`;

interface Run extends DownloadResult {
  readonly progress: { files: number; bytes: number };
}

interface RunOptions extends Partial<DownloadOptions> {
  readonly reader?: ObjectReader;
  readonly gets?: readonly Get[];
  readonly overwrite?: Overwrite;
}

async function fetchAll(
  store: ObjectStore,
  folder: TemporaryFolder,
  {
    reader = sessionReader(store.client),
    gets = getsOf(store),
    overwrite = 'changed',
    ...options
  }: RunOptions = {},
): Promise<Run> {
  const signal = new AbortController().signal;
  const plan = await planDownload(gets, { folder: folder.path, overwrite, signal, partSize });
  const progress = { files: 0, bytes: 0 };
  const result = await download(plan, reader, {
    concurrency: 4,
    bufferPool: createBufferPool(4 * MiB),
    verify: true,
    signal,
    gracePeriods: { failed: 2_000, cancelled: 0 },
    onProgress: ({ files, bytes }) => {
      progress.files += files;
      progress.bytes += bytes;
    },
    ...options,
  });
  return { ...result, progress };
}

/** Everything in a folder, hidden files too. */
function namesIn(folder: TemporaryFolder): string[] {
  return readdirSync(folder.path, { recursive: true, encoding: 'utf8' }).sort();
}

function codesOf({ failures }: DownloadResult): string[] {
  return failures.map(({ error }) => error.code);
}

function linksOf(store: ObjectStore): Get[] {
  return getsOf(store).map((get) => ({
    ...get,
    etag: undefined,
    source: `http://127.0.0.1:${store.server.port}/bucket/${get.source}?X-Amz-Signature=s3cr3t`,
  }));
}

test('files arrive whole, with their attributes, and each request names the version of its object', async () => {
  using folder = temporaryFolder();
  await using store = await objectStore();
  const attributes = { 'x-amz-meta-mtime': '1700000000.25', 'x-amz-meta-mode': '104755' };
  store.objects
    .set('p/empty', objectOf(contentOf(0)))
    .set('p/sub/run.sh', objectOf(contentOf(10), { headers: attributes }))
    .set('p/sub/deep/medium', objectOf(contentOf(300 * KiB), { headers: attributes }))
    .set('p/large', objectOf(contentOf(largeSize), { partSize, headers: attributes }));
  const run = await fetchAll(store, folder);
  expect(run.failures).toEqual([]);
  expect(run).toMatchObject({ missing: [], verifiedBySize: [], resumable: [], resumedBytes: 0 });
  expect(run.progress).toEqual({ files: 4, bytes: largeSize + 300 * KiB + 10 });
  expect(namesIn(folder)).toEqual(
    ['empty', 'large', 'sub', 'sub/deep', 'sub/deep/medium', 'sub/run.sh'].map((name) =>
      folder.at(name).slice(folder.path.length + 1),
    ),
  );
  for (const [key, { content }] of store.objects)
    expect(readFileSync(folder.at(key.slice(2))).equals(content)).toBe(true);
  for (const name of ['sub/run.sh', 'sub/deep/medium', 'large']) {
    const { mode, mtimeMs } = statSync(folder.at(name));
    expect(mtimeMs).toBe(1_700_000_000_250);
    if (process.platform !== 'win32') expect((mode & 0o777).toString(8)).toBe('755');
  }
  expect(statSync(folder.at('empty')).mode & 0o111).toBe(0);
  for (const asked of store.gets()) {
    expect(asked.headers['if-match']).toBe(`"${store.objects.get(keyAsked(asked))?.etag}"`);
    expect(asked.headers['accept-encoding']).toBe('identity');
  }
  const ranges = store.gets().flatMap(({ headers }) => headers.range ?? []);
  expect(ranges.sort()).toEqual([`bytes=0-${MiB - 1}`, `bytes=${MiB}-${2 * MiB - 1}`, lastRange]);
});

test('threads receive the parts of a large file over their own connections', async () => {
  using folder = temporaryFolder();
  await using store = await objectStore();
  await using own = transport({ connections: 1 });
  store.objects.set('p/large', objectOf(contentOf(largeSize), { partSize }));
  const { etag } = store.objects.get('p/large') ?? {};
  const gets = linksOf(store).map((get) => ({ ...get, etag }));
  const run = await fetchAll(store, folder, { reader: linkReader(own), gets });
  expect(run).toMatchObject({ failures: [], missing: [] });
  expect(readFileSync(folder.at('large')).equals(contentOf(largeSize))).toBe(true);
  expect(store.gets()).toHaveLength(3);
  expect(store.server.connections()).toBeGreaterThan(1);
});

test('a stored encoding is not decoded', async () => {
  using folder = temporaryFolder();
  await using store = await objectStore();
  store.objects.set('p/a.gz', objectOf(contentOf(100), { headers: { 'content-encoding': 'gzip' } }));
  await fetchAll(store, folder);
  expect(readFileSync(folder.at('a.gz')).equals(contentOf(100))).toBe(true);
});

test('answers that are cut at 60 %, or broken, are requested again', async () => {
  using folder = temporaryFolder();
  const seen = new Map<string, number>();
  await using store = await objectStore((asked, answer) => {
    const request = `${asked.path} ${asked.headers.range ?? ''}`;
    const count = (seen.get(request) ?? 0) + 1;
    seen.set(request, count);
    const body = Buffer.isBuffer(answer.body) ? answer.body : Buffer.alloc(0);
    if (count === 1) return { ...answer, cutAfter: Math.floor(body.length * 0.6) };
    return count === 2 ? { status: 503, body: errorXml('SlowDown') } : answer;
  });
  store.objects
    .set('p/a', objectOf(contentOf(1000)))
    .set('p/large', objectOf(contentOf(largeSize), { partSize }));
  const run = await fetchAll(store, folder);
  expect(run.failures).toEqual([]);
  expect(readFileSync(folder.at('a')).equals(contentOf(1000))).toBe(true);
  expect(readFileSync(folder.at('large')).equals(contentOf(largeSize))).toBe(true);
  expect(run.progress.bytes).toBe(largeSize + 1000);
});

test('a part that gets an error is retried, and not requested at once by another client', async () => {
  using folder = temporaryFolder();
  const error = errorXml('SlowDown');
  const headers = { 'content-length': String(Buffer.byteLength(error)) };
  let [refusals, retries] = [0, 0];
  await using store = await objectStore(
    (asked, answer) => {
      if (asked.headers.range !== lastRange || refusals > 0) return answer;
      refusals += 1;
      return { status: 503, headers, body: error };
    },
    { onRetry: () => (retries += 1) },
  );
  store.objects.set('p/large', objectOf(contentOf(largeSize), { partSize }));
  expect((await fetchAll(store, folder)).failures).toEqual([]);
  const requests = store.gets().filter(({ headers: { range } }) => range === lastRange);
  expect([requests.length, retries]).toEqual([2, 1]);
});

describe('a flipped byte', () => {
  test.each([
    ['in a small file', 1000],
    ['in a file that threads verify', 300 * KiB],
  ])('%s: the file is requested once more', async (_, size) => {
    using folder = temporaryFolder();
    await using store = await objectStore((_asked, answer, count) =>
      count === 1 ? flipped(answer) : answer,
    );
    store.objects.set('p/a', objectOf(contentOf(size)));
    const run = await fetchAll(store, folder);
    expect(codesOf(run)).toEqual([]);
    expect(readFileSync(folder.at('a')).equals(contentOf(size))).toBe(true);
    expect(namesIn(folder)).toEqual(['a']);
  });

  test.each([
    ['a small file', 1000],
    ['a file that threads verify', 300 * KiB],
    ['a large file', largeSize],
  ])('in every answer for %s: an error, and an existing file stays', async (_, size) => {
    using folder = temporaryFolder();
    await using store = await objectStore((_asked, answer) => flipped(answer));
    store.objects.set('p/a', objectOf(contentOf(size)));
    writeFileSync(folder.at('a'), 'old');
    const run = await fetchAll(store, folder);
    expect(codesOf(run)).toEqual(['content-mismatch']);
    expect(run.missing.map(({ name }) => name)).toEqual(['a']);
    expect(namesIn(folder)).toEqual(['a']);
    expect(readFileSync(folder.at('a'), 'utf8')).toBe('old');
  });

  test('in a file with a SHA-256 is found, although the ETag is no digest', async () => {
    using folder = temporaryFolder();
    await using store = await objectStore((_asked, answer) => flipped(answer));
    store.objects.set('p/a', { ...objectOf(contentOf(10)), etag: 'opaque' });
    const gets = getsOf(store).map((get) => ({ ...get, sha256: hash('sha256', contentOf(10)) }));
    expect(codesOf(await fetchAll(store, folder, { gets }))).toEqual(['content-mismatch']);
  });
});

test.each([
  ['small', 1000],
  ['large', largeSize],
])(
  'an object that was replaced since the listing: an error, and nothing under its name (%s)',
  async (_, size) => {
    using folder = temporaryFolder();
    await using store = await objectStore((asked, answer) => {
      // In the large file, the second part finds another object.
      if (size === 1000 || asked.headers.range?.startsWith(`bytes=${MiB}-`))
        store.objects.set('p/a', objectOf(contentOf(size, 2)));
      return size === 1000 ? { status: 412, body: errorXml('PreconditionFailed') } : answer;
    });
    store.objects.set('p/a', objectOf(contentOf(size)));
    const run = await fetchAll(store, folder, { concurrency: 1 });
    expect(codesOf(run)).toEqual(['object-changed']);
    expect(run.failures[0]?.error.message).toBe(
      'a could not be downloaded: it was replaced in the workspace during the download',
    );
    expect(run.resumable).toEqual([]);
    expect(namesIn(folder)).toEqual([]);
  },
);

describe('after a cut', () => {
  /** Downloads the first two parts of three, then fails. */
  async function interrupted(folder: TemporaryFolder, options: RunOptions = {}) {
    let isBroken = true;
    const store = await objectStore((asked, answer) =>
      isBroken && asked.headers.range === lastRange
        ? { status: 403, body: errorXml('AccessDenied') }
        : answer,
    );
    store.objects.set('p/large', objectOf(contentOf(largeSize), { partSize }));
    const first = await fetchAll(store, folder, { ...options, concurrency: 1 });
    expect(codesOf(first)).toEqual(['storage-denied']);
    expect(first.resumable.map(({ name }) => name)).toEqual(['large']);
    expect(existsSync(folder.at('large'))).toBe(false);
    isBroken = false;
    store.server.asked.length = 0;
    return store;
  }

  test('the parts that are there are kept', async () => {
    using folder = temporaryFolder();
    await using store = await interrupted(folder);
    const run = await fetchAll(store, folder);
    expect(run.failures).toEqual([]);
    expect(run.resumedBytes).toBe(2 * MiB);
    expect(run.progress).toEqual({ files: 1, bytes: largeSize });
    expect(store.gets().map(({ headers }) => headers.range)).toEqual([lastRange]);
    expect(readFileSync(folder.at('large')).equals(contentOf(largeSize))).toBe(true);
    expect(namesIn(folder)).toEqual(['large']);
  });

  test.each([
    ['MD5, which makes the ETag', true, 'md5'],
    ['CRC-32, which is faster, without verification', false, 'crc32'],
  ])('the journal has their %s', async (_, verify, algorithm) => {
    using folder = temporaryFolder();
    await using store = await interrupted(folder, { verify });
    expect(store.gets()).toEqual([]);
    const [journal = ''] = namesIn(folder).filter((name) => name.endsWith('.parts'));
    expect(readFileSync(folder.at(journal), 'utf8').split(' ')[0]).toBe(algorithm);
  });

  test('a part that was damaged on the disk is received again', async () => {
    using folder = temporaryFolder();
    await using store = await interrupted(folder);
    const [part = ''] = namesIn(folder).filter((name) => name.endsWith('.part'));
    const damaged = readFileSync(folder.at(part));
    damaged[5] = (damaged[5] ?? 0) ^ 1;
    writeFileSync(folder.at(part), damaged);
    const run = await fetchAll(store, folder);
    expect(run.failures).toEqual([]);
    expect(run.resumedBytes).toBe(MiB);
    expect(readFileSync(folder.at('large')).equals(contentOf(largeSize))).toBe(true);
  });

  test('the parts of an object that was replaced are removed', async () => {
    using folder = temporaryFolder();
    await using store = await interrupted(folder);
    store.objects.set('p/large', objectOf(contentOf(largeSize, 2), { partSize }));
    const run = await fetchAll(store, folder);
    expect(run.failures).toEqual([]);
    expect(run.resumedBytes).toBe(0);
    expect(readFileSync(folder.at('large')).equals(contentOf(largeSize, 2))).toBe(true);
    expect(namesIn(folder)).toEqual(['large']);
  });

  test('a link that took the place of the part file is not followed', async () => {
    using folder = temporaryFolder();
    using outside = temporaryFolder();
    await using store = await interrupted(folder);
    const [part = ''] = namesIn(folder).filter((name) => name.endsWith('.part'));
    const { rmSync } = await import('node:fs');
    rmSync(folder.at(part));
    writeFileSync(outside.at('other'), '');
    folder.link(part, outside.at('other'));
    const run = await fetchAll(store, folder);
    expect(run.failures).toEqual([]);
    expect(statSync(outside.at('other')).size).toBe(0);
  });
});

describe('the CRC-32 of the parts', () => {
  const content = contentOf(largeSize);
  const parts = [0, MiB, 2 * MiB].map((from) => crc32(content.subarray(from, from + MiB)));
  const joined = Buffer.alloc(12);
  parts.forEach((sum, index) => joined.writeUInt32BE(sum, 4 * index));
  const whole = Buffer.alloc(4);
  whole.writeUInt32BE(crc32(joined));
  const stored = `${whole.toString('base64')}-3`;
  const otherEtag = `${'0'.repeat(32)}-3`;

  const fetchLarge = async (object: Partial<StoredObject>, damaged = false) => {
    using folder = temporaryFolder();
    await using store = await objectStore((asked, answer) =>
      damaged && asked.headers.range === lastRange ? flipped(answer) : answer,
    );
    store.objects.set('p/large', { ...objectOf(content, { partSize }), ...object });
    const run = await fetchAll(store, folder);
    return [codesOf(run), namesIn(folder), run.verifiedBySize.length];
  };

  test('is compared if the storage has it, instead of the MD5', async () => {
    expect(await fetchLarge({ crc32: stored, etag: otherEtag })).toEqual([[], ['large'], 0]);
  });

  test('shows a flipped byte', async () => {
    expect(await fetchLarge({ crc32: stored }, true)).toEqual([['content-mismatch'], [], 0]);
  });

  test.each(['AAAAAA==-3', `${stored.slice(0, -1)}2`, 'AAAAAA=='])(
    'is not enough to refuse a file with the right MD5: %s',
    async (crc32) => {
      expect(await fetchLarge({ crc32 })).toEqual([[], ['large'], 0]);
    },
  );
});

test('a cancelled download keeps the parts of large files, and no other', async () => {
  using folder = temporaryFolder();
  const stop = new AbortController();
  let answered = 0;
  await using store = await objectStore(async (asked, answer) => {
    if (asked.method === 'HEAD' || asked.headers.range?.startsWith('bytes=0-')) return answer;
    answered += 1;
    // One part of each file has arrived: the others never do.
    if (answered === 1) stop.abort();
    await new Promise(() => undefined);
    return answer;
  });
  store.objects
    .set('p/large', objectOf(contentOf(largeSize), { partSize }))
    .set('p/z', objectOf(contentOf(1000)));
  const started = performance.now();
  const run = await fetchAll(store, folder, { concurrency: 1, signal: stop.signal });
  expect(performance.now() - started).toBeLessThan(60_000);
  expect(run).toMatchObject({ failures: [], downloaded: [] });
  expect(run.resumable.map(({ name }) => name)).toEqual(['large']);
  expect(namesIn(folder).map((name) => name.replace(/[0-9a-f]{16}/, 'ID'))).toEqual([
    '.large.ID.part',
    '.large.ID.parts',
  ]);
});

describe('existing files', () => {
  test('are left alone if they have the same content', async () => {
    using folder = temporaryFolder();
    await using store = await objectStore();
    const other = objectOf(contentOf(largeSize), { partSize: 2 * MiB });
    store.objects
      .set('p/a', objectOf(contentOf(1000)))
      .set('p/b', objectOf(contentOf(1000, 2)))
      .set('p/other', other)
      .set('p/large', objectOf(contentOf(largeSize), { partSize }));
    for (const [name, size] of [
      ['a', 1000],
      ['b', 1000],
      ['other', largeSize],
      ['large', largeSize],
    ] as const)
      writeFileSync(folder.at(name), contentOf(size));
    const run = await fetchAll(store, folder);
    expect(run.unchanged.map(({ name }) => name).sort()).toEqual(['a', 'large', 'other']);
    expect(run.downloaded.map(({ name }) => name)).toEqual(['b']);
    expect(store.gets()).toHaveLength(1);
    expect((await fetchAll(store, folder, { overwrite: 'always' })).downloaded).toHaveLength(4);
  });

  test.each([1000, largeSize])(
    'of links without digests are compared by the storage (%s bytes)',
    async (size) => {
      using folder = temporaryFolder();
      await using store = await objectStore();
      await using over = transport();
      store.objects.set('p/a', objectOf(contentOf(size)));
      const options = { reader: linkReader(over), gets: linksOf(store) };
      writeFileSync(folder.at('a'), contentOf(size));
      const run = await fetchAll(store, folder, options);
      expect(run).toMatchObject({
        failures: [],
        missing: [],
        downloaded: [],
        progress: { files: 1, bytes: size },
      });
      expect(run.unchanged).toHaveLength(1);
      writeFileSync(folder.at('a'), contentOf(size, 2));
      expect(codesOf(await fetchAll(store, folder, { ...options, overwrite: 'never' }))).toEqual([
        'file-exists',
      ]);
      expect((await fetchAll(store, folder, options)).downloaded).toHaveLength(1);
      expect(readFileSync(folder.at('a')).equals(contentOf(size))).toBe(true);
    },
  );
});

describe('the content of other clients', () => {
  test.each([
    ['stated by the storage', 700_003, true],
    ['guessed', 2 * MiB, false],
  ])('has parts of another size: %s', async (_, otherSize, bySession) => {
    using folder = temporaryFolder();
    await using store = await objectStore();
    await using over = transport();
    store.objects.set('p/large', objectOf(contentOf(largeSize), { partSize: otherSize }));
    const links = { reader: linkReader(over), gets: linksOf(store) };
    const run = await fetchAll(store, folder, bySession ? {} : links);
    expect(run).toMatchObject({ failures: [], verifiedBySize: [] });
    expect(run.downloaded).toHaveLength(1);
  });

  test('is encrypted: only the size is verified, and counted as that', async () => {
    using folder = temporaryFolder();
    await using store = await objectStore();
    const headers = { 'x-amz-server-side-encryption': 'aws:kms' };
    store.objects
      .set('p/small', { ...objectOf(contentOf(10), { headers }), etag: '0'.repeat(32) })
      .set('p/large', { ...objectOf(contentOf(largeSize), { headers }), etag: `${'0'.repeat(32)}-3` });
    const run = await fetchAll(store, folder);
    expect(run.failures).toEqual([]);
    expect(run.verifiedBySize).toHaveLength(2);
  });
});

test('a link that does not work any more is an error without the link', async () => {
  using folder = temporaryFolder();
  await using store = await objectStore(() => ({
    status: 403,
    body: errorXml('AccessDenied', 'Request has expired'),
  }));
  await using over = transport();
  store.objects.set('p/a', objectOf(contentOf(10)));
  const run = await fetchAll(store, folder, { reader: linkReader(over), gets: linksOf(store) });
  expect(codesOf(run)).toEqual(['storage-denied']);
  expect(
    JSON.stringify(run.failures.map(({ error }) => [error.message, error.hint, error.details])),
  ).not.toContain('s3cr3t');
  expect(store.gets()).toHaveLength(1);
  expect(store.gets()[0]?.headers.authorization).toBeUndefined();
});

test('a redirect of a link is not followed', async () => {
  using folder = temporaryFolder();
  await using other = await objectStore();
  await using store = await objectStore(() => ({
    status: 302,
    headers: { location: `http://127.0.0.1:${other.server.port}/bucket/p/a` },
  }));
  await using over = transport();
  for (const one of [store, other]) one.objects.set('p/a', objectOf(contentOf(10)));
  const run = await fetchAll(store, folder, { reader: linkReader(over), gets: linksOf(store) });
  expect(codesOf(run)).toEqual(['storage-intercepted']);
  expect(other.server.asked).toEqual([]);
});

test('the page of a portal is not written', async () => {
  using folder = temporaryFolder();
  await using store = await objectStore(() => ({ body: '<html><title>Sign in</title></html>' }));
  store.objects.set('p/a', objectOf(contentOf(10)));
  expect(codesOf(await fetchAll(store, folder))).toEqual(['storage-intercepted']);
  expect(namesIn(folder)).toEqual([]);
});

test('a body that is longer than the object is an error', async () => {
  using folder = temporaryFolder();
  await using store = await objectStore((_, answer) => ({ ...answer, body: contentOf(20) }));
  store.objects.set('p/a', objectOf(contentOf(10)));
  expect(codesOf(await fetchAll(store, folder))).toEqual(['unusable-answer']);
});

test('a folder that appears under the name of a file stays, and no part file does', async () => {
  using folder = temporaryFolder();
  await using store = await objectStore((_, answer) => {
    folder.folder('a');
    return answer;
  });
  store.objects.set('p/a', objectOf(contentOf(10)));
  expect(codesOf(await fetchAll(store, folder))).toEqual(['file-unwritable']);
  expect(namesIn(folder)).toEqual(['a']);
});
