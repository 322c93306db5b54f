import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { buckets } from '../../../platform/catalogue.ts';
import { startEmbeddedPlatform } from '../../../platform/embedded/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import { run } from '../../../src/commands/links.ts';
import { run as remove } from '../../../src/commands/remove.ts';
import { run as upload } from '../../../src/commands/upload.ts';
import { generatedMetadata, putObjects } from '../../support/putObjects.ts';
import { type TemporaryFolder, temporaryFolder } from '../folders.ts';
import { runCommand } from './plainHost.ts';

let platform: Platform;
let folder: TemporaryFolder;

beforeAll(async () => {
  platform = await startEmbeddedPlatform();
  folder = temporaryFolder();
  await putObjects(platform, { 'ci/a/index.html': 'home', 'ci/a/data/b.txt': 'b', 'ci/a/data/': '' });
});

afterAll(async () => {
  folder[Symbol.dispose]();
  await platform.stop();
});

const links = (inputs: Readonly<Record<string, string>>) =>
  runCommand(run, platform, folder.path, { destination: 'a', ...inputs });

const stored = async () => (await platform.store.list(buckets.outputs, 'ci/a/')).map(({ key }) => key);

test('a dry run makes no link and writes nothing', async () => {
  const { lines, outputs } = await links({ 'dry-run': 'true' });
  expect(lines).toContain('info: Dry run: would make links to 2 files');
  expect(outputs).toMatchObject({ url: '', urls: '{}', 'file-count': 2 });
  expect(await stored()).not.toContain('ci/a/_links.html');
});

test('makes links to the stored files, and writes the index page', async () => {
  const { failure, lines, outputs, summaries } = await links({});
  expect(failure).toBeUndefined();
  expect(lines).toContain('info: Made links to 2 files');
  expect(outputs).toMatchObject({
    's3-uri': 's3://gep-build-outputs/ci/a/',
    'file-count': 2,
    'total-bytes': 5,
  });
  const urls = JSON.parse(String(outputs['urls'])) as Record<string, string>;
  expect(Object.keys(urls)).toEqual(['data/b.txt', 'index.html']);
  expect(await (await fetch(String(outputs['url']))).text()).toBe('home');
  expect(await stored()).toContain('ci/a/_links.html');
  expect(summaries).toHaveLength(1);
});

test('does not count the index page and folder markers as files', async () => {
  const { outputs } = await links({ links: 'none', summary: 'false' });
  expect(outputs).toMatchObject({ 'file-count': 2, url: '' });
});

describe('digests from SHA256SUMS', () => {
  const publish = (destination: string, ...names: string[]) => {
    folder.files(...names.map((name) => `${destination}/${name}`));
    return runCommand(upload, platform, folder.path, {
      path: folder.at(destination),
      destination,
      checksums: 'true',
    });
  };
  const digests = async (destination: string) => {
    const { lines, outputs, failure } = await links({ destination });
    expect(failure).toBeUndefined();
    const { files } = JSON.parse(readFileSync(String(outputs['links-file']), 'utf8')) as {
      files: { path: string; sha256?: string }[];
    };
    return { sums: Object.fromEntries(files.map(({ path, sha256 }) => [path, sha256])), lines };
  };
  const outOfDate = (folder = '') => `info: ${folder}SHA256SUMS is out of date, so its digests are not used`;

  test('are those of the stored files, also of uploads to folders and next to other files', async () => {
    await publish('sums', 'a.txt', 'b/c.txt');
    await publish('sums/other', 'd.txt');
    await putObjects(platform, { 'ci/sums/later.txt': 'later' });
    const { sums, lines } = await digests('sums');
    expect(sums).toEqual({
      'a.txt': hash('sha256', 'sums/a.txt'),
      'b/c.txt': hash('sha256', 'sums/b/c.txt'),
      'later.txt': undefined,
      'other/d.txt': hash('sha256', 'sums/other/d.txt'),
    });
    expect(lines.join('\n')).not.toContain('out of date');
    const page = await platform.store.get(buckets.outputs, 'ci/sums/_links.html');
    expect(page.body.toString()).toContain(hash('sha256', 'sums/a.txt'));
  });

  test.each([
    ['replaced', (folder: string) => putObjects(platform, { [`ci/${folder}/a.txt`]: 'other' })],
    ['deleted', (destination: string) => runCommand(remove, platform, folder.path, { destination })],
  ])('are not used after a file was %s', async (change, apply) => {
    const name = `sums-${change}`;
    await publish(name, 'first/a.txt', 'b.txt');
    await publish(`${name}/kept`, 'c.txt');
    await apply(`${name}/first`);
    const { sums, lines } = await digests(name);
    expect(sums['b.txt']).toBeUndefined();
    expect(sums['first/a.txt']).toBeUndefined();
    expect(sums['kept/c.txt']).toBe(hash('sha256', `${name}/kept/c.txt`));
    expect(lines).toContain(outOfDate());
  });

  test('are not used if SHA256SUMS does not say which objects it is about, or belongs to the user', async () => {
    const text = `${hash('sha256', 'a')}  a.txt\n`;
    await putObjects(platform, { 'ci/plain/a.txt': 'a', 'ci/plain/own/SHA256SUMS': text });
    await putObjects(platform, { 'ci/plain/SHA256SUMS': text }, generatedMetadata);
    const { sums, lines } = await digests('plain');
    expect(sums).toEqual({ 'a.txt': undefined, 'own/SHA256SUMS': undefined });
    expect(lines.filter((line) => line.includes('out of date'))).toEqual([outOfDate()]);
  });
});

test('fails if there are no files', async () => {
  const { failure, outputs } = await links({ destination: 'nothing' });
  expect(failure).toContain('There is no file in s3://gep-build-outputs/ci/nothing/ to make links to');
  expect(outputs).toEqual({});
});

test('names an object that hides the files below it', async () => {
  await putObjects(platform, { 'ci/hidden': 'an object' });
  const { failure } = await links({ destination: 'hidden' });
  expect(failure).toContain("There is an object 'ci/hidden'");
});
