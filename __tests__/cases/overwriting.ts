import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { beforeEach, describe, expect, test } from '@jest/globals';

import { buckets } from '../../platform/catalogue.ts';
import { helpLine } from '../../src/errors/codes.ts';
import { letObjectsAge } from '../support/objectAge.ts';
import { folderWith } from '../support/folder.ts';
import {
  type Subject,
  errorOf,
  linksFileOf,
  runSubject,
  storedFiles,
  urlsOf,
  warningsOf,
} from '../support/subject.ts';

const MiB = 1024 ** 2;

/** Existing objects: overwritten, skipped, rejected or deleted. */
export function overwritingCases(subject: () => Subject): void {
  beforeEach(() => subject().platform.store.clear(buckets.outputs));

  const upload = (cwd: string, inputs: Record<string, string> = {}) =>
    runSubject(subject(), 'upload', { path: '.', destination: 'd', ...inputs }, { cwd });
  const keys = async () => (await storedFiles(subject().platform, '')).map(({ key }) => key);
  const seed = (name: string, content: string | Buffer, inputs: Record<string, string> = {}) => {
    const folder = path.posix.dirname(name);
    return runSubject(
      subject(),
      'upload',
      { path: '.', destination: folder === '.' ? '' : folder, ...inputs },
      { cwd: folderWith({ [path.posix.basename(name)]: content }) },
    );
  };

  describe('overwrite', () => {
    test('changed: uploads only files with other content, also large ones in parts', async () => {
      const cwd = folderWith({ 'same.txt': 'same', 'other.txt': 'one', 'large.bin': randomBytes(40 * MiB) });
      await upload(cwd);
      await letObjectsAge(subject().platform, 1_100);
      const before = await storedFiles(subject().platform, 'ci/d/');
      writeFileSync(path.join(cwd, 'other.txt'), 'two');
      writeFileSync(path.join(cwd, 'new.txt'), 'new');
      const run = await upload(cwd, { overwrite: 'changed' });
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      expect(run.outputs).toMatchObject({ 'file-count': '4', 'uploaded-count': '2', 'unchanged-count': '2' });
      expect(run.log).toContain('Uploaded 2 files, 2 files unchanged\n');
      expect(run.summary).toContain('\n\nUploaded 2 files, 2 files unchanged. Total: 4 files, ');
      const after = await storedFiles(subject().platform, 'ci/d/');
      const written = after.filter(({ key, lastModified }) =>
        before.every((old) => old.key !== key || old.lastModified.getTime() !== lastModified.getTime()),
      );
      expect(written.map(({ key }) => key)).toEqual(['ci/d/new.txt', 'ci/d/other.txt']);
      const states = Object.fromEntries(
        linksFileOf(run).files.map(({ path: name, status }) => [name, status]),
      );
      expect(states).toEqual({
        'same.txt': 'unchanged',
        'large.bin': 'unchanged',
        'other.txt': 'uploaded',
        'new.txt': 'uploaded',
      });
      for (const { url } of linksFileOf(run).files) expect((await fetch(url)).status).toBe(200);
    });

    test('never: rejects other content before anything is written, and skips the same content', async () => {
      const cwd = folderWith({ 'a.txt': 'a', 'b.txt': 'b' });
      await upload(cwd);
      const again = await upload(cwd, { overwrite: 'never' });
      expect(again.outputs).toMatchObject({ 'uploaded-count': '0', 'unchanged-count': '2' });
      writeFileSync(path.join(cwd, 'b.txt'), 'B');
      writeFileSync(path.join(cwd, 'a-first.txt'), 'first');
      const refused = await upload(cwd, { overwrite: 'never' });
      expect(refused.exitCode).toBe(1);
      expect(errorOf(refused)).toMatch(
        /^1 object already exists with other content, and 'overwrite' is 'never'/,
      );
      expect(errorOf(refused)).toContain('- ci/d/b.txt');
      expect(await keys()).toEqual(['ci/d/a.txt', 'ci/d/b.txt']);
    });
  });

  describe('delete-stale', () => {
    test('deletes only objects below the destination that are not part of the upload', async () => {
      await seed('d/old.txt', 'old');
      await seed('d/deep/er/old.txt', 'old');
      await seed('dd/neighbour.txt', 'neighbour');
      await seed('d.txt', 'beside');
      await letObjectsAge(subject().platform, 1_100);
      const cwd = folderWith({ 'new.txt': 'new' });
      const dry = await upload(cwd, { 'delete-stale': 'true', 'dry-run': 'true' });
      expect(dry.log).toMatch(
        /::group::Would delete 2 stale objects\nci\/d\/deep\/er\/old.txt\nci\/d\/old.txt\n/,
      );
      const run = await upload(cwd, { 'delete-stale': 'true' });
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      expect(run.outputs['deleted-count']).toBe('2');
      expect((await keys()).sort()).toEqual(['ci/d.txt', 'ci/d/new.txt', 'ci/dd/neighbour.txt']);
    });

    test('deletes nothing if there are no files, and is rejected for the whole workspace', async () => {
      await seed('d/old.txt', 'old');
      await letObjectsAge(subject().platform, 1_100);
      const none = await upload(folderWith({}), { 'delete-stale': 'true', 'if-no-files-found': 'warn' });
      expect(none.exitCode).toBe(0);
      const whole = await upload(folderWith({ 'a.txt': 'a' }), { 'delete-stale': 'true', destination: '/' });
      expect(errorOf(whole)).toMatch(/^Input delete-stale: got 'true' with an empty 'destination'/);
      for (const destination of ['d/', 'd//']) {
        const wide = await upload(folderWith({ 'a.txt': 'a' }), { 'delete-stale': 'true', destination });
        expect(errorOf(wide)).toContain(`Input destination: got '${destination}', expected a folder `);
      }
      expect(await keys()).toEqual(['ci/d/old.txt']);
    });
  });

  test('a line of headers that matches no file causes a warning with the names it is compared with, and with a correction', async () => {
    const cwd = folderWith({ 'dist/index.html': '<p>', 'dist/assets/app.js': '1' });
    const headers = [
      'dist/*.html Cache-Control: no-cache',
      'assets Cache-Control: immutable',
      '*.js Content-Language: de',
    ].join('\n');
    const help = helpLine('unmatched-headers');
    for (const dryRun of ['true', 'false']) {
      const run = await upload(cwd, { path: 'dist', headers, 'dry-run': dryRun });
      expect(run.exitCode).toBe(0);
      expect(warningsOf(run)).toEqual([
        `No file matches the line 'dist/*.html Cache-Control: no-cache' of 'headers': it is compared with names relative to ${cwd}/dist, e.g. 'index.html'; to match it, write '/*.html'\n${help}`,
        `No file matches the line 'assets Cache-Control: immutable' of 'headers': it is compared with names relative to ${cwd}/dist, e.g. 'assets/app.js'; to match it, write 'assets/**'\n${help}`,
      ]);
    }
  });

  test('headers are stored with the matching files, uploaded in one request or in parts', async () => {
    const cwd = folderWith({
      'index.html': '<p>',
      'assets/app.js': '1',
      'data.csv': 'a',
      'large.bin': randomBytes(20 * MiB),
    });
    const headers = [
      'Cache-Control: no-cache',
      'assets/** cache-control: public, max-age=31536000, immutable',
      '*.csv Content-Disposition: attachment',
      '*.csv Content-Type: text/plain',
      '*.bin X-Amz-Meta-Commit: abc123',
      '*.bin Content-Language: de',
    ].join('\n');
    const run = await upload(cwd, { headers });
    expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
    const answers = Object.fromEntries(
      await Promise.all(
        linksFileOf(run).files.map(
          async ({ path: name, url }) => [name, (await fetch(url)).headers] as const,
        ),
      ),
    );
    expect(answers['index.html']?.get('cache-control')).toBe('no-cache');
    expect(answers['assets/app.js']?.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answers['data.csv']?.get('content-disposition')).toBe('attachment');
    expect(answers['data.csv']?.get('content-type')).toBe('text/plain');
    expect(answers['large.bin']?.get('x-amz-meta-commit')).toBe('abc123');
    expect(answers['large.bin']?.get('content-language')).toBe('de');
    expect(answers['large.bin']?.get('cache-control')).toBe('no-cache');
  });

  test('time and mode of each file are stored with it, uploaded in one request or in parts, and not with the index page', async () => {
    const cwd = folderWith({ 'run.sh': '#!/bin/sh', 'large.bin': randomBytes(20 * MiB), 'own.txt': '1' });
    chmodSync(path.join(cwd, 'run.sh'), 0o755);
    chmodSync(path.join(cwd, 'large.bin'), 0o640);
    for (const name of ['run.sh', 'large.bin', 'own.txt'])
      utimesSync(path.join(cwd, name), 1_700_000_000.25, 1_700_000_000.25);
    const run = await upload(cwd, { headers: 'own.txt X-Amz-Meta-Mtime: 5' });
    expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
    const attributesOf = async (url = '') => {
      const { headers } = await fetch(url);
      return [headers.get('x-amz-meta-mtime'), headers.get('x-amz-meta-mode')];
    };
    const urls = urlsOf(run);
    const mode = (octal: string) => (process.platform === 'win32' ? null : octal);
    expect(await attributesOf(urls['run.sh'])).toEqual(['1700000000.25', mode('100755')]);
    expect(await attributesOf(urls['large.bin'])).toEqual(['1700000000.25', mode('100640')]);
    expect((await attributesOf(urls['own.txt']))[0]).toBe('5');
    expect(await attributesOf(run.outputs['url'])).toEqual([null, null]);
  });

  test('checksums: sha256sum -c accepts SHA256SUMS, which is not counted, and is always overwritten', async () => {
    const names = process.platform === 'win32' ? {} : { 'back\\slash.txt': 'b', 'new\nline.txt': 'n' };
    const cwd = folderWith({ 'a.txt': 'a', 'deep/b c.bin': randomBytes(20 * MiB), ...names });
    const run = await upload(cwd, { checksums: 'true' });
    expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
    const count = String(2 + Object.keys(names).length);
    expect(run.outputs).toMatchObject({ 'file-count': count, 'uploaded-count': count });
    const { body } = await subject().platform.store.get(buckets.outputs, 'ci/d/SHA256SUMS');
    if (process.platform === 'linux') {
      const check = path.join(folderWith({ sums: body }), 'sums');
      const said = execFileSync('sha256sum', ['-c', check], { cwd, encoding: 'utf8' });
      expect(said.match(/: OK$/gm)).toHaveLength(Number(count));
      rmSync(check);
    }
    const links = linksFileOf(run).files;
    expect(links.map(({ path: name }) => name)).not.toContain('SHA256SUMS');
    for (const { path: name, sha256 } of links)
      expect([name, sha256]).toEqual([name, expect.stringMatching(/^[0-9a-f]{64}$/)]);
    rmSync(path.join(cwd, 'a.txt'));
    const never = await upload(cwd, { checksums: 'true', overwrite: 'never' });
    expect([never.exitCode, errorOf(never)]).toEqual([0, '']);
    expect(
      (await subject().platform.store.get(buckets.outputs, 'ci/d/SHA256SUMS')).body.toString(),
    ).not.toContain('a.txt');
  });

  test('a file in place of a folder, and a folder in place of a file, are rejected before anything is written', async () => {
    await seed('d/report', 'an object');
    const below = await upload(folderWith({ 'a.txt': 'a', 'report/x.txt': 'x' }));
    expect(below.exitCode).toBe(1);
    expect(errorOf(below)).toMatch(/^'ci\/d\/report' is an object, and the upload needs a folder there/);
    const inside = await upload(folderWith({ 'x.txt': 'x' }), { destination: 'd/report' });
    expect(errorOf(inside)).toMatch(/^'ci\/d\/report' is an object, and the upload needs a folder there/);
    expect(await keys()).toEqual(['ci/d/report']);
    await seed('d/folder/x.txt', 'x');
    const over = await upload(folderWith({ folder: 'a file' }), { overwrite: 'changed' });
    expect(errorOf(over)).toMatch(/^'ci\/d\/folder' is a folder in the workspace, and a file of the upload/);
  });
}
