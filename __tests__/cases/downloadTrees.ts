import { chmodSync, lstatSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { buckets } from '../../platform/catalogue.ts';
import { timeArgument } from '../../src/files/attributes.ts';
import { namesBelow } from '../support/downloads.ts';
import { awkwardNames, hostileNames } from '../support/fileNames.ts';
import { folderWith } from '../support/folder.ts';
import { seededRandom } from '../support/random.ts';
import { type Subject, errorOf, runSubject } from '../support/subject.ts';

interface TreeFile {
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
}

/** Files by their names, with `/`. */
type Tree = Readonly<Record<string, TreeFile>>;

const MiB = 1024 ** 2;
const partSize = 16 * MiB;

/**
 * Names that can be downloaded on this system: a download refuses backslashes and control characters on every system. The names of generated and
 * sensitive files are tested elsewhere.
 */
const isUsable = (name: string) =>
  name.isWellFormed() &&
  Buffer.byteLength(name) <= 200 &&
  !/[\u0000-\u001f\u007f/\\]/.test(name) &&
  !/^(?:\.{1,2}|\.?_?(?:git|env|npmrc|ssh|aws|netrc).*|_(?:links|preview).*)?$/i.test(name) &&
  (process.platform !== 'win32' || /^[^<>:"|?*]*[^<>:"|?* .]$/.test(name));

const segment = fc.oneof(
  fc.constantFrom(...[...awkwardNames, ...hostileNames].flatMap((name) => name.split('/'))).filter(isUsable),
  fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter(isUsable),
  fc.constantFrom('a', 'b', 'c'),
);

const file = fc.record<TreeFile>({
  size: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 70_000 })),
  // The owner may read and write; otherwise nothing could be uploaded or replaced.
  mode: fc.integer({ min: 0, max: 0o777 }).map((mode) => mode | 0o600),
  mtime: fc.oneof(
    fc.integer({ min: -2_000_000_000_000, max: -1 }).map((milliseconds) => milliseconds / 1_000),
    fc.integer({ min: 0, max: 4_000_000_000 }),
    fc.integer({ min: 0, max: 2_000_000_000_000_000 }).map((microseconds) => microseconds / 1_000_000),
  ),
});

const around = fc.constantFrom(partSize - 1, partSize, partSize + 1, 2 * partSize, 2 * partSize + 1);

const tree = fc
  .tuple(
    fc.array(fc.tuple(fc.array(segment, { minLength: 1, maxLength: 6 }), file), {
      minLength: 1,
      maxLength: 60,
    }),
    fc.option(around),
  )
  .map(([files, large]): Tree => {
    const named = files.map(([segments, one]) => [segments.join('/'), one] as const);
    const all: (readonly [string, TreeFile])[] =
      large === null ? named : [...named, ['large.bin', { size: large, mode: 0o755, mtime: 1.5 }]];
    return withoutCollisions(all);
  });

/** Leaves out names that are equal on disks that ignore letter case or normalize Unicode, and files where others need a folder. */
function withoutCollisions(files: readonly (readonly [string, TreeFile])[]): Tree {
  const taken = new Map<string, 'file' | 'folder'>();
  const kept: (readonly [string, TreeFile])[] = [];
  for (const [name, one] of files) {
    const segments = fold(name).split('/');
    const above = segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('/'));
    // S3 allows 1,024 bytes, with the folders above.
    if (Buffer.byteLength(name) > 1_000) continue;
    if (taken.has(segments.join('/')) || above.some((folder) => taken.get(folder) === 'file')) continue;
    for (const folder of above) taken.set(folder, 'folder');
    taken.set(segments.join('/'), 'file');
    kept.push([name, one]);
  }
  return Object.fromEntries(kept);
}

const fold = (name: string) => name.normalize('NFKC').toUpperCase().toLowerCase();

/** Pseudo-random bytes: the same for the same name and size. */
function contentOf(name: string, size: number): Buffer {
  const random = seededRandom(name.length * 31 + size);
  const block = Buffer.from(Array.from({ length: Math.min(size, 65_537) }, () => Math.floor(random() * 256)));
  return size === 0 ? block : Buffer.alloc(size, block);
}

function writeTree(files: Tree): string {
  const folder = folderWith({});
  for (const [name, { size, mode, mtime }] of Object.entries(files)) {
    const target = path.join(folder, ...name.split('/'));
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, contentOf(name, size));
    chmodSync(target, mode);
    utimesSync(target, timeArgument(mtime), timeArgument(mtime));
  }
  return folder;
}

/** The permissions that a new file can have: a download applies the umask to modes. Windows has no modes. */
function allowedMode(): number {
  const file = path.join(folderWith({}), 'all');
  writeFileSync(file, '', { mode: 0o777 });
  return process.platform === 'win32' ? 0 : lstatSync(file).mode & 0o777;
}

/** Mode, and modification time in microseconds. */
function attributesOf(file: string, allowed: number): { mode: number; time: number } {
  const { mode, mtimeMs } = lstatSync(file);
  return {
    mode: mode & allowed,
    time: Math.round(mtimeMs * 1000),
  };
}

/** Whole trees, uploaded and downloaded again. */
export function downloadTreeCases(subject: () => Subject, { trees }: { trees: number }): void {
  beforeEach(() => subject().platform.store.clear(buckets.outputs));

  const succeed = async (action: 'upload' | 'download', inputs: Record<string, string>) => {
    const run = await runSubject(subject(), action, { destination: 'd', ...inputs }, { cwd: folderWith({}) });
    expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
    return run;
  };

  test(
    `${trees === 1 ? 'a generated tree is' : 'generated trees are'} the same after upload and download: names, bytes, modes and times`,
    async () => {
      await fc.assert(
        fc.asyncProperty(tree, async (files) => {
          await subject().platform.store.clear(buckets.outputs);
          const from = writeTree(files);
          const allowed = allowedMode();
          const to = path.join(folderWith({}), 'out');
          await succeed('upload', { path: from, root: from, 'include-hidden-files': 'true', links: 'none' });
          await succeed('download', { path: to });
          expect(namesBelow(to)).toEqual(Object.keys(files).sort());
          for (const name of Object.keys(files)) {
            const [before, after] = [from, to].map((folder) => path.join(folder, ...name.split('/')));
            expect([name, readFileSync(after ?? '').equals(readFileSync(before ?? ''))]).toEqual([
              name,
              true,
            ]);
            const [expected, got] = [attributesOf(before ?? '', allowed), attributesOf(after ?? '', 0o777)];
            expect([name, got.mode.toString(8)]).toEqual([name, expected.mode.toString(8)]);
            expect([name, Math.abs(got.time - expected.time) <= 1]).toEqual([name, true]);
          }
          const again = await succeed('download', { path: to, overwrite: 'changed' });
          expect(again.log).toContain(`Downloaded 0 files, ${Object.keys(files).length} file`);
        }),
        // Each run takes seconds, so a failure is not made smaller.
        { numRuns: trees, endOnFailure: true, ...(trees === 1 && { seed: 17 }) },
      );
    },
    30_000 + trees * 30_000,
  );
}
