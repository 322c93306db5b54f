import { readdirSync, writeFileSync } from 'node:fs';

import { describe, expect, test } from '@jest/globals';

import { linux, windows } from '../../../src/files/system.ts';
import type { Get } from '../../../src/sync/downloads.ts';
import { type DownloadPlanOptions, planDownload } from '../../../src/transfer/downloadPlan.ts';
import { rejectionOf } from '../failure.ts';
import { type TemporaryFolder, temporaryFolder } from '../folders.ts';

const MiB = 1024 ** 2;

function getsOf(sizes: Readonly<Record<string, number>>): Get[] {
  return Object.entries(sizes).map(([name, size]) => ({
    name,
    size,
    etag: '0'.repeat(32),
    sha256: undefined,
    source: name,
  }));
}

function planIn(
  folder: TemporaryFolder,
  sizes: Readonly<Record<string, number>>,
  options: Partial<DownloadPlanOptions> = {},
) {
  const { signal } = new AbortController();
  return planDownload(getsOf(sizes), { folder: folder.path, overwrite: 'changed', signal, ...options });
}

test('a missing folder is planned, and not made; large files come first', async () => {
  using folder = temporaryFolder();
  const plan = await planIn(
    folder,
    { a: 1, 'c/large': 20 * MiB, 'folder/': 0 },
    { folder: folder.at('x/y') },
  );
  expect(plan).toMatchObject({ folder: folder.at('x/y'), totalBytes: 20 * MiB + 1, unchanged: [] });
  expect(plan.gets.map(({ name }) => name)).toEqual(['c/large', 'a']);
  expect(readdirSync(folder.path)).toEqual([]);
});

test('everything that is in the way is reported together, and nothing is written', async () => {
  using folder = temporaryFolder();
  using outside = temporaryFolder();
  folder.link('link', outside.path);
  folder.files('file');
  folder.folder('folder');
  const error = await rejectionOf(
    planIn(folder, { 'link/a': 1, 'link/b/c': 1, 'file/a': 1, folder: 1, fine: 1, 'new/a': 1 }),
  );
  expect(error.code).toBe('unwritable-files');
  expect(error.details).toEqual([
    `- 'link' is a symbolic link, and a download never follows links below its folder`,
    `- 'file' is a file, and the download needs a folder there`,
    `- 'folder' is a folder, and the download needs a file there`,
  ]);
  expect(readdirSync(outside.path)).toEqual([]);
  expect(readdirSync(folder.path).sort()).toEqual(['file', 'folder', 'link']);
});

test('names are checked by the rules of the system', async () => {
  using folder = temporaryFolder();
  const sizes = { '../a': 1, 'sub/con': 1 };
  expect((await rejectionOf(planIn(folder, sizes, { system: windows }))).details).toHaveLength(2);
  const error = await rejectionOf(planIn(folder, sizes, { system: linux }));
  expect(error.message).toContain(`'../a' contains an empty, '.' or '..' segment`);
});

test('the target may be a link, but not a file', async () => {
  using folder = temporaryFolder();
  using real = temporaryFolder();
  folder.link('target', real.path);
  expect((await planIn(folder, { a: 1 }, { folder: folder.at('target') })).folder).toBe(real.path);
  folder.files('file');
  for (const name of ['file', 'file/below'])
    expect((await rejectionOf(planIn(folder, { a: 1 }, { folder: folder.at(name) }))).message).toContain(
      'is not a folder',
    );
});

test('with `overwrite: never`, files with other content are listed', async () => {
  using folder = temporaryFolder();
  folder.files('a', 'sub/b');
  folder.link('c', 'a');
  const error = await rejectionOf(planIn(folder, { a: 1, 'sub/b': 9, c: 1, d: 1 }, { overwrite: 'never' }));
  expect(error).toMatchObject({ code: 'file-exists', details: ['- a', '- sub/b', '- c'] });
});

describe('the space on the disk', () => {
  test('must be enough, and the error says what is needed and free', async () => {
    using folder = temporaryFolder();
    const error = await rejectionOf(planIn(folder, { a: 600, b: 500 }, { freeSpace: () => 1_000 }));
    expect(error.code).toBe('disk-full');
    expect(error.message).toContain('(1100 bytes)');
    expect(error.message).toContain('(1000 bytes)');
  });

  test('of replaced files counts, but each needs room until it is replaced', async () => {
    using folder = temporaryFolder();
    for (const name of ['a', 'b']) writeFileSync(folder.at(name), Buffer.alloc(600));
    const plan = (free: number) => planIn(folder, { a: 600, b: 600 }, { freeSpace: () => free });
    await expect(plan(600)).resolves.toMatchObject({ totalBytes: 1_200 });
    await rejectionOf(plan(599));
  });

  test('is not checked if the file system does not say it', async () => {
    using folder = temporaryFolder();
    await expect(planIn(folder, { a: 2 ** 50 }, { freeSpace: () => undefined })).resolves.toBeDefined();
    expect((await rejectionOf(planIn(folder, { a: 2 ** 50 }))).code).toBe('disk-full');
  });
});
