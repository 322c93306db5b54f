import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { buckets } from '../../../platform/catalogue.ts';
import { startEmbeddedPlatform } from '../../../platform/embedded/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import { run } from '../../../src/commands/links.ts';
import { putObjects } from '../../support/putObjects.ts';
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
