import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, test } from '@jest/globals';

import {
  type Publication,
  type Way,
  download,
  expectNothingWrong,
  expectWhole,
  namesBelow,
  publish,
  ways,
} from '../support/downloads.ts';
import { type Fault, type SeenRequest, errorXml, useFaultyStorage } from '../support/faultyServer.ts';
import { folderWith } from '../support/folder.ts';
import { putObjects } from '../support/putObjects.ts';
import { seededRandom } from '../support/random.ts';
import { type Subject, cancelledWithinMs, errorOf, runSubject } from '../support/subject.ts';
import { throttle } from '../support/throttle.ts';

const MiB = 1024 ** 2;

/** A GET of the content of a file. */
const isFile = ({ method, key }: SeenRequest) => method === 'GET' && /^ci\/d\/.*\.bin$/.test(key);
const isLarge = (request: SeenRequest) => isFile(request) && request.key.endsWith('/large.bin');
const firstByte = ({ headers }: SeenRequest) => Number(/^bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);

function manyFiles(count: number): Record<string, Buffer> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`f/${index}.bin`, randomBytes(1_000 + index)]),
  );
}

export interface DownloadFaultScale {
  /** Files of the case with many broken responses. */
  readonly fileCount: number;
  /** Lifetime of the sessions and links that expire during a download. Undefined: only the fastest cases, each in one of the two ways. */
  readonly sessionSeconds: number | undefined;
}

/** Downloads that are interrupted, or get something else than what was uploaded. */
export function downloadFaultCases(
  subject: () => Subject,
  { fileCount, sessionSeconds }: DownloadFaultScale,
): void {
  const storage = useFaultyStorage(subject);
  const isFast = sessionSeconds === undefined;
  /** Two parts, or three. */
  const [largeSize, lastPart] = isFast ? [17 * MiB, 16 * MiB] : [40 * MiB, 32 * MiB];
  const fileRequests = () => storage.requests.filter(isFile);

  /** Publishes files through the proxy without faults. */
  const published = async (way: Way, files: Record<string, Buffer>, inputs?: Record<string, string>) => {
    const publication = await publish(subject(), way, files, inputs);
    storage.requests.length = 0;
    return publication;
  };

  describe.each(isFast ? ['links' as const] : ways)('a download by %s', (way) => {
    test('of responses that are cut at 60 %: whole and right', async () => {
      const publication = await published(way, {
        'a.bin': randomBytes(100_000),
        'large.bin': randomBytes(largeSize),
      });
      const cut = new Set<string>();
      storage.decide = (request) => {
        const which = `${request.key} ${firstByte(request)}`;
        if (!isFile(request) || cut.has(which)) return undefined;
        cut.add(which);
        return { kind: 'cut', share: 0.6 };
      };
      const run = await download(subject(), publication);
      expectWhole(run, publication);
      expect(cut.size).toBeGreaterThanOrEqual(3);
      expect(run.log).toMatch(/^Retrying \S*d\/(?:a|large)\.bin \(connection closed\)$/m);
    });

    test('of a file whose SHA-256 is known finds a flipped bit by it: an error, and nothing has its name', async () => {
      const publication = await published(way, { 'a.bin': randomBytes(1_000) }, { checksums: 'true' });
      storage.decide = (request) => (isFile(request) ? { kind: 'flip', offset: 700 } : undefined);
      const run = await download(subject(), publication);
      expect([run.exitCode, errorOf(run)]).toEqual([
        1,
        expect.stringMatching(/\ba\.bin does not match its SHA-256\b/),
      ]);
      expect(namesBelow(publication.folder)).toEqual([]);
    });
  });

  describe.each(isFast ? ['session' as const] : ways)('a download by %s', (way) => {
    test(`of ${fileCount} files, while one response in twenty is broken: whole and right`, async () => {
      const publication = await published(way, {
        ...manyFiles(fileCount),
        'large.bin': randomBytes(largeSize),
      });
      const random = seededRandom(7);
      const faults: readonly Fault[] = [
        { kind: 'answer', status: 500, body: errorXml('InternalError') },
        { kind: 'answer', status: 503, body: errorXml('SlowDown') },
        { kind: 'cut', share: 0.5 },
        { kind: 'lost' },
        { kind: 'raw', bytes: '' },
      ];
      let broken = 0;
      storage.decide = (request) => {
        if (!isFile(request) || random() >= 0.05) return undefined;
        broken += 1;
        return faults[broken % faults.length];
      };
      expectWhole(await download(subject(), publication), publication);
      expect(broken).toBeGreaterThan(0);
    });

    test('that fails in a large file continues with the parts that it has', async () => {
      const publication = await published(way, {
        'a.bin': randomBytes(1_000),
        'large.bin': randomBytes(largeSize),
      });
      storage.decide = (request) =>
        isLarge(request) && firstByte(request) >= lastPart
          ? { kind: 'answer', status: 403, body: errorXml('AccessDenied') }
          : undefined;
      const run = await download(subject(), publication, { concurrency: '1' });
      expect([run.exitCode, errorOf(run)]).toEqual([
        1,
        expect.stringMatching(/large\.bin.*AccessDenied 403/),
      ]);
      expect(errorOf(run)).toContain(
        'Parts of 1 file stay on the disk. The next download continues with them.',
      );
      expect(existsSync(path.join(publication.folder, 'large.bin'))).toBe(false);
      storage.requests.length = 0;
      storage.decide = () => undefined;
      const again = await download(subject(), publication, { overwrite: 'changed' });
      expectWhole(again, publication);
      expect(again.log).toMatch(/^(?:16|32)(?:\.0)? MiB of this were there from an earlier download$/m);
      const received = fileRequests().filter(isLarge).map(firstByte);
      // By links, the beginning is received again: only its response says which version the object has.
      if (way === 'session') expect(Math.min(...received)).toBe(lastPart);
      else expect(received).not.toContain(lastPart - 16 * MiB);
    });
  });

  test('a small file that is replaced between listing and download: an error, and nothing has its name', async () => {
    const publication = await published('session', { 'a.bin': randomBytes(1_000) });
    storage.decide = async (request) => {
      if (isFile(request)) await putObjects(subject().platform, { 'ci/d/a.bin': 'x'.repeat(1_000) });
      return undefined;
    };
    const run = await download(subject(), publication);
    expect([run.exitCode, errorOf(run)]).toEqual([
      1,
      expect.stringMatching(/a\.bin.*: it was replaced in the workspace during the download/),
    ]);
    expect(namesBelow(publication.folder)).toEqual([]);
  });

  if (sessionSeconds === undefined) return;

  describe.each(ways)('a download by %s', (way) => {
    test.each([
      ['a small file', 'small.bin', 1_000],
      ['a large file', 'large.bin', 20 * MiB],
    ])('of %s with one flipped bit: an error, and nothing has its name', async (_, name, size) => {
      const publication = await published(way, { 'other.bin': randomBytes(500), [name]: randomBytes(size) });
      storage.decide = (request) =>
        isFile(request) && request.key.endsWith(name) && firstByte(request) === 0
          ? { kind: 'flip', offset: 700 }
          : undefined;
      const run = await download(subject(), publication);
      expect([run.exitCode, errorOf(run)]).toEqual([
        1,
        expect.stringMatching(/\bdoes not match its (?:ETag|SHA-256)\b/),
      ]);
      expect(errorOf(run)).toMatch(/#content-mismatch$/);
      expect(namesBelow(publication.folder).filter((other) => other !== 'other.bin')).toEqual([]);
      storage.decide = () => undefined;
      expectWhole(await download(subject(), publication), publication);
    });

    test('of a large file that is replaced meanwhile: an error, and nothing has its name', async () => {
      const publication = await published(way, { 'large.bin': randomBytes(40 * MiB) });
      const other = 'x'.repeat(40 * MiB);
      let replaced: Promise<void> | undefined;
      storage.decide = async (request) => {
        if (!isLarge(request)) return undefined;
        if (firstByte(request) > 0)
          await (replaced ??= putObjects(subject().platform, { 'ci/d/large.bin': other }));
        return undefined;
      };
      const run = await download(subject(), publication, { concurrency: '1' });
      expect([run.exitCode, errorOf(run)]).toEqual([
        1,
        expect.stringMatching(/large\.bin.*: it was replaced in the workspace during the download/),
      ]);
      expect(existsSync(path.join(publication.folder, 'large.bin'))).toBe(false);
      storage.decide = () => undefined;
      const files = { 'large.bin': Buffer.from(other) };
      expectWhole(await download(subject(), publication), { ...publication, files });
    });

    test('that is cancelled ends at once, and continues with the parts that it has', async () => {
      const publication = await published(way, {
        'a.bin': randomBytes(1_000),
        'large.bin': randomBytes(40 * MiB),
      });
      const cancel = new AbortController();
      let cancelledAt = NaN;
      storage.decide = (request) => {
        if (!isLarge(request) || firstByte(request) < 32 * MiB) return undefined;
        cancelledAt = performance.now();
        cancel.abort();
        return { kind: 'stall' };
      };
      const run = await download(subject(), publication, { concurrency: '1' }, { signal: cancel.signal });
      expect(performance.now() - cancelledAt).toBeLessThan(cancelledWithinMs);
      expect([run.exitCode, errorOf(run)]).toEqual([
        1,
        expect.stringMatching(/^The download was cancelled with [01] of 2 files downloaded\n/),
      ]);
      expectNothingWrong(publication);
      storage.decide = () => undefined;
      const again = await download(subject(), publication, { overwrite: 'changed' });
      expectWhole(again, publication);
      expect(again.log).toContain(' were there from an earlier download\n');
    });
  });

  describe(`with sessions of ${sessionSeconds} s, a download that takes longer`, () => {
    /** Publishes a file and downloads it, through a slow connection. */
    const slowly = async (way: Way, use: (publication: Publication) => Promise<void>) => {
      const { terrapi, storageUrl } = subject().platform;
      const slow = await throttle(storageUrl, (40 * MiB) / (2.5 * sessionSeconds), 'down');
      terrapi.sessionSeconds = sessionSeconds;
      terrapi.storageEndpoint = slow.url;
      try {
        await use(await publish(subject(), way, { 'large.bin': randomBytes(40 * MiB) }));
      } finally {
        terrapi.sessionSeconds = 900;
        await slow.close();
      }
    };

    test('by session: whole and right, with renewed sessions', async () => {
      await slowly('session', async (publication) => {
        const opened = () =>
          subject().platform.terrapi.requests.filter(({ path: which }) => which === '/v2/storage/token')
            .length;
        const before = opened();
        const run = await download(subject(), publication, { concurrency: '1' });
        expectWhole(run, publication);
        expect(run.seconds).toBeGreaterThan(2 * sessionSeconds);
        expect(opened() - before).toBeGreaterThan(1);
      });
    });

    test('by links: an error that says how to get new links, which continue the download', async () => {
      await slowly('links', async (publication) => {
        const run = await download(subject(), publication, { concurrency: '1' });
        expect([run.exitCode, errorOf(run)]).toEqual([
          1,
          expect.stringMatching(/^The links of \S+ expired at /),
        ]);
        expect(errorOf(run)).toMatch(/Get new links: .*#links-expired$/s);
        expect(existsSync(path.join(publication.folder, 'large.bin'))).toBe(false);
        subject().platform.terrapi.sessionSeconds = 900;
        const renewed = await runSubject(
          subject(),
          'links',
          { destination: 'd', links: 'session' },
          { cwd: folderWith({}) },
        );
        expect([renewed.exitCode, errorOf(renewed)]).toEqual([0, '']);
        writeFileSync(
          publication.inputs['from'] ?? '',
          renewed.files[renewed.outputs['links-file'] ?? ''] ?? '',
        );
        const again = await download(subject(), publication, { overwrite: 'changed' });
        expectWhole(again, publication);
        expect(again.log).toContain(' were there from an earlier download\n');
      });
    });
  });

  test('a download of responses that are always cut at 60 %: an error, and nothing has its name', async () => {
    const publication = await published('links', { 'a.bin': randomBytes(100_000) });
    storage.decide = (request) => (isFile(request) ? { kind: 'cut', share: 0.6 } : undefined);
    const run = await download(subject(), publication);
    expect([run.exitCode, errorOf(run)]).toEqual([
      1,
      expect.stringMatching(/a\.bin could not be downloaded/),
    ]);
    expect(namesBelow(publication.folder)).toEqual([]);
  });
}
