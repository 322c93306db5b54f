import { createHash, randomBytes } from 'node:crypto';
import { truncateSync, appendFileSync, rmSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, test } from '@jest/globals';

import { buckets } from '../../platform/catalogue.ts';
import type { RunnerResult } from '../../platform/runner.ts';
import { indexPageName } from '../../src/links/page.ts';
import { letObjectsAge } from '../support/objectAge.ts';
import { type SeenRequest, errorXml, useFaultyStorage } from '../support/faultyServer.ts';
import { folderWith } from '../support/folder.ts';
import { seededRandom } from '../support/random.ts';
import { type Subject, cancelledWithinMs, errorOf, runSubject, storedFiles } from '../support/subject.ts';

const MiB = 1024 ** 2;

function manyFiles(count: number, size: number): Record<string, Buffer> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`f/${index}.bin`, randomBytes(size)]),
  );
}

const isPut = ({ method, key }: SeenRequest) => method === 'PUT' && !key.endsWith(`/${indexPageName}`);
const isPart = ({ method, query }: SeenRequest) => method === 'PUT' && query.has('partNumber');
const isComplete = ({ method, query }: SeenRequest) => method === 'POST' && query.has('uploadId');

/** Errors between the action and the storage. `patient`: also run the case that waits until a dead connection is detected. */
export function faultCases(subject: () => Subject, { patient }: { patient: boolean }): void {
  const storage = useFaultyStorage(subject);

  const upload = (
    files: Record<string, Buffer>,
    inputs: Record<string, string> = {},
  ): Promise<RunnerResult> =>
    runSubject(subject(), 'upload', { path: '.', destination: 'd', ...inputs }, { cwd: folderWith(files) });

  const sessionRequests = () =>
    subject().platform.terrapi.requests.filter(({ path }) => path === '/v2/storage/token').length;

  const expectStored = async (run: RunnerResult, files: Record<string, Buffer>) => {
    expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
    const { store } = subject().platform;
    const listed = await storedFiles(subject().platform, 'ci/d/');
    expect(listed.map(({ key }) => key.slice('ci/d/'.length)).sort()).toEqual(Object.keys(files).sort());
    const digest = (data: Buffer) => createHash('sha256').update(data).digest('hex');
    for (const [name, content] of Object.entries(files)) {
      const { body } = await store.get(buckets.outputs, `ci/d/${name}`);
      expect([name, digest(body)]).toEqual([name, digest(content)]);
    }
    expect(await store.pendingUploads(buckets.outputs)).toEqual([]);
  };

  describe('errors on the way to the storage', () => {
    test('connections that close within a body: only that request is retried', async () => {
      const files = { ...manyFiles(5, 300_000), 'large.bin': randomBytes(40 * MiB) };
      storage.decide = (request) =>
        isPut(request) && request.before === 0 && (isPart(request) || request.key.endsWith('1.bin'))
          ? { kind: 'reset', afterBytes: 100_000 }
          : undefined;
      const run = await upload(files);
      await expectStored(run, files);
      expect(run.log).toMatch(/^Retrying d\/(?:\S*1\.bin|large\.bin) \(connection closed\)$/m);
      const puts = storage.requests.filter(isPut);
      expect(puts.filter(isPart)).toHaveLength(6);
      expect(puts.filter((put) => !isPart(put))).toHaveLength(6);
    });

    test('503 SlowDown, with and without Retry-After: retried, not before that time', async () => {
      const files = manyFiles(20, 1_000);
      storage.decide = (request) => {
        if (!isPut(request) || request.before > 0) return undefined;
        const wait = request.key.endsWith('/7.bin') ? { 'retry-after': '2' } : {};
        return { kind: 'answer', status: 503, headers: wait, body: errorXml('SlowDown') };
      };
      const run = await upload(files);
      await expectStored(run, files);
      const [first, second] = storage.requests.filter(
        (request) => isPut(request) && request.key.endsWith('/7.bin'),
      );
      expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1_990);
      expect(run.log).toContain('20 requests were retried');
    });

    test('status 500 for one request in twenty, over 600 files', async () => {
      const files = manyFiles(600, 500);
      const random = seededRandom(42);
      storage.decide = (request) =>
        isPut(request) && random() < 0.05
          ? { kind: 'answer', status: 500, body: errorXml('InternalError') }
          : undefined;
      await expectStored(await upload(files), files);
      expect(storage.requests.filter(isPut).length).toBeGreaterThan(610);
      expect(storage.requests.filter(isPut).length).toBeLessThan(670);
    });

    test('a session that expires during 32 requests is renewed once for all of them', async () => {
      const files = manyFiles(64, 2_000);
      const held: (() => void)[] = [];
      let ended: string | undefined;
      const keyOf = ({ headers }: SeenRequest) => /Credential=([^/]+)/.exec(headers.authorization ?? '')?.[1];
      storage.decide = async (request) => {
        if (!isPut(request)) return undefined;
        ended ??= keyOf(request);
        if (keyOf(request) !== ended) return undefined;
        await new Promise<void>((resolve) => {
          held.push(resolve);
          if (held.length === 32) for (const release of held) release();
        });
        return { kind: 'answer', status: 403, body: errorXml('InvalidAccessKeyId') };
      };
      const before = sessionRequests();
      await expectStored(await upload(files, { concurrency: '32' }), files);
      expect(sessionRequests() - before).toBe(2);
      expect(storage.requests.filter(isPut)).toHaveLength(96);
    });

    test('an access token that is rejected once is renewed once', async () => {
      const { terrapi } = subject().platform;
      const files = manyFiles(2, 100);
      const before = terrapi.secrets.size;
      terrapi.fail('/v2/storage/token', { status: 401 }, 1);
      await expectStored(await upload(files), files);
      // Two access tokens and the secret key of one session.
      expect(terrapi.secrets.size - before).toBe(3);
    });

    test('a multipart completion that fails within a 200 response is retried', async () => {
      const files = { 'large.bin': randomBytes(33 * MiB) };
      storage.decide = (request) =>
        isComplete(request) && request.before === 0
          ? {
              kind: 'answer',
              status: 200,
              headers: { 'content-type': 'application/xml' },
              body: errorXml('InternalError'),
            }
          : undefined;
      await expectStored(await upload(files), files);
      expect(storage.requests.filter(isComplete)).toHaveLength(2);
      expect(storage.requests.filter(isPart)).toHaveLength(3);
    });

    test.each(['always', 'never'])(
      'lost responses: the action finds that the object is stored (overwrite: %s)',
      async (overwrite) => {
        const files = { ...manyFiles(5, 1_000), 'large.bin': randomBytes(20 * MiB) };
        storage.decide = (request) =>
          (isPut(request) || isComplete(request)) && request.before === 0 ? { kind: 'lost' } : undefined;
        await expectStored(await upload(files, { overwrite }), files);
        expect(storage.requests.filter(isComplete).length).toBe(2);
      },
    );

    test('overwrite: never does not overwrite an object that is written at the same time', async () => {
      const { platform } = subject();
      storage.decide = async (request) => {
        if (!isPut(request) || request.before > 0 || !request.key.endsWith('1.bin')) return undefined;
        platform.terrapi.storageEndpoint = undefined;
        const other = await runSubject(
          subject(),
          'upload',
          { path: '.', destination: 'd/f' },
          { cwd: folderWith({ '1.bin': 'the other' }) },
        );
        expect(other.exitCode).toBe(0);
        return undefined;
      };
      const run = await upload(manyFiles(2, 100), { overwrite: 'never' });
      expect(run.exitCode).toBe(1);
      expect(errorOf(run)).toMatch(
        /f\/1\.bin could not be uploaded.*was created by another job during the upload/,
      );
      expect((await platform.store.get(buckets.outputs, 'ci/d/f/1.bin')).body.toString()).toBe('the other');
    });

    test('delete-stale keeps files that another upload wrote at the same time', async () => {
      const { platform } = subject();
      await upload({ 'old.txt': Buffer.from('old') });
      await letObjectsAge(subject().platform, 1_100);
      storage.decide = async (request) => {
        if (!isPut(request) || !request.key.endsWith('mine.txt')) return undefined;
        platform.terrapi.storageEndpoint = undefined;
        const cwd = folderWith({ 'sibling.txt': 'new', 'old.txt': 'written again by the sibling' });
        const sibling = await runSubject(subject(), 'upload', { path: '.', destination: 'd' }, { cwd });
        expect(sibling.exitCode).toBe(0);
        return undefined;
      };
      const run = await upload({ 'mine.txt': Buffer.from('mine') }, { 'delete-stale': 'true' });
      expect([run.exitCode, errorOf(run), run.outputs['deleted-count']]).toEqual([0, '', '0']);
      const stored = await storedFiles(platform, 'ci/d/');
      expect(stored.map(({ key }) => key)).toEqual(['ci/d/mine.txt', 'ci/d/old.txt', 'ci/d/sibling.txt']);
    });

    test('a permanent error ends the run without a retry, and lists what is stored and what is not', async () => {
      storage.decide = (request) =>
        isPut(request) && request.key.endsWith('/3.bin')
          ? { kind: 'answer', status: 403, body: errorXml('AccessDenied') }
          : undefined;
      let answered = 0;
      const decide = storage.decide;
      storage.decide = async (request) => {
        const fault = await decide(request);
        if (fault) answered = Date.now();
        return fault;
      };
      const run = await upload(
        { ...manyFiles(6, 1_000), 'index.html': Buffer.from('last') },
        { concurrency: '1' },
      );
      expect(run.exitCode).toBe(1);
      // A transient error would be retried for 90 s.
      expect(Date.now() - answered).toBeLessThan(30_000);
      expect(storage.requests.filter((request) => request.key.endsWith('/3.bin'))).toHaveLength(1);
      expect(errorOf(run)).toMatch(
        /^f\/3\.bin could not be uploaded to s3:\/\/gep-build-outputs\/ci\/d\/f\/3\.bin: AccessDenied 403: broken on cue/,
      );
      expect(errorOf(run)).toMatch(
        /Stored before that: 3 files\n- f\/0\.bin\n- f\/1\.bin\n- f\/2\.bin\nNot stored: 4 files/,
      );
      expect(await subject().platform.store.list(buckets.outputs, 'ci/d/index.html')).toEqual([]);
      expect(run.outputs).toEqual({});
    });

    test('the error for a rejected listing or deletion names the storage and says what to do', async () => {
      await upload({ 'old.txt': Buffer.from('old') });
      await letObjectsAge(subject().platform, 1_100);
      const refuse = (wanted: (request: SeenRequest) => boolean) => {
        storage.decide = (request) =>
          wanted(request) ? { kind: 'answer', status: 403, body: errorXml('AccessDenied') } : undefined;
      };
      refuse(({ query }) => query.has('list-type'));
      const unlisted = await upload({ 'a.txt': Buffer.from('a') }, { overwrite: 'changed' });
      expect(errorOf(unlisted)).toMatch(
        /^Objects in s3:\/\/gep-build-outputs\/ci\/d\/ could not be listed: AccessDenied 403: broken on cue \(127\.0\.0\.1:\d+\)\nThe storage session does not allow this/,
      );
      refuse(({ method, query }) => method === 'POST' && query.has('delete'));
      const undeleted = await upload({ 'a.txt': Buffer.from('a') }, { 'delete-stale': 'true' });
      expect(undeleted.exitCode).toBe(1);
      expect(errorOf(undeleted)).toMatch(
        /^All files are uploaded, but stale objects in s3:.* could not be deleted: AccessDenied 403/,
      );
    });

    test('a redirect to a web page is reported as not from the storage', async () => {
      storage.decide = (request) =>
        isPut(request)
          ? { kind: 'answer', status: 302, headers: { location: 'https://portal.example/login' } }
          : undefined;
      const run = await upload({ 'a.txt': Buffer.from('a') });
      expect(run.exitCode).toBe(1);
      expect(errorOf(run)).toMatch(/HTTP 302: .*\nAnother server answers instead of the storage/);
    });

    test('a failed multipart upload is aborted. If the session may not abort it, the log says that the server deletes it', async () => {
      storage.decide = (request) =>
        isPart(request) && request.query.get('partNumber') === '2'
          ? { kind: 'answer', status: 403, body: errorXml('AccessDenied') }
          : undefined;
      const run = await upload({ 'large.bin': randomBytes(40 * MiB) });
      expect(run.exitCode).toBe(1);
      expect(errorOf(run)).toMatch(
        /parts of large\.bin were not cleaned up \(the session may not abort multipart uploads\); the server deletes them/,
      );
      expect(
        storage.requests.filter(({ method, query }) => method === 'DELETE' && query.has('uploadId')),
      ).toHaveLength(1);
      storage.requests.length = 0;
      const inner = storage.decide;
      storage.decide = (request) =>
        request.method === 'DELETE' ? { kind: 'answer', status: 204 } : inner(request);
      const allowed = await upload({ 'large.bin': randomBytes(40 * MiB) });
      expect(errorOf(allowed)).not.toContain('not cleaned up');
    });

    test('the abort of a failed multipart upload is retried', async () => {
      const isAbort = ({ method, query }: SeenRequest) => method === 'DELETE' && query.has('uploadId');
      storage.decide = (request) => {
        if (isAbort(request)) return { kind: 'answer', status: request.before === 0 ? 503 : 204 };
        return isPart(request) && request.query.get('partNumber') === '2'
          ? { kind: 'answer', status: 403, body: errorXml('AccessDenied') }
          : undefined;
      };
      const run = await upload({ 'large.bin': randomBytes(40 * MiB) });
      expect([run.exitCode, storage.requests.filter(isAbort).length]).toEqual([1, 2]);
      expect(errorOf(run)).not.toContain('not cleaned up');
    });

    test('a cancelled upload ends at once, and lists what is stored and what is not', async () => {
      const cancel = new AbortController();
      storage.decide = (request) => {
        if (!isPut(request) || !request.key.endsWith('/5.bin')) return undefined;
        cancel.abort();
        return { kind: 'stall' };
      };
      const started = () => storage.requests.find((request) => request.key.endsWith('/5.bin'))?.at ?? NaN;
      const cwd = folderWith(manyFiles(10, 1_000));
      const run = await runSubject(
        subject(),
        'upload',
        { path: '.', destination: 'd', concurrency: '1' },
        { cwd, signal: cancel.signal },
      );
      expect(Date.now() - started()).toBeLessThan(cancelledWithinMs);
      expect(run.exitCode).toBe(1);
      expect(errorOf(run)).toMatch(/^The upload was cancelled with 5 of 10 files stored/);
      expect(errorOf(run)).toMatch(/Not stored: 5 files, 4\.9 KiB\n- f\/5\.bin/);
    });

    if (patient)
      test('a connection without data is closed after a minute, and the request is retried', async () => {
        const files = manyFiles(3, 1_000);
        storage.decide = (request) =>
          isPut(request) && request.before === 0 && request.key.endsWith('/1.bin')
            ? { kind: 'stall' }
            : undefined;
        const run = await upload(files);
        await expectStored(run, files);
        expect(run.log).toContain('No byte moved for 60 s');
      });
  });

  describe('files that change during the upload', () => {
    const whileFirst = (change: () => void) => {
      storage.decide = (request) => {
        if (isPut(request) && request.key.endsWith('a.bin') && request.before === 0) change();
        return undefined;
      };
    };
    test.each([
      ['is truncated', (file: string) => truncateSync(file, 10), /b\.bin changed while it was uploaded/],
      ['grows', (file: string) => appendFileSync(file, 'more'), /b\.bin changed while it was uploaded/],
      [
        'disappears',
        (file: string) => rmSync(file),
        /b\.bin cannot be read: it disappeared after the upload was planned/,
      ],
    ])('a file that %s is an error, never a wrong object', async (_, change, says) => {
      const cwd = folderWith({ 'a.bin': randomBytes(1_000), 'b.bin': randomBytes(500_000) });
      whileFirst(() => change(path.join(cwd, 'b.bin')));
      const run = await runSubject(
        subject(),
        'upload',
        { path: '.', destination: 'd', concurrency: '1' },
        { cwd },
      );
      expect(run.exitCode).toBe(1);
      expect(errorOf(run)).toMatch(says);
      const stored = await subject().platform.store.list(buckets.outputs, 'ci/d/');
      expect(stored.map(({ key }) => key)).toEqual(['ci/d/a.bin']);
    });

    test('a large file that changes between its parts is not completed', async () => {
      const cwd = folderWith({ 'large.bin': randomBytes(40 * MiB) });
      storage.decide = (request) => {
        if (isPart(request) && request.query.get('partNumber') === '1')
          appendFileSync(path.join(cwd, 'large.bin'), 'x');
        return undefined;
      };
      const run = await runSubject(subject(), 'upload', { path: '.', destination: 'd' }, { cwd });
      expect(run.exitCode).toBe(1);
      expect(errorOf(run)).toMatch(/large\.bin changed while it was uploaded/);
      expect(storage.requests.filter(isComplete)).toEqual([]);
      expect(await subject().platform.store.list(buckets.outputs, 'ci/d/')).toEqual([]);
    });
  });
}
