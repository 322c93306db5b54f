import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { beforeEach, describe, expect, test } from '@jest/globals';

import { buckets } from '../../platform/catalogue.ts';
import type { RunnerResult } from '../../platform/runner.ts';
import { downloadByLinks, filesIn } from '../support/downloadRun.ts';
import { errorXml, useFaultyStorage } from '../support/faultyServer.ts';
import { folderWith } from '../support/folder.ts';
import { putObjects } from '../support/putObjects.ts';
import {
  type Subject,
  cancelledWithinMs,
  entryOf,
  errorOf,
  linksFileOf,
  runSubject,
  warningsOf,
} from '../support/subject.ts';

const site = {
  'a & b.txt': 'one',
  'empty.txt': '',
  'reports/index.html': '<p>report</p>',
  'reports/déjà vu.html': '<p>again</p>',
};

/** The `download` action: from a workspace, and by a list of links without any credentials. */
export function downloadingCases(subject: () => Subject): void {
  beforeEach(() => subject().platform.store.clear(buckets.outputs));

  const upload = async (files: Record<string, string> = site, inputs: Record<string, string> = {}) => {
    const given = { path: '.', destination: 'd', links: 'session', preview: 'false', ...inputs };
    const run = await runSubject(subject(), 'upload', given, { cwd: folderWith(files) });
    expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
    return run;
  };
  const download = (cwd: string, inputs: Record<string, string> = {}) =>
    runSubject(subject(), 'download', { destination: 'd', ...inputs }, { cwd });
  const byLinks = (cwd: string, from: string, inputs: Record<string, string> = {}) =>
    downloadByLinks(subject(), { from, ...inputs }, { cwd });
  const expectDone = (run: RunnerResult) => {
    expect([run.exitCode, errorOf(run), warningsOf(run)]).toEqual([0, '', []]);
  };
  const linksFileIn = (cwd: string, uploaded: RunnerResult, change: object = {}) => {
    writeFileSync(path.join(cwd, 'links.json'), JSON.stringify({ ...linksFileOf(uploaded), ...change }));
    return 'links.json';
  };
  const indexOf = (uploaded: RunnerResult) => {
    const link = uploaded.outputs['url'] ?? '';
    expect(link).toContain('/_links.html?');
    return link;
  };

  describe('a download from a workspace', () => {
    test('has the files of the upload, verified by SHA-256, and no generated object', async () => {
      await upload(site, { checksums: 'true' });
      const cwd = folderWith({});
      const run = await download(cwd, { path: 'new/folder' });
      expectDone(run);
      expect(filesIn(cwd)).toEqual(
        Object.fromEntries(
          Object.entries(site)
            .map(([name, text]) => [`new/folder/${name}`, text])
            .sort(),
        ),
      );
      expect(run.outputs).toEqual({
        'download-path': path.join(cwd, 'new', 'folder'),
        'file-count': '4',
        'total-bytes': String(Buffer.byteLength(Object.values(site).join(''))),
      });
      expect(run.log).toContain(`Downloaded 4 files, to ${path.join(cwd, 'new', 'folder')}\n`);
      expect(run.log).toContain('Verified: 4 files by SHA-256\n');
      expect(run.log).toContain('Not downloaded, because generated: ');
    });

    test('ignores SHA256SUMS after one of its files was replaced, even within the same second', async () => {
      await upload({ 'a.txt': 'old', 'b.txt': 'b' }, { checksums: 'true' });
      await putObjects(subject().platform, { 'ci/d/a.txt': 'new' });
      const cwd = folderWith({});
      const run = await download(cwd);
      expectDone(run);
      expect(filesIn(cwd)).toEqual({ 'a.txt': 'new', 'b.txt': 'b' });
      expect(run.log).toContain('SHA256SUMS does not match all of its files, so it is used only for files');
      // The other file may have been stored in the second before SHA256SUMS.
      expect(run.log).toMatch(/Verified: .*by ETag/);
    });

    test('takes what the pattern matches, and warns about a line without effect', async () => {
      await upload();
      const cwd = folderWith({});
      const run = await download(cwd, { pattern: 'reports\n!**/index.html\nnothing' });
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      expect(warningsOf(run)).toEqual([
        expect.stringMatching(
          /^The line 'nothing' of 'pattern' matches no file\.\nHelp: .*#unmatched-pattern$/,
        ),
      ]);
      expect(filesIn(cwd)).toEqual({ 'reports/déjà vu.html': '<p>again</p>' });
      const none = await download(cwd, { pattern: '*.zip' });
      expect([none.exitCode, none.outputs]).toEqual([1, {}]);
      expect(errorOf(none)).toContain(`It has 4 files, but 'pattern' matches none.`);
    });

    test('a dry run writes nothing and names what it would write, replace and leave', async () => {
      await upload({ 'a.txt': 'a', 'b.txt': 'b', 'c.txt': 'c' });
      const before = { 'b.txt': 'other', 'c.txt': 'c' };
      const cwd = folderWith(before);
      const run = await download(cwd, { 'dry-run': 'true', overwrite: 'changed' });
      expectDone(run);
      expect(filesIn(cwd)).toEqual(before);
      expect(run.log).toContain('Would write 1 file');
      expect(run.log).toContain('Would replace 1 file');
      expect(run.log).toContain('Would leave 1 unchanged file');
      expect(run.log).toContain('Dry run: would download 2 files, 2 bytes, to ');
      expect(run.outputs).toMatchObject({ 'file-count': '3', 'total-bytes': '3' });
    });

    test('overwrite: always, changed and never', async () => {
      await upload({ 'a.txt': 'a', 'b.txt': 'b' });
      const cwd = folderWith({ 'a.txt': 'other', 'b.txt': 'b', 'own.txt': 'mine' });
      const never = await download(cwd, { overwrite: 'never' });
      expect([never.exitCode, never.outputs]).toEqual([1, {}]);
      expect(errorOf(never)).toContain('a.txt');
      expect(filesIn(cwd)).toEqual({ 'a.txt': 'other', 'b.txt': 'b', 'own.txt': 'mine' });
      const changed = await download(cwd);
      expectDone(changed);
      expect(changed.log).toContain('Downloaded 1 file, 1 file unchanged, to ');
      expect(filesIn(cwd)).toEqual({ 'a.txt': 'a', 'b.txt': 'b', 'own.txt': 'mine' });
      const always = await download(cwd, { overwrite: 'always' });
      expectDone(always);
      expect(always.log).toContain('Downloaded 2 files, to ');
      const nothing = await download(cwd);
      expectDone(nothing);
      expect(nothing.log).toContain('Downloaded 0 files, 2 files unchanged, to ');
    });

    test('says what to check if there are no files', async () => {
      const run = await download(folderWith({}), { destination: 'never/there' });
      expect([run.exitCode, run.outputs]).toEqual([1, {}]);
      expect(errorOf(run)).toMatch(
        /^There is no file in s3:\/\/gep-build-outputs\/ci\/never\/there\/ to download\nCheck 'destination' and 'workspace'/,
      );
    });

    test('without credentials, it can be skipped', async () => {
      const run = await download(folderWith({}), { 'client-secret': '', 'if-no-credentials': 'skip' });
      expect([run.exitCode, run.outputs]).toEqual([0, {}]);
      expect(run.log).toContain(`Skipped because of 'if-no-credentials: skip'`);
    });
  });

  describe('a download by links needs no credentials', () => {
    test('with the link of an index page', async () => {
      const uploaded = await upload();
      const cwd = folderWith({});
      const run = await byLinks(cwd, indexOf(uploaded));
      expectDone(run);
      expect(filesIn(cwd)).toEqual(site);
      expect(run.outputs).toEqual({
        'download-path': cwd,
        'file-count': '4',
        'total-bytes': uploaded.outputs['total-bytes'],
      });
      expect(run.log).toContain('A list of links (index page) to 4 files\n');
      expect(run.log).not.toContain('X-Amz-Signature');
    });

    test('with a saved index page, and with a links file, whose SHA-256 are compared', async () => {
      const uploaded = await upload(site, { checksums: 'true' });
      const cwd = folderWith({});
      writeFileSync(path.join(cwd, 'saved.html'), await (await fetch(indexOf(uploaded))).text());
      for (const from of ['saved.html', linksFileIn(cwd, uploaded)]) {
        const run = await byLinks(cwd, from, { path: `of-${from}` });
        expectDone(run);
        expect(filesIn(path.join(cwd, `of-${from}`))).toEqual(site);
        expect(run.log).toContain('Verified: 4 files by SHA-256\n');
      }
      const dry = await byLinks(cwd, 'saved.html', {
        'dry-run': 'true',
        overwrite: 'changed',
        path: 'of-links.json',
      });
      expectDone(dry);
      expect(dry.log).toContain('Would leave 4 unchanged files');
    });

    test('a file with another digest is an error, and is not written', async () => {
      const uploaded = await upload({ 'a.txt': 'a', 'b.txt': 'b' });
      const cwd = folderWith({});
      const { files } = linksFileOf(uploaded);
      const wrong = files.map((file) => ({
        ...file,
        sha256: (file.path === 'a.txt' ? '0' : 'f').repeat(64),
      }));
      const run = await byLinks(cwd, linksFileIn(cwd, uploaded, { files: wrong }), { path: 'x' });
      expect([run.exitCode, run.outputs]).toEqual([1, {}]);
      expect(errorOf(run)).toMatch(/SHA-256/);
      expect(errorOf(run)).toContain('Downloaded before that: 0 files');
      expect(filesIn(cwd)).toEqual({ 'links.json': expect.any(String) });
    });

    test('expired links are an error that says how to get new ones, before the first request and on an answer', async () => {
      const uploaded = await upload();
      const cwd = folderWith({});
      const how =
        /ask the person who sent them to you.*the 'links' action.*\n(?:.*\n)*Help: .*#links-expired$/;
      const late = linksFileIn(cwd, uploaded, { expires_at: '2020-01-01T00:00:00Z' });
      const before = await byLinks(cwd, late);
      expect([before.exitCode, before.outputs]).toEqual([1, {}]);
      expect(errorOf(before)).toMatch(/^The links of links\.json expired at 2020-01-01 00:00:00 UTC\n/);
      expect(errorOf(before)).toMatch(how);
      const old = (url: string) => url.replace(/X-Amz-Date=\d+T/, 'X-Amz-Date=20200101T');
      const { files } = linksFileOf(uploaded);
      const outdated = files.map((file) => ({ ...file, url: old(file.url) }));
      const answered = await byLinks(cwd, linksFileIn(cwd, uploaded, { files: outdated }), { path: 'x' });
      expect(answered.exitCode).toBe(1);
      expect(errorOf(answered)).toMatch(/^The links of links\.json have expired\n/);
      expect(errorOf(answered)).toMatch(how);
      const page = await byLinks(cwd, old(indexOf(uploaded)));
      expect(errorOf(page)).toMatch(/^The links of http.*\/_links\.html expired at 2020-01-01 /);
      expect(errorOf(page)).toMatch(how);
      expect(filesIn(cwd)).toEqual({ 'links.json': expect.any(String) });
    });

    test('a list with a name outside of the folder is refused before anything is written', async () => {
      const uploaded = await upload();
      const cwd = folderWith({});
      const [first, ...others] = linksFileOf(uploaded).files;
      const files = [{ ...first, path: '../outside.txt' }, ...others];
      const run = await byLinks(cwd, linksFileIn(cwd, uploaded, { files }), { path: 'x' });
      expect([run.exitCode, run.outputs]).toEqual([1, {}]);
      expect(errorOf(run)).toContain('../outside.txt');
      expect(filesIn(cwd)).toEqual({ 'links.json': expect.any(String) });
    });

    test('a link to one file, to a preview or without its signature is explained', async () => {
      const uploaded = await upload(
        { 'index.html': '<script src="a.js"></script>', 'a.js': '' },
        { preview: 'true' },
      );
      const cwd = folderWith({});
      const preview = await byLinks(cwd, uploaded.outputs['url'] ?? '');
      expect(errorOf(preview)).toMatch(
        /_preview\.html is a preview, which has no list of its files\nUse the link of the index page/,
      );
      const file = await byLinks(cwd, linksFileOf(uploaded).files[1]?.url ?? '');
      expect(errorOf(file)).toMatch(
        /^The links in http.*\/index\.html cannot be used: it is a web page, but not an index page/,
      );
      const cut = await byLinks(cwd, (uploaded.outputs['url'] ?? '').split('&')[0] ?? '');
      expect(errorOf(cut)).toContain('Put the address in quotes');
      expect(filesIn(cwd)).toEqual({});
    });

    test('links together with a workspace are refused', async () => {
      const run = await download(folderWith({}), { from: 'https://example.org/_links.html' });
      expect(errorOf(run)).toContain(`- workspace: got '`);
      expect(errorOf(run)).toContain(`together with 'from', expected only one of them`);
    });
  });

  describe('a download that the storage interrupts', () => {
    const storage = useFaultyStorage(subject);

    test('retries, and names what was downloaded before an error', async () => {
      const uploaded = await upload({ 'a.txt': 'a', 'b.txt': 'b' });
      const cwd = folderWith({});
      storage.decide = ({ key, before }) =>
        key === 'ci/d/a.txt' && before === 0
          ? { kind: 'answer', status: 503, body: errorXml('SlowDown') }
          : key === 'ci/d/b.txt'
            ? { kind: 'answer', status: 404, body: errorXml('NoSuchKey') }
            : undefined;
      const run = await byLinks(cwd, linksFileIn(cwd, uploaded), { concurrency: '1', path: 'x' });
      expect([run.exitCode, run.outputs]).toEqual([1, {}]);
      expect(errorOf(run)).toContain('b.txt');
      expect(errorOf(run)).toContain(
        '\nDownloaded before that: 1 file\n- a.txt\nNot downloaded: 1 file, 1 byte\n- b.txt\n',
      );
      expect(errorOf(run)).not.toContain('X-Amz-Signature');
      expect(filesIn(path.join(cwd, 'x'))).toEqual({ 'a.txt': 'a' });
    });

    test('ends within 5 s when it is cancelled, and says what is there', async () => {
      const uploaded = await upload({ 'a.txt': 'a', 'b.txt': 'b' });
      const cwd = folderWith({});
      const abort = new AbortController();
      let at = NaN;
      storage.decide = ({ key }) => {
        if (key !== 'ci/d/b.txt') return undefined;
        at = performance.now();
        abort.abort();
        return { kind: 'stall' };
      };
      const from = linksFileIn(cwd, uploaded);
      const inputs = { from, path: 'x', concurrency: '1' };
      const run = await downloadByLinks(subject(), inputs, { cwd, signal: abort.signal });
      expect(performance.now() - at).toBeLessThan(cancelledWithinMs);
      expect(run.exitCode).toBe(1);
      expect(errorOf(run)).toMatch(/cancelled/);
      expect(errorOf(run)).toContain('Downloaded before that: 1 file\n- a.txt\n');
      expect(filesIn(path.join(cwd, 'x'))['a.txt']).toBe('a');
      expect(filesIn(path.join(cwd, 'x'))['b.txt']).toBeUndefined();
    });
  });

  test('the command downloads by a link alone, although variables name a workspace', async () => {
    const uploaded = await upload();
    const cwd = folderWith({});
    const { platform, entries } = subject();
    const child = spawn(
      process.execPath,
      [entryOf(entries, 'cli'), 'download', indexOf(uploaded), '--path', 'site', '--pattern', 'reports'],
      {
        cwd,
        env: {
          PATH: process.env['PATH'],
          HOME: cwd,
          TMPDIR: cwd,
          TERRAPI_WORKSPACE: 'none',
          TERRAPI_DESTINATION: 'none',
          ...(platform.caCertificate !== undefined && { TERRAPI_CA_CERTIFICATES: platform.caCertificate }),
        },
      },
    );
    const text = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => (text.stdout += String(chunk)));
    child.stderr.on('data', (chunk) => (text.stderr += String(chunk)));
    const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
    expect({ code, ...text }).toMatchObject({ code: 0, stdout: `${path.join(cwd, 'site')}\n` });
    expect(text.stderr).toContain('Downloaded 2 files, to ');
    expect(text.stderr).not.toContain('X-Amz-Signature');
    expect(Object.keys(filesIn(path.join(cwd, 'site')))).toEqual([
      'reports/déjà vu.html',
      'reports/index.html',
    ]);
  });
}
