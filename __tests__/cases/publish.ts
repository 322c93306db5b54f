import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';

import { beforeEach, describe, expect, test } from '@jest/globals';

import { buckets, clientApp } from '../../platform/catalogue.ts';
import type { IndexPageData } from '../../src/links/indexPageData.ts';
import { expandLink } from '../../src/links/linkTable.ts';
import { contentType } from '../../src/files/contentType.ts';
import { mediaType } from '../../src/files/mediaTypes.ts';
import { folderWith } from '../support/folder.ts';
import { sanitize } from '../../src/text/sanitize.ts';
import { awkwardNames, hostileNames } from '../support/fileNames.ts';
import { putObjects } from '../support/putObjects.ts';
import {
  type Subject,
  errorOf,
  linksFileOf,
  runSubject,
  storedFiles,
  urlsOf,
  visibleText,
} from '../support/subject.ts';
import { hiddenForms } from '../workflows/masking.ts';

const MiB = 1024 ** 2;

async function openWithCurl(url: string): Promise<Buffer> {
  const { stdout } = await promisify(execFile)('curl', ['--silent', '--show-error', '--fail', url], {
    encoding: 'buffer',
    maxBuffer: 64 * MiB,
  });
  return stdout;
}

/** Workflow commands that the actions print. Names of files may look like others. */
const expectedCommands = new Set(['group', 'endgroup', 'debug', 'add-mask']);

/** Lines of a log that a runner reads as commands. */
function commandsIn(log: string): string[] {
  return [...log.matchAll(/^\s*::([^:\s]*)/gm)].map(([, command = '']) => command);
}

/** The names in the first column of a summary's table, as a browser shows them. */
function namesInTable(summary: string): string[] {
  const rows = summary.split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(2).map((row) => {
    const cells = row.slice(2, -2).split(' | ');
    expect(cells).toHaveLength(3);
    const [, name = ''] = /^\[(.*)\]\(<.*>\)$/.exec(cells[0] ?? '') ?? [];
    return name
      .replaceAll('<!-- -->', '')
      .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
  });
}

interface PublishOptions {
  readonly fileCount: number;
  readonly largeFile: number;
  /** Names that the storage can list. */
  readonly hostile?: readonly string[];
}

/** Uploads, from files on disk to working links. */
export function publishCases(
  subject: () => Subject,
  { fileCount, largeFile, hostile = hostileNames }: PublishOptions,
): void {
  beforeEach(() => subject().platform.store.clear(buckets.outputs));

  describe('publishing', () => {
    test('unusual file names and a large file: every link opens the right bytes with the right type', async () => {
      const names = [...awkwardNames];
      for (let n = 0; names.length < fileCount; n += 1)
        names.push(`many/folder ${n % 7}/file #${n} 100%.csv`);
      const files: Record<string, Buffer> = Object.fromEntries(
        names.map((name, index) => [name, randomBytes((index * 373) % 9_000)]),
      );
      files['empty.txt'] = Buffer.alloc(0);
      files['large.bin'] = randomBytes(largeFile);
      const cwd = folderWith(files);
      const run = await runSubject(
        subject(),
        'upload',
        { path: '.', destination: '/awkward/names +%/' },
        { cwd },
      );
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);

      const links = linksFileOf(run);
      expect(links.files.map(({ path }) => path).sort()).toEqual(Object.keys(files).sort());
      for (const { path, key, url, size, content_type } of links.files) {
        const answer = await fetch(url);
        const body = Buffer.from(await answer.arrayBuffer());
        const type = contentType(path, mediaType(path), body);
        expect([path, answer.status, answer.headers.get('content-type'), size]).toEqual([
          path,
          200,
          type,
          body.length,
        ]);
        expect(content_type).toBe(type);
        expect(key).toBe(`ci/awkward/names +%/${path}`);
        expect(body.equals(files[path] ?? Buffer.from('missing'))).toBe(true);
        if (size < MiB) expect((await openWithCurl(url)).equals(body)).toBe(true);
      }
      const stored = await storedFiles(subject().platform, 'ci/');
      expect(stored).toHaveLength(links.files.length);
      expect(run.outputs).toMatchObject({
        's3-uri': `s3://${buckets.outputs}/ci/awkward/names +%/`,
        'file-count': String(links.files.length),
        'uploaded-count': String(links.files.length),
        'total-bytes': String(Object.values(files).reduce((sum, content) => sum + content.length, 0)),
      });
    });

    test('the content decides about charset, and about the type of a file without an extension', async () => {
      const latin1 = Buffer.from('<meta charset="latin1"><p>Größe', 'latin1');
      const cwd = folderWith({
        'latin1.html': latin1,
        'given.html': latin1,
        'utf8.html': '<p>Größe',
        'utf16.txt': Buffer.from('\ufeffGröße', 'utf16le'),
        configure: '#!/bin/sh\n',
        tool: Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0]),
        'large.csv': Buffer.concat([latin1, Buffer.alloc(17 * MiB, 'a,b\n')]),
        large: Buffer.alloc(17 * MiB, 'a,b\n'),
      });
      const headers = 'given.html Content-Type: text/html; charset=utf-8';
      const run = await runSubject(subject(), 'upload', { path: '.', destination: 'd', headers }, { cwd });
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      const types: Record<string, string> = {};
      for (const { path, url, content_type } of linksFileOf(run).files) {
        types[path] = content_type;
        const answer = await fetch(url, { headers: { range: 'bytes=0-0' } });
        expect([path, answer.headers.get('content-type')]).toEqual([path, content_type]);
      }
      expect(types).toEqual({
        'latin1.html': 'text/html',
        'given.html': 'text/html; charset=utf-8',
        'utf8.html': 'text/html; charset=utf-8',
        'utf16.txt': 'text/plain',
        configure: 'text/plain; charset=utf-8',
        tool: 'application/octet-stream',
        'large.csv': 'text/csv',
        large: 'text/plain; charset=utf-8',
      });
    });

    test('url opens the only file, or index.html if there are several; the summary links to it', async () => {
      const cwd = folderWith({
        'dist/index.html': '<h1>home</h1>',
        'dist/a.css': 'p{}',
        'report.txt': 'fine',
      });
      const one = await runSubject(subject(), 'upload', { path: 'report.txt', destination: 'one' }, { cwd });
      expect(await (await fetch(one.outputs['url'] ?? '')).text()).toBe('fine');
      expect(Object.keys(urlsOf(one))).toEqual(['report.txt']);
      const site = await runSubject(subject(), 'upload', { path: 'dist', destination: 'site' }, { cwd });
      expect(await (await fetch(site.outputs['url'] ?? '')).text()).toBe('<h1>home</h1>');
      expect(Object.keys(urlsOf(site)).sort()).toEqual(['a.css', 'index.html']);
      expect(site.summary).toContain(`(<${site.outputs['url']}>)`);
    });

    test('with several files and no index.html, url opens a page that lists them and that is not counted', async () => {
      const cwd = folderWith({ 'a.txt': 'a', 'b/c d.txt': 'c' });
      const env = {
        GITHUB_SERVER_URL: 'https://github.example',
        GITHUB_REPOSITORY: 'octo/atlas',
        GITHUB_RUN_ID: '77',
        GITHUB_RUN_NUMBER: '5',
        GITHUB_WORKFLOW: 'Publish',
      };
      const run = await runSubject(subject(), 'upload', { path: '.', destination: 'd' }, { cwd, env });
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      expect(run.outputs['url']).toContain('/ci/d/_links.html?');
      const answer = await fetch(run.outputs['url'] ?? '');
      expect([
        answer.status,
        answer.headers.get('content-type'),
        answer.headers.get('cache-control'),
      ]).toEqual([200, 'text/html; charset=utf-8', 'no-store']);
      const page = await answer.text();
      const data = /id="data">([^<]*)</.exec(page)?.[1] ?? '';
      const contents = JSON.parse(data) as IndexPageData;
      expect(contents.names).toEqual(['a.txt', 'b/c d.txt']);
      expect(
        contents.names.map((name, index) => contents.links && expandLink(contents.links, name, index)),
      ).toEqual(Object.values(urlsOf(run)));
      expect(contents.expiresAt).toBe(Date.parse(run.outputs['expires-at'] ?? ''));
      expect(contents.run).toEqual({
        name: 'octo/atlas, Publish #5',
        url: 'https://github.example/octo/atlas/actions/runs/77',
      });
      expect(run.outputs).toMatchObject({ 'file-count': '2', 'total-bytes': '2' });
      expect(linksFileOf(run).files.map(({ path }) => path)).toEqual(['a.txt', 'b/c d.txt']);
      expect(run.summary).toContain(`(<${run.outputs['url']}>)`);
    });

    test('names with markup, quotes, commands and control characters are shown as text everywhere', async () => {
      const files = Object.fromEntries(hostile.map((name) => [name, `content of ${name}`]));
      // Windows cannot have such files, so another client uploads them.
      await putObjects(
        subject().platform,
        Object.fromEntries(hostile.map((name) => [`ci/odd/${name}`, files[name] ?? ''])),
      );
      const runs = [
        await runSubject(subject(), 'links', { destination: 'odd' }, { cwd: folderWith({}) }),
        ...(process.platform === 'win32'
          ? []
          : [
              await runSubject(
                subject(),
                'upload',
                { path: '.', destination: 'odd' },
                { cwd: folderWith(files) },
              ),
            ]),
      ];
      for (const run of runs) {
        expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
        expect(Object.keys(urlsOf(run)).sort()).toEqual([...hostile].sort());
        const links = linksFileOf(run).files;
        expect(links.map(({ path }) => path).sort()).toEqual([...hostile].sort());
        for (const { path, url } of links)
          expect([path, await (await fetch(url)).text()]).toEqual([path, files[path]]);
        expect(commandsIn(run.log).filter((command) => !expectedCommands.has(command))).toEqual([]);
        expect(run.log).not.toMatch(/##\[|\u001b|[\u2028-\u202e\u2066-\u2069]/);
        expect(run.masked.filter((value) => value.includes('injected'))).toEqual([]);
        expect(namesInTable(run.summary).sort()).toEqual(hostile.map(sanitize).sort());
        const ownMarkup =
          /<!-- -->|\(<https?:[^<>]*>\)|<details>\n<summary>\d+ files<\/summary>|<\/details>/g;
        expect(run.summary.replace(ownMarkup, '')).not.toMatch(/[<>]/);
      }
    });

    test('expires-at is the expiry of the session, and expires-in shortens it', async () => {
      const cwd = folderWith({ 'a.txt': 'a' });
      const inputs = { path: 'a.txt', links: 'session' };
      const before = Date.now();
      const whole = await runSubject(subject(), 'upload', inputs, { cwd });
      const end = Date.parse(whole.outputs['expires-at'] ?? '');
      expect(end - before).toBeGreaterThan(890_000);
      expect(end - before).toBeLessThan(960_000);
      const short = await runSubject(subject(), 'upload', { ...inputs, 'expires-in': '5m' }, { cwd });
      expect(Date.parse(short.outputs['expires-at'] ?? '') - Date.now()).toBeLessThan(360_000);
      expect(short.log).not.toContain('::warning');
      const long = await runSubject(subject(), 'upload', { ...inputs, 'expires-in': '7d' }, { cwd });
      expect(long.log).toMatch(
        /::warning::'expires-in' asks for 7 d.* For links that last longer, use 'links: auto' or 'links: platform'/,
      );
      expect(Date.parse(long.outputs['expires-at'] ?? '') - Date.now()).toBeLessThan(960_000);
    });

    test('no link contains a masked value, in any form that the runner masks', async () => {
      const cwd = folderWith({ 'a b.txt': 'a', 'index.html': 'b' });
      const run = await runSubject(subject(), 'upload', { path: '.', links: 'session' }, { cwd });
      const links = [run.outputs['url'] ?? '', ...Object.values(urlsOf(run))];
      expect(links).toHaveLength(3);
      expect(run.masked.length).toBeGreaterThanOrEqual(3);
      const forms = [...run.masked, clientApp.secret].flatMap(hiddenForms);
      for (const link of links) expect(forms.filter((form) => link.includes(form))).toEqual([]);
    });

    test('mask-links keeps links out of log and summary, and masks them', async () => {
      const cwd = folderWith({ 'a.txt': 'a', 'index.html': 'b' });
      const inputs = { path: '.', links: 'session', 'mask-links': 'true' };
      const run = await runSubject(subject(), 'upload', inputs, { cwd });
      const link = run.outputs['url'] ?? '';
      expect((await fetch(link)).status).toBe(200);
      expect(run.masked.some((value) => link.includes(value))).toBe(true);
      const signature = new URL(link).searchParams.get('X-Amz-Signature') ?? 'none';
      const log = run.log.replace(/^::add-mask::.*$/gm, '');
      expect(`${log}${run.summary}`).not.toContain(signature);
    });

    test('in a public repository only, a notice says that anybody can open the links', async () => {
      const cwd = folderWith({
        'a.txt': 'a',
        'public.json': '{"repository":{"visibility":"public"}}',
        'private.json': '{"repository":{"visibility":"private"}}',
      });
      const notices = async (event: string, inputs: Record<string, string> = {}) => {
        const env = { GITHUB_EVENT_PATH: path.join(cwd, event) };
        const { log } = await runSubject(subject(), 'upload', { path: 'a.txt', ...inputs }, { cwd, env });
        return [...log.matchAll(/^::(?:notice|warning)::(.*)$/gm)].map(([, text]) => text);
      };
      expect(await notices('public.json')).toEqual([
        expect.stringMatching(
          /^This repository is public\. Anybody can open the links in the log and summary of this run, .* expire\. Use 'mask-links: true' to keep links out .*$/,
        ),
      ]);
      expect(await notices('public.json', { summary: 'false' })).toEqual([
        expect.stringContaining('the links in the log of this run'),
      ]);
      expect(await notices('public.json', { 'mask-links': 'true' })).toEqual([]);
      expect(await notices('public.json', { links: 'none' })).toEqual([]);
      expect(await notices('private.json')).toEqual([]);
    });

    test('every secret is masked, and none is in the log, outputs, summary or a file', async () => {
      const cwd = folderWith({ 'a.txt': 'a' });
      const { platform } = subject();
      const earlier = new Set(platform.terrapi.secrets);
      const run = await runSubject(subject(), 'upload', { path: 'a.txt' }, { cwd });
      expect(run.exitCode).toBe(0);
      const secrets = [clientApp.secret, ...platform.terrapi.secrets];
      expect(secrets.length).toBeGreaterThanOrEqual(3);
      const seen = visibleText(run);
      expect(secrets.filter((secret) => seen.includes(secret))).toEqual([]);
      const known = [...platform.terrapi.secrets].filter((secret) => !earlier.has(secret));
      expect(known).not.toHaveLength(0);
      expect(known.filter((secret) => !run.masked.includes(secret))).toEqual([]);
      expect(run.masked).toContain(clientApp.secret);
    });

    test('a dry run lists what would be uploaded, and writes nothing', async () => {
      const cwd = folderWith({ 'dist/a.txt': 'abc', 'dist/b.txt': 'd' });
      const run = await runSubject(
        subject(),
        'upload',
        { path: 'dist', destination: 'dry', 'dry-run': 'true' },
        { cwd },
      );
      expect(run.exitCode).toBe(0);
      expect(run.log).toMatch(
        /Dry run: Would upload 2 files, in s3:\/\/gep-build-outputs\/ci\/dry\/; nothing was written/,
      );
      expect(run.outputs).toMatchObject({
        'file-count': '2',
        'total-bytes': '4',
        'uploaded-count': '0',
        url: '',
      });
      expect(await subject().platform.store.list(buckets.outputs, '')).toEqual([]);
    });

    test('the log shows account, destination, files and result in groups', async () => {
      const cwd = folderWith({ 'a.txt': 'a' });
      const inputs = { path: 'a.txt', destination: 'told', links: 'session' };
      const { log } = await runSubject(subject(), 'upload', inputs, { cwd });
      const titles = [...log.matchAll(/^::group::(.*)$/gm)].map(([, title]) => title);
      expect(titles).toEqual([
        `Who: service-account-${clientApp.id}`,
        `Where: s3://${buckets.outputs}/ci/told/`,
        expect.stringMatching(/^What: 1 file, 1 byte from /),
        'Upload',
        expect.stringMatching(/^Links: 1 file, until \d{4}-/),
      ]);
    });
  });
}
