import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, test } from '@jest/globals';

import { buckets } from '../../platform/catalogue.ts';
import type { RunnerOptions, RunnerResult } from '../../platform/runner.ts';
import { type SeenRequest, errorXml, useFaultyStorage } from '../support/faultyServer.ts';
import { folderWith } from '../support/folder.ts';
import { type Subject, errorOf, runSubject } from '../support/subject.ts';

const MiB = 1024 ** 2;
const isRoot = process.geteuid?.() === 0;
const testPosix = process.platform === 'win32' ? test.skip : test;
const testLinux = process.platform === 'linux' ? test : test.skip;

const isPut = ({ method }: SeenRequest) => method === 'PUT';

/** Root can read any file, unless setpriv drops that right. */
const withoutOverride = isRoot ? ['setpriv', '--bounding-set', '-dac_override,-dac_read_search'] : [];

/** Reads of local files: only the selected files are read, never a replacement. */
/** @param largeParts whether to read a part of 2 GiB, which takes 12 s */
export function readingFileCases(
  subject: () => Subject,
  { largeParts }: { readonly largeParts: boolean },
): void {
  const storage = useFaultyStorage(subject);

  const upload = (
    cwd: string,
    inputs: Record<string, string> = {},
    options: Partial<RunnerOptions> = {},
  ): Promise<RunnerResult> =>
    runSubject(subject(), 'upload', { path: '.', destination: 'd', ...inputs }, { cwd, ...options });

  const storedKeys = async () =>
    (await subject().platform.store.list(buckets.outputs, 'ci/d/')).map(({ key }) => key.slice(5)).sort();

  describe('a file that is replaced after the selection', () => {
    const secret = randomBytes(1_000).toString('hex');
    const swaps: [string, (cwd: string) => void][] = [
      [
        'a symbolic link to another file',
        (cwd) => {
          rmSync(path.join(cwd, 'z/b.txt'));
          symlinkSync(path.join(cwd, '.secret'), path.join(cwd, 'z/b.txt'));
        },
      ],
      ['another file', (cwd) => renameSync(path.join(cwd, '.secret'), path.join(cwd, 'z/b.txt'))],
      [
        'a named pipe',
        (cwd) => {
          rmSync(path.join(cwd, 'z/b.txt'));
          execFileSync('mkfifo', [path.join(cwd, 'z/b.txt')]);
        },
      ],
      [
        'a file below a symbolic link',
        (cwd) => {
          mkdirSync(path.join(cwd, '.other'));
          renameSync(path.join(cwd, '.secret'), path.join(cwd, '.other/b.txt'));
          rmSync(path.join(cwd, 'z'), { recursive: true });
          symlinkSync('.other', path.join(cwd, 'z'));
        },
      ],
    ];

    describe.each(swaps)('for %s', (_, swap) => {
      const atFirst = (wanted: (request: SeenRequest) => boolean, cwd: string) => {
        let done = false;
        storage.decide = (request) => {
          if (!done && wanted(request)) swap(cwd);
          done ||= wanted(request);
          return undefined;
        };
      };
      /** The files have the same size and time, so that only their identity differs. */
      const folder = () => {
        const cwd = folderWith({ 'a.txt': 'a', 'z/b.txt': secret.replaceAll(/./g, 'b'), '.secret': secret });
        for (const name of ['z/b.txt', '.secret']) utimesSync(path.join(cwd, name), 1e9, 1e9);
        return cwd;
      };

      testPosix('is an error, and the replacement is not uploaded (needs links and mkfifo)', async () => {
        const cwd = folder();
        atFirst(isPut, cwd);
        const run = await upload(cwd, { concurrency: '1' });
        expect(run.exitCode).toBe(1);
        expect(errorOf(run)).toMatch(
          /z\/b\.txt cannot be read: it was replaced after the upload was planned/,
        );
        expect(await storedKeys()).toEqual(['a.txt']);
      });

      testPosix('is an error before anything is sent if files are read first (needs mkfifo)', async () => {
        const cwd = folder();
        atFirst(({ query }) => query.has('list-type'), cwd);
        const run = await upload(cwd, { overwrite: 'changed', checksums: 'true' });
        expect(run.exitCode).toBe(1);
        expect(errorOf(run)).toMatch(
          /z\/b\.txt cannot be read: it was replaced after the upload was planned/,
        );
        expect(await storedKeys()).toEqual([]);
      });
    });
  });

  testLinux.each([
    ['/proc/version', '0 bytes', {}],
    ['/proc/version', '0 bytes', { checksums: 'true' }],
    ['/proc/cpuinfo', '0 bytes', { overwrite: 'never' }],
    ['/sys/devices/system/cpu/online', '4.0 KiB', {}],
  ])(
    'a file with a wrong size is an error, not an object: %s, %s (needs Linux)',
    async (file, size, inputs) => {
      const run = await upload(folderWith({}), { path: file, ...inputs });
      expect(run.exitCode).toBe(1);
      expect(errorOf(run)).toContain(
        `${file} cannot be read: its content is not as long as its size says (${size})\nCopy it into an ordinary file`,
      );
      expect(await storedKeys()).toEqual([]);
    },
  );

  testPosix('all unreadable files are named before anything is sent (needs setpriv for root)', async () => {
    const names = Array.from({ length: 42 }, (_, index) => `f/${index}.txt`);
    const cwd = folderWith(Object.fromEntries(names.map((name) => [name, name])));
    chmodSync(path.join(cwd, 'f/40.txt'), 0);
    const one = await upload(cwd, {}, { launcher: withoutOverride });
    expect([one.exitCode, errorOf(one)]).toEqual([
      1,
      expect.stringMatching(/^\S*f\/40\.txt cannot be read: permission denied\n/),
    ]);
    chmodSync(path.join(cwd, 'f/7.txt'), 0o044);
    const two = await upload(cwd, {}, { launcher: withoutOverride });
    expect(errorOf(two)).toMatch(/^2 files? .*\n.*\n- \S*40\.txt cannot.*\n- \S*7\.txt cannot be read/);
    const without = await upload(cwd, { path: '.\n!f/7.txt\n!f/40.txt' }, { launcher: withoutOverride });
    expect([without.exitCode, storage.requests.filter(isPut).length > 40]).toEqual([0, true]);
  });

  test('if a file fails, the error lists all stored files', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `f/${index + 10}.txt`);
    const cwd = folderWith(Object.fromEntries(names.map((name) => [name, name])));
    const denied = Promise.withResolvers<undefined>();
    storage.decide = async (request) => {
      if (!isPut(request)) return undefined;
      if (request.key.endsWith('/13.txt')) {
        denied.resolve(undefined);
        return { kind: 'answer', status: 403, body: errorXml('AccessDenied') };
      }
      // At this time, the action knows that a file has failed.
      await denied.promise;
      await sleep(500);
      return undefined;
    };
    const run = await upload(cwd, { concurrency: '8' });
    expect(run.exitCode).toBe(1);
    const [, list = ''] =
      /\nStored before that: \d+ files?\n((?:- .*\n)*)Not stored: /.exec(errorOf(run)) ?? [];
    const told = [...list.matchAll(/^- (.*)$/gm)].map(([, name]) => name);
    expect(told.length).toBeGreaterThan(4);
    expect(await storedKeys()).toEqual(told.sort());
  });

  testLinux(
    'the error for too many open files says which limit to raise and which input to lower (needs prlimit)',
    async () => {
      const names = Array.from({ length: 300 }, (_, index) => `f/${index}.txt`);
      const cwd = folderWith(Object.fromEntries(names.map((name) => [name, name])));
      const launcher = ['prlimit', '--nofile=48:48'];
      const many = await upload(cwd, { concurrency: '64' }, { launcher });
      expect([many.exitCode, errorOf(many)]).toEqual([
        1,
        expect.stringMatching(
          /too many files and connections are open at once.*\n.*'ulimit -n'.*'concurrency'/,
        ),
      ]);
      const few = await upload(cwd, { concurrency: '8' }, { launcher });
      expect([few.exitCode, errorOf(few)]).toEqual([0, '']);
    },
  );

  if (largeParts)
    test('a part of 2 GiB does not abort the process', async () => {
      const file = path.join(folderWith({ 'large.bin': '' }), 'large.bin');
      truncateSync(file, 2.25 * 1024 * MiB);
      storage.decide = async ({ query }) => {
        if (!query.has('uploads')) return undefined;
        // Meanwhile the first part is read.
        await sleep(1_000);
        return { kind: 'answer', status: 403, body: errorXml('AccessDenied') };
      };
      const run = await upload(path.dirname(file), { 'part-size': '2GiB' });
      expect([run.exitCode, errorOf(run)]).toEqual([
        1,
        expect.stringMatching(/^large\.bin could not be uploaded .*: AccessDenied 403/),
      ]);
    });

  test('parts that are larger than the memory limit are stored correctly', async () => {
    const content = randomBytes(43 * MiB);
    const files = { 'whole.bin': content.subarray(0, 41 * MiB), 'parts.bin': content };
    const cwd = folderWith(files);
    const run = await upload(cwd, { 'part-size': '42MiB' });
    expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
    for (const [name, expected] of Object.entries(files)) {
      const { body } = await subject().platform.store.get(buckets.outputs, `ci/d/${name}`);
      expect([name, body.equals(expected)]).toEqual([name, true]);
    }
    const again = await upload(cwd, { 'part-size': '42MiB', overwrite: 'changed' });
    expect(again.outputs['unchanged-count']).toBe('2');
  });
}
