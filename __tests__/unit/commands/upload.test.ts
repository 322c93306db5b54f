import { hash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { buckets, clientApp } from '../../../platform/catalogue.ts';
import { startEmbeddedPlatform } from '../../../platform/embedded/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import { run } from '../../../src/commands/upload.ts';
import type { IndexPageData } from '../../../src/links/indexPageData.ts';
import { indexPageJson } from '../../../src/links/linkList.ts';
import { generatedMetadata, putObjects } from '../../support/putObjects.ts';
import { type TemporaryFolder, temporaryFolder } from '../folders.ts';
import { runCommand } from './plainHost.ts';

let platform: Platform;
let folder: TemporaryFolder;

beforeAll(async () => {
  platform = await startEmbeddedPlatform();
  folder = temporaryFolder();
  folder.files('dist/index.html', 'dist/app.js');
});

afterAll(async () => {
  folder[Symbol.dispose]();
  await platform.stop();
});

const upload = (inputs: Readonly<Record<string, string>>) =>
  runCommand(run, platform, folder.path, { path: folder.at('dist'), ...inputs });

const stored = async (destination: string) =>
  (await platform.store.list(buckets.outputs, `ci/${destination}/`)).map(({ key }) => key);

test('uploads the files, sets the outputs and logs each step', async () => {
  const { lines, outputs, summaries, failure } = await upload({ destination: 'a' });
  expect(failure).toBeUndefined();
  expect(await stored('a')).toEqual(['ci/a/_links.html', 'ci/a/app.js', 'ci/a/index.html']);
  expect(outputs).toMatchObject({
    's3-uri': 's3://gep-build-outputs/ci/a/',
    'file-count': 2,
    'total-bytes': 26,
    'uploaded-count': 2,
    'unchanged-count': 0,
    'deleted-count': 0,
    'comment-id': '',
    'checksums-file': '',
  });
  const opened = await fetch(String(outputs['url']));
  expect(await opened.text()).toBe('dist/index.html');
  const groups = lines.filter((line) => line.startsWith('group: ')).map((line) => line.slice(7, 12));
  expect(groups).toEqual(['Who: ', 'Where', 'What:', 'Uploa', 'Links']);
  expect(lines).toContain('info: Uploaded 2 files');
  expect(lines.filter((line) => line.startsWith('warning: '))).toEqual([]);
  expect(summaries).toHaveLength(1);
  expect(summaries[0]).toContain('index.html');
});

test('masks all secrets, the client secret first', async () => {
  const before = new Set(platform.terrapi.secrets);
  const { secrets, lines } = await upload({ destination: 'masked', 'mask-links': 'true' });
  expect(secrets[0]).toBe(clientApp.secret);
  const handedOut = [...platform.terrapi.secrets].filter((secret) => !before.has(secret));
  expect(secrets).toEqual(expect.arrayContaining(handedOut));
  expect(handedOut.length).toBeGreaterThan(1);
  expect(lines.join('\n')).not.toContain('X-Amz-Signature');
});

test('does not upload unchanged files again', async () => {
  await upload({ destination: 'b' });
  const { outputs, lines } = await upload({ destination: 'b', overwrite: 'changed' });
  expect(outputs).toMatchObject({ 'uploaded-count': 0, 'unchanged-count': 2 });
  expect(lines).toContain('Unchanged, not uploaded again: 2 files');
});

test('a dry run writes nothing and says what it would do', async () => {
  const { lines, outputs, failure } = await upload({
    destination: 'dry',
    'dry-run': 'true',
    checksums: 'true',
  });
  expect(failure).toBeUndefined();
  expect(await stored('dry')).toEqual([]);
  expect(lines).toContain('group: Would upload 3 new files');
  expect(outputs).toMatchObject({
    url: '',
    'links-file': '',
    'checksums-file': '',
    'file-count': 2,
    'uploaded-count': 0,
  });
});

test('a dry run compares the files with their objects, even if it would upload all of them', async () => {
  folder.files('dry/a.txt', 'dry/b.txt', 'dry/c.txt');
  const dry = (inputs: Readonly<Record<string, string>>) =>
    upload({ path: folder.at('dry'), destination: 'compared', ...inputs });
  await dry({});
  writeFileSync(folder.at('dry/b.txt'), 'dry/B.txt');
  folder.files('dry/d.txt');
  const titles = async (overwrite: string) => {
    const { lines, summaries } = await dry({ 'dry-run': 'true', overwrite });
    for (const summary of [
      /<summary>Would upload 1 new file<\/summary>\n\n- d\.txt\n/,
      /changed file<\/summary>\n\n- b\.txt\n/,
    ])
      expect(summaries[0]).toMatch(summary);
    return lines.filter((line) => line.startsWith('group: Would ')).map((line) => line.slice(13));
  };
  const differing = ['upload 1 new file', 'replace 1 changed file'];
  expect(await titles('always')).toEqual([...differing, 'upload 2 unchanged files again']);
  expect(await titles('changed')).toEqual([...differing, 'keep 2 unchanged files']);
});

test('a preview is one link that opens the site', async () => {
  const { outputs, lines } = await upload({ destination: 'preview', preview: 'true' });
  expect(await stored('preview')).toContain('ci/preview/_preview.html');
  expect(outputs['url']).toContain('/ci/preview/_preview.html?');
  expect(lines).toContain('group: Preview: 1 page, 2 files');
});

test('log, summary and index page say what changed since the previous upload', async () => {
  folder.files('since/a.txt', 'since/b.txt', 'since/c.txt');
  const publish = (inputs: Readonly<Record<string, string>> = {}) =>
    upload({ path: folder.at('since'), destination: 'since', ...inputs });
  const page = async () =>
    JSON.parse(
      indexPageJson((await platform.store.get(buckets.outputs, 'ci/since/_links.html')).body.toString()) ??
        '',
    ) as IndexPageData;
  const first = await publish();
  expect(first.lines.filter((line) => line.startsWith('group: Changes'))).toEqual([]);
  expect((await page()).changes).toBeNull();
  const second = await publish();
  expect(second.lines).toContain('group: Changes since the previous upload: no changes');
  rmSync(folder.at('since/a.txt'));
  // The size stays the same.
  writeFileSync(folder.at('since/b.txt'), 'since/B.txt');
  folder.files('since/d.txt');
  const third = await publish({ overwrite: 'changed' });
  const start = third.lines.indexOf('group: Changes since the previous upload: 1 new, 1 changed, 1 gone');
  expect(third.lines.slice(start + 1, start + 4)).toEqual(['changed: b.txt', 'new: d.txt', 'gone: a.txt']);
  expect(third.summaries[0]).toContain('\n\n1 new, 1 changed, 1 gone since the previous upload.\n\n');
  expect((await page()).changes).toEqual({ added: 1, changed: 1, gone: 1, commit: '', marks: 'c.n' });
});

test('nothing is said about changes if the page of the last upload cannot be read', async () => {
  folder.files('unread/a.txt', 'unread/b.txt');
  await upload({ path: folder.at('unread'), destination: 'unread' });
  await putObjects(platform, { 'ci/unread/_links.html': '<p>damaged' }, generatedMetadata);
  const { failure, lines, summaries } = await upload({ path: folder.at('unread'), destination: 'unread' });
  expect(failure).toBeUndefined();
  expect(lines.filter((line) => line.startsWith('group: Changes'))).toEqual([]);
  expect(summaries[0]).not.toContain('since');
});

test('with checksums, the output names the file that is uploaded as SHA256SUMS', async () => {
  const { outputs } = await upload({ destination: 'sums', checksums: 'true' });
  const written = readFileSync(String(outputs['checksums-file']), 'utf8');
  const sum = (text: string) => hash('sha256', text);
  expect(written).toBe(`${sum('dist/app.js')}  app.js\n${sum('dist/index.html')}  index.html\n`);
  const object = await platform.store.get(buckets.outputs, 'ci/sums/SHA256SUMS');
  expect(object.body.toString()).toBe(written);
});

test('the links file has a link to each file', async () => {
  const { outputs } = await upload({ destination: 'file' });
  const { files } = JSON.parse(readFileSync(String(outputs['links-file']), 'utf8')) as {
    files: { path: string; url: string; sha256: string; status: string }[];
  };
  expect(files.map(({ path, status }) => [path, status])).toEqual([
    ['app.js', 'uploaded'],
    ['index.html', 'uploaded'],
  ]);
  expect((await fetch(files[0]?.url ?? '')).status).toBe(200);
  expect(files.map(({ sha256 }) => sha256)).toEqual([
    hash('sha256', 'dist/app.js'),
    hash('sha256', 'dist/index.html'),
  ]);
  const again = await upload({ destination: 'file', overwrite: 'changed' });
  const second = JSON.parse(readFileSync(String(again.outputs['links-file']), 'utf8')) as {
    files: { sha256: string; status: string }[];
  };
  expect(second.files.map(({ sha256, status }) => [sha256, status])).toEqual(
    files.map(({ sha256 }) => [sha256, 'unchanged']),
  );
});

describe('without files', () => {
  const none = (choice: string) =>
    upload({ path: folder.at('none'), destination: 'none', 'if-no-files-found': choice });

  test('it fails', async () => {
    const { failure } = await none('error');
    expect(failure).toContain("No files were found for 'path'");
  });

  test.each([
    ['warn', 'warning: '],
    ['ignore', 'info: '],
  ])('it logs a message with %s, and sets the outputs', async (choice, kind) => {
    const { failure, lines, outputs } = await none(choice);
    expect(failure).toBeUndefined();
    expect(lines.some((line) => line.startsWith(`${kind}No files were found`))).toBe(true);
    expect(outputs).toMatchObject({ 'file-count': 0, 'uploaded-count': 0, urls: '{}' });
  });
});

test('all invalid inputs are in one error, before the first request', async () => {
  const asked = platform.terrapi.requests.length;
  const { failure, outputs } = await upload({ concurrency: '0', overwrite: 'perhaps' });
  expect(failure).toContain('concurrency: ');
  expect(failure).toContain('overwrite: ');
  expect(outputs).toEqual({});
  expect(platform.terrapi.requests).toHaveLength(asked);
});

test('without credentials, it is skipped with if-no-credentials: skip', async () => {
  const { failure, lines } = await upload({ 'client-secret': '', 'if-no-credentials': 'skip' });
  expect(failure).toBeUndefined();
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^notice: Skipped because of 'if-no-credentials: skip'/);
});
