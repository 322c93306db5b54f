import { hash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test } from '@jest/globals';

import { type Plan, planUpload, withGenerated } from '../../../src/sync/plan.ts';
import { type TransferResult, type TransferOptions, transfer } from '../../../src/transfer/engine.ts';
import { type BufferPool, createBufferPool } from '../../../src/transfer/bufferPool.ts';
import { type TemporaryFolder, temporaryFolder } from '../folders.ts';
import { errorXml } from '../storage/localBucket.ts';
import { fileIn } from './file.ts';
import { type ModelBucket, modelBucket } from './modelBucket.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

/** Writes files with different content of the given sizes, and plans their upload. */
function planOf(folder: TemporaryFolder, sizes: Readonly<Record<string, number>>): Plan {
  const files = Object.entries(sizes).map(([name, size]) => {
    folder.folder(name.split('/').slice(0, -1).join('/') || '.');
    return fileIn(folder, name, `${name}\n`.repeat(Math.ceil(size / (name.length + 1))).slice(0, size));
  });
  return planUpload(files, 'p/', 'd');
}

function many(count: number, size: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, size]));
}

interface Run extends TransferResult {
  readonly progress: { files: number; bytes: number };
}

async function send(
  { client }: ModelBucket,
  plan: Plan,
  options: Partial<TransferOptions> = {},
): Promise<Run> {
  const progress = { files: 0, bytes: 0 };
  const outcome = await transfer(plan, client, {
    concurrency: 4,
    bufferPool: createBufferPool(8 * MiB),
    partSize: MiB,
    ifAbsent: false,
    signal: new AbortController().signal,
    onProgress: ({ files, bytes }) => {
      progress.files += files;
      progress.bytes += bytes;
    },
    ...options,
  });
  return { ...outcome, progress };
}

test('every file is stored unchanged, whole or in parts, and reported', async () => {
  using folder = temporaryFolder();
  await using bucket = await modelBucket();
  const sizes = { empty: 0, small: 10, 'sub/edge': MiB, 'sub/large': 3 * MiB + 5, 'sub/larger': 6 * MiB };
  const plan = planOf(folder, sizes);
  const { stored, failures, orphanedUploads, progress } = await send(bucket, plan);
  expect([failures, orphanedUploads]).toEqual([[], []]);
  expect(new Set(stored)).toEqual(new Set(plan.puts));
  expect(progress).toEqual({ files: 5, bytes: plan.totalBytes });
  for (const [name, size] of Object.entries(sizes)) {
    const content = bucket.objects.get(`p/d/${name}`) ?? 'missing';
    expect([name, content.length, content.startsWith(size > 0 ? name.slice(0, size) : '')]).toEqual([
      name,
      size,
      true,
    ]);
  }
  expect(bucket.arrivals.filter(({ what }) => what === 'PART')).toHaveLength(4 + 6);
  expect(bucket.arrivals.filter(({ what }) => what === 'COMPLETE')).toHaveLength(2);
  expect(bucket.pending.size).toBe(0);
});

test('with sha256Wanted, the SHA-256 of each file that one request uploads is known', async () => {
  using folder = temporaryFolder();
  await using bucket = await modelBucket();
  const plan = planOf(folder, { empty: 0, small: 10, large: 2 * MiB });
  const sums = async (sha256Wanted: boolean) => {
    const found = new Map<string, string | undefined>();
    await send(bucket, plan, {
      sha256Wanted,
      onStored: ({ name }, _etag, _type, sha256) => void found.set(name, sha256),
    });
    return Object.fromEntries(found);
  };
  const sum = (name: string) => hash('sha256', bucket.objects.get(`p/d/${name}`) ?? 'missing');
  expect(await sums(true)).toEqual({ empty: sum('empty'), small: sum('small'), large: undefined });
  expect(await sums(false)).toEqual({ empty: undefined, small: undefined, large: undefined });
});

test.each([
  ['counts as stored if it has the size of the file', 2 * MiB, 'e', 1],
  ['is an error if it has another size', MiB, 'e', 0],
  ['is an error if it has another ETag', 2 * MiB, 'f', 0],
])(
  'a large file at a storage whose ETags are not MD5s, and that returns no CRC-32, %s',
  async (_, size, etag, count) => {
    using folder = temporaryFolder();
    await using bucket = await modelBucket(({ what, key, part, body }, { pending }) => {
      if (what === 'HEAD') return { headers: { etag: `"${etag}"`, 'content-length': String(size) } };
      if (what !== 'PART') return undefined;
      pending.get(key)?.set(part, body);
      return { headers: { etag: `"opaque ${part}"` } };
    });
    const { stored, failures } = await send(bucket, planOf(folder, { large: 2 * MiB }));
    expect([stored.length, failures.length]).toEqual([count, 1 - count]);
    if (count === 0) expect(failures).toMatchObject([{ error: { code: 'OtherContent' } }]);
    expect(bucket.arrivals.map(({ what }) => what).slice(0, 5)).toEqual([
      'BEGIN',
      'PART',
      'PART',
      'COMPLETE',
      'HEAD',
    ]);
  },
);

test('a group starts when all files of the group before are stored, parts included', async () => {
  using folder = temporaryFolder();
  const done: string[] = [];
  const begunEarly: string[] = [];
  await using bucket = await modelBucket(async ({ key, what }) => {
    const before: Record<string, number> = {
      'p/d/a/index.html': 9,
      'p/d/index.html': 10,
      'p/d/SHA256SUMS': 11,
    };
    if (done.length < (before[key] ?? 0)) begunEarly.push(key);
    await sleep(key.length % 3);
    if (what !== 'BEGIN' && what !== 'PART') done.push(key);
    return undefined;
  });
  const plan = planOf(folder, { 'index.html': 5, 'a/index.html': 5, large: 3 * MiB, ...many(8, 100) });
  const { stored } = await send(bucket, withGenerated(plan, fileIn(folder, 'SHA256SUMS', 'sums')), {
    concurrency: 8,
  });
  expect(stored).toHaveLength(12);
  expect(begunEarly).toEqual([]);
  expect(done.slice(-3)).toEqual(['p/d/a/index.html', 'p/d/index.html', 'p/d/SHA256SUMS']);
});

describe('concurrent requests', () => {
  test.each([1, 3, 8])(
    'are at most %d for files and parts, and exactly that many if there is enough work',
    async (concurrency) => {
      using folder = temporaryFolder();
      await using bucket = await modelBucket(async () => {
        // The wait has a limit, because parts wait for the creation of their upload.
        for (let waits = 0; waits < 60 && bucket.most() < concurrency; waits += 1) await sleep(5);
        return undefined;
      });
      const plan = planOf(folder, { large: 4 * MiB, ...many(12, 100), larger: 4 * MiB });
      const { stored } = await send(bucket, plan, { concurrency });
      expect(stored).toHaveLength(14);
      expect(bucket.most()).toBe(concurrency);
    },
  );

  test('use no more memory than the pool has', async () => {
    using folder = temporaryFolder();
    await using bucket = await modelBucket(async () => {
      await sleep(5);
      return undefined;
    });
    const bufferPool = createBufferPool(2 * MiB);
    let leased = 0;
    let mostLeased = 0;
    const watched: BufferPool = {
      ...bufferPool,
      acquire: async (length) => {
        const lease = await bufferPool.acquire(length);
        leased += length;
        mostLeased = Math.max(mostLeased, leased);
        return {
          ...lease,
          release: () => {
            leased -= length;
            lease.release();
          },
        };
      },
    };
    const plan = planOf(folder, { large: 4 * MiB, ...many(8, 512 * KiB), larger: 3 * MiB });
    const { stored } = await send(bucket, plan, { concurrency: 8, bufferPool: watched });
    expect(stored).toHaveLength(10);
    expect(mostLeased).toBeGreaterThan(MiB);
    expect(mostLeased).toBeLessThanOrEqual(2 * MiB);
    expect(leased).toBe(0);
  });
});

describe('a file or part that needs more than half of the pool', () => {
  test.each([
    ['whole', 3 * MiB + 1],
    ['in parts', 12 * MiB + 1],
  ])('is sent slice by slice (%s), and again after an error', async (_, size) => {
    using folder = temporaryFolder();
    const seen = new Set<string>();
    await using bucket = await modelBucket(({ what, key, part }) => {
      const isFirst = !seen.has(`${what} ${part}`);
      seen.add(`${what} ${part}`);
      return isFirst && key === 'p/d/large' ? { status: 503, body: errorXml('SlowDown') } : undefined;
    });
    const bufferPool = createBufferPool(2 * MiB);
    const lengths: number[] = [];
    const watched: BufferPool = {
      ...bufferPool,
      acquire: (length) => {
        lengths.push(length);
        return bufferPool.acquire(length);
      },
    };
    const plan = planOf(folder, { large: size, small: 100 });
    const { stored, failures } = await send(bucket, plan, { partSize: 5 * MiB, bufferPool: watched });
    expect([stored.length, failures]).toEqual([2, []]);
    expect(Math.max(...lengths)).toBe(MiB);
    const sent = bucket.objects.get('p/d/large') ?? '';
    expect([sent.length, sent === 'large\n'.repeat(size).slice(0, size)]).toEqual([size, true]);
  });
});

describe('the first permanent error', () => {
  const deny = { status: 403, body: errorXml('AccessDenied') };

  test('stops the transfer at once, and is the only reported error', async () => {
    using folder = temporaryFolder();
    await using bucket = await modelBucket(({ key }) => (key === 'p/d/f3' ? deny : undefined));
    const plan = planOf(folder, { ...many(20, 100), 'index.html': 3 });
    const bufferPool = createBufferPool(MiB);
    let read = 0;
    const counted: BufferPool = {
      ...bufferPool,
      acquire: (length) => {
        read += 1;
        return bufferPool.acquire(length);
      },
    };
    const { stored, failures } = await send(bucket, plan, { concurrency: 1, bufferPool: counted });
    expect(stored.map(({ name }) => name)).toEqual(['f0', 'f1', 'f2']);
    expect(read).toBe(4);
    expect(failures.map(({ put, error }) => [put.name, error])).toEqual([
      ['f3', expect.objectContaining({ code: 'AccessDenied' })],
    ]);
    expect(bucket.arrivals).toHaveLength(4);
  });

  test('aborts requests in progress, which do not count as errors', async () => {
    using folder = temporaryFolder();
    await using bucket = await modelBucket(async ({ key }) => {
      if (key === 'p/d/f0') {
        while (bucket.arrivals.length < 4) await sleep(5);
        return deny;
      }
      return new Promise(() => undefined);
    });
    const { stored, failures, unanswered } = await send(bucket, planOf(folder, many(8, 100)), {
      gracePeriods: { failed: 100, cancelled: 0 },
    });
    expect([stored.length, failures.map(({ put }) => put.name)]).toEqual([0, ['f0']]);
    expect(unanswered.map(({ name }) => name).sort()).toEqual(['f1', 'f2', 'f3']);
    expect(bucket.arrivals).toHaveLength(4);
  });

  test.each(['a failure', 'a cancellation'])(
    'waits for requests in progress, to report all stored files: %s',
    async (why) => {
      using folder = temporaryFolder();
      const cancel = new AbortController();
      const ending = Promise.withResolvers<undefined>();
      await using bucket = await modelBucket(async ({ key, what }) => {
        if (what === 'BEGIN' || what === 'PART') return undefined;
        if (key !== 'p/d/f0') return ending.promise;
        if (why === 'a cancellation') cancel.abort();
        setTimeout(() => ending.resolve(undefined), 100);
        return deny;
      });
      const plan = planOf(folder, { large: MiB + 1, ...many(8, 100) });
      const { stored, unanswered } = await send(bucket, plan, {
        concurrency: 5,
        signal: cancel.signal,
        gracePeriods: { failed: 10_000, cancelled: 10_000 },
      });
      expect(new Set(stored.map(({ key }) => key))).toEqual(new Set(bucket.objects.keys()));
      expect([stored.length > 1, unanswered]).toEqual([true, []]);
      expect(bucket.pending.size).toBe(0);
    },
  );

  test('of a part aborts its upload, and all others that are not complete', async () => {
    using folder = temporaryFolder();
    await using bucket = await modelBucket(async ({ part, key }) => {
      if (part < 3) return undefined;
      if (key !== 'p/d/b') return new Promise(() => undefined);
      while (bucket.pending.size < 3) await sleep(5);
      return deny;
    });
    const plan = planOf(folder, { a: 4 * MiB, b: 4 * MiB, c: 4 * MiB });
    const { failures, orphanedUploads } = await send(bucket, plan, { concurrency: 6 });
    expect([failures.map(({ put }) => put.name), orphanedUploads]).toEqual([['b'], []]);
    expect(bucket.pending.size).toBe(0);
    const aborted = bucket.arrivals.filter(({ what }) => what === 'ABORT').map(({ key }) => key);
    expect(aborted.sort()).toEqual(['p/d/a', 'p/d/b', 'p/d/c']);
  });

  test.each([
    [403, errorXml('AccessDenied'), 'the session may not abort multipart uploads'],
    [500, errorXml('InternalError', 'out of order'), 'out of order'],
  ])('reports orphaned parts if abort gets %d, and says why', async (status, body, reason) => {
    using folder = temporaryFolder();
    await using bucket = await modelBucket(({ what, part }) =>
      what === 'ABORT' ? { status, body } : part === 2 ? deny : undefined,
    );
    const { orphanedUploads } = await send(bucket, planOf(folder, { large: 4 * MiB }), { concurrency: 1 });
    expect(orphanedUploads.map(({ put, reason: why }) => [put.name, why])).toEqual([['large', reason]]);
  });

  test('of a part aborts its upload, with retries after 503', async () => {
    using folder = temporaryFolder();
    let aborts = 0;
    await using bucket = await modelBucket(({ what, part }) => {
      if (what === 'ABORT' && (aborts += 1) <= 2) return { status: 503, body: errorXml('SlowDown') };
      return part === 2 ? deny : undefined;
    });
    const { orphanedUploads } = await send(bucket, planOf(folder, { large: 4 * MiB }), { concurrency: 1 });
    expect([orphanedUploads, aborts, bucket.pending.size]).toEqual([[], 3, 0]);
  });

  test.each([
    [{ status: 204 }, []],
    [{ status: 403, body: errorXml('AccessDenied') }, ['the session may not abort multipart uploads']],
  ])('aborts an upload whose creation got no response, or reports it (%j)', async (answer, reasons) => {
    using folder = temporaryFolder();
    let begun = 0;
    const aborted: string[] = [];
    const upload = `<Upload><Key>p/d/large</Key><UploadId>lost</UploadId><Initiated>${new Date().toISOString()}</Initiated></Upload>`;
    await using bucket = await modelBucket(({ method, what, path }) => {
      if (method === 'GET')
        return { body: `<ListMultipartUploadsResult>${upload}</ListMultipartUploadsResult>` };
      if (what === 'ABORT') {
        aborted.push(path);
        return answer;
      }
      return what === 'BEGIN' && (begun += 1) === 1 ? { status: 502, body: 'Bad Gateway' } : undefined;
    });
    const { stored, orphanedUploads } = await send(bucket, planOf(folder, { large: 2 * MiB }));
    expect([stored.length, begun, aborted]).toEqual([1, 2, ['/bucket/p/d/large?uploadId=lost']]);
    expect(orphanedUploads.map(({ reason }) => reason)).toEqual(reasons);
  });

  test('names the file that cannot be read', async () => {
    using folder = temporaryFolder();
    await using bucket = await modelBucket();
    const plan = planOf(folder, { a: 10, b: 10 });
    const [, b] = plan.puts;
    if (b) fileIn(folder, 'b', 'changed since');
    const { stored, failures } = await send(bucket, plan, { concurrency: 1 });
    expect(stored.map(({ name }) => name)).toEqual(['a']);
    expect(failures).toMatchObject([{ put: { name: 'b' }, error: { code: 'file-changed' } }]);
    expect(bucket.objects.has('p/d/b')).toBe(false);
  });

  test('is reported for a large file that changed after it was read, and its upload is not completed', async () => {
    using folder = temporaryFolder();
    await using bucket = await modelBucket(({ part }) => {
      if (part === 2) appendFileSync(folder.at('large'), 'x');
      return undefined;
    });
    const { stored, failures } = await send(bucket, planOf(folder, { large: 2 * MiB }), { concurrency: 1 });
    expect([stored, failures]).toMatchObject([[], [{ error: { code: 'file-changed' } }]]);
    expect(bucket.arrivals.map(({ what }) => what)).toEqual(['BEGIN', 'PART', 'PART', 'ABORT']);
  });

  test('may come from the buffer pool, and does not block the others', async () => {
    using folder = temporaryFolder();
    await using bucket = await modelBucket();
    const bufferPool: BufferPool = { total: MiB, acquire: () => Promise.reject(new RangeError('no memory')) };
    const { stored, failures } = await send(bucket, planOf(folder, many(5, 100)), { bufferPool });
    expect([stored.length, failures.length]).toEqual([0, 1]);
  });
});

describe('a transient error', () => {
  test('is retried for that request only', async () => {
    using folder = temporaryFolder();
    const troubled = new Set([
      'PUT p/d/f1 0',
      'BEGIN p/d/large 0',
      'PART p/d/large 2',
      'COMPLETE p/d/large 0',
    ]);
    await using bucket = await modelBucket(({ key, part, what }) =>
      troubled.delete(`${what} ${key} ${part}`) ? { status: 503, body: errorXml('SlowDown') } : undefined,
    );
    const plan = planOf(folder, { ...many(3, 100), large: 3 * MiB });
    const { stored, failures, progress } = await send(bucket, plan);
    expect([stored.length, failures, troubled.size]).toEqual([4, [], 0]);
    expect(bucket.arrivals).toHaveLength(3 + 1 + 3 + 1 + 4);
    expect(progress).toEqual({ files: 4, bytes: 300 + 3 * MiB });
  });
});

describe('cancelling', () => {
  test('before the start sends nothing', async () => {
    using folder = temporaryFolder();
    await using bucket = await modelBucket();
    const outcome = await send(bucket, planOf(folder, { a: 1, large: 3 * MiB }), {
      signal: AbortSignal.abort(),
    });
    expect([outcome.stored, outcome.failures, outcome.orphanedUploads]).toEqual([[], [], []]);
    expect(bucket.arrivals).toEqual([]);
  });

  test('aborts requests and multipart uploads, and is not an error of any file', async () => {
    using folder = temporaryFolder();
    const cancel = new AbortController();
    await using bucket = await modelBucket(({ part }) => {
      if (part !== 2) return undefined;
      cancel.abort();
      return new Promise(() => undefined);
    });
    const plan = planOf(folder, { a: 1, large: 4 * MiB, z: 1 });
    const { stored, failures, orphanedUploads } = await send(bucket, plan, {
      concurrency: 1,
      signal: cancel.signal,
    });
    expect([stored.map(({ name }) => name), failures, orphanedUploads]).toEqual([['a'], [], []]);
    expect(bucket.pending.size).toBe(0);
  });
});

describe('ifAbsent', () => {
  test('is a condition of every file, for large ones when they are completed, but not of generated objects', async () => {
    using folder = temporaryFolder();
    await using bucket = await modelBucket();
    bucket.objects.set('p/d/SHA256SUMS', 'old');
    const plan = planOf(folder, { a: 10, large: 2 * MiB });
    const { failures } = await send(bucket, withGenerated(plan, fileIn(folder, 'SHA256SUMS', 'new')), {
      ifAbsent: true,
    });
    expect(failures).toEqual([]);
    const conditional = bucket.arrivals.filter(({ headers }) => headers['if-none-match'] === '*');
    expect(conditional.map(({ what, key }) => `${what} ${key}`).sort()).toEqual([
      'COMPLETE p/d/large',
      'PUT p/d/a',
    ]);
    expect(bucket.objects.get('p/d/SHA256SUMS')).toBe('new');
  });

  test.each([
    ['a', 10],
    ['large', 2 * MiB],
  ])('keeps an object that another job wrote in the meantime (%s)', async (name, size) => {
    using folder = temporaryFolder();
    await using bucket = await modelBucket();
    bucket.objects.set(`p/d/${name}`, 'of another job');
    const { failures } = await send(bucket, planOf(folder, { [name]: size }), { ifAbsent: true });
    expect(failures).toMatchObject([{ error: { code: 'object-exists' } }]);
    expect(bucket.objects.get(`p/d/${name}`)).toBe('of another job');
    expect(bucket.pending.size).toBe(0);
  });
});
