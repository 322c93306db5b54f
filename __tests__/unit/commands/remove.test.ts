import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';

import { buckets } from '../../../platform/catalogue.ts';
import { startEmbeddedPlatform } from '../../../platform/embedded/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import { run } from '../../../src/commands/remove.ts';
import { generatedMetadata, putObjects } from '../../support/putObjects.ts';
import { type TemporaryFolder, temporaryFolder } from '../folders.ts';
import { runCommand } from './plainHost.ts';

let platform: Platform;
let folder: TemporaryFolder;

beforeAll(async () => {
  platform = await startEmbeddedPlatform();
  folder = temporaryFolder();
});

beforeEach(async () => {
  await platform.store.clear(buckets.outputs);
  await putObjects(platform, { 'ci/a/1.txt': '1', 'ci/a/sub/2.txt': '2', 'ci/ab.txt': 'beside' });
});

afterAll(async () => {
  folder[Symbol.dispose]();
  await platform.stop();
});

const remove = (inputs: Readonly<Record<string, string>>) =>
  runCommand(run, platform, folder.path, { destination: 'a', ...inputs });

const stored = async () => (await platform.store.list(buckets.outputs, '')).map(({ key }) => key);

test('deletes what is below the destination, and nothing else', async () => {
  const { failure, lines, outputs, summaries } = await remove({});
  expect(failure).toBeUndefined();
  expect(await stored()).toEqual(['ci/ab.txt']);
  expect(outputs).toEqual({
    's3-uri': 's3://gep-build-outputs/ci/a/',
    'deleted-count': 2,
    'comment-id': '',
    'deployment-id': '',
  });
  expect(lines).toContain('group: What: 2 objects, 2 bytes');
  expect(lines).toContain('info: Removed 2 files (2 objects) in s3://gep-build-outputs/ci/a/');
  expect(summaries).toHaveLength(1);
});

test('a dry run deletes nothing', async () => {
  const { lines, outputs } = await remove({ 'dry-run': 'true' });
  expect(await stored()).toHaveLength(3);
  expect(lines).toContain('info: Dry run: would remove 2 files (2 objects) in s3://gep-build-outputs/ci/a/');
  expect(outputs['deleted-count']).toBe(0);
});

test('keeps objects that are not older than older-than', async () => {
  await putObjects(platform, { 'ci/a/_links.html': 'page' }, generatedMetadata);
  const { outputs, failure } = await remove({ 'older-than': '1d' });
  expect(failure).toBeUndefined();
  expect(outputs['deleted-count']).toBe(0);
  expect(await stored()).toHaveLength(4);
});

test('counts files like the upload, without generated pages and folder markers', async () => {
  await putObjects(platform, { 'ci/a/_links.html': 'page' }, generatedMetadata);
  await putObjects(platform, { 'ci/a/sub/': '', 'ci/a/sub/_links.html': "a user's own" });
  const { lines, outputs, summaries } = await remove({ title: 'Docs <b>' });
  expect(outputs['deleted-count']).toBe(5);
  expect(lines).toContain('info: Removed 3 files (5 objects) in s3://gep-build-outputs/ci/a/');
  expect(summaries[0]).toMatch(/^### Docs &#60;b&#62;\n\n\*\*Removed 3 files\*\*: 5 objects, /);
});

test('says that there is nothing to delete', async () => {
  const { failure, lines, outputs } = await remove({ destination: 'nothing' });
  expect(failure).toBeUndefined();
  expect(lines.some((line) => line.startsWith('notice: There is nothing in'))).toBe(true);
  expect(outputs['deleted-count']).toBe(0);
});

test('refuses to delete the whole workspace', async () => {
  const { failure, outputs } = await remove({ destination: '' });
  expect(failure).toContain("destination: got '', expected the folder to delete");
  expect(outputs).toEqual({});
  expect(await stored()).toHaveLength(3);
});
