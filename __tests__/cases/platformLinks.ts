import { createHash } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { buckets, sharedFolders, workspaces } from '../../platform/catalogue.ts';
import type { DownloadForm } from '../../platform/platform.ts';
import { folderWith } from '../support/folder.ts';
import { awkwardNames } from '../support/fileNames.ts';
import { serve } from '../unit/servers.ts';
import { type Subject, errorOf, linksFileOf, runSubject, urlsOf } from '../support/subject.ts';

const download = '/v2/storage/download';
const forms: readonly DownloadForm[] = ['json-string', 'json-object', 'text'];

/** Platform links and shared folders. */
export function platformLinkCases(subject: () => Subject): void {
  beforeEach(() => subject().platform.store.clear(buckets.outputs));
  afterEach(() => {
    subject().platform.terrapi.downloadForm = 'json-string';
  });

  const upload = (files: Record<string, string>, inputs: Record<string, string> = {}) =>
    runSubject(
      subject(),
      'upload',
      { path: '.', destination: 'd', links: 'platform', ...inputs },
      { cwd: folderWith(files) },
    );
  const fail = (
    path: string,
    status: number,
    more: { location?: string; body?: unknown; after?: string } = {},
    times = 1,
  ) =>
    subject().platform.terrapi.fail(
      path,
      {
        status,
        headers: {
          ...(more.location !== undefined && { location: more.location }),
          ...(more.after !== undefined && { 'retry-after': more.after }),
          'content-type': 'application/json',
        },
        ...(more.body !== undefined && { body: JSON.stringify(more.body) }),
      },
      times,
    );
  const asked = () => subject().platform.terrapi.requests.filter(({ path }) => path === download).length;

  describe('links: platform', () => {
    test.each(forms)(
      'every link opens, for responses as %s, and expires-at is their expiry',
      async (form) => {
        subject().platform.terrapi.downloadForm = form;
        const files = Object.fromEntries(awkwardNames.map((name) => [name, `content of ${name}`]));
        const run = await upload(files);
        expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
        const links = linksFileOf(run);
        expect(links.files.map(({ path }) => path).sort()).toEqual(Object.keys(files).sort());
        const ends: number[] = [];
        for (const { path, url } of links.files) {
          const answer = await fetch(url);
          expect([path, answer.status, await answer.text()]).toEqual([path, 200, files[path]]);
          const { searchParams } = new URL(url);
          expect(searchParams.has('X-Amz-Security-Token')).toBe(false);
          const stamp = searchParams.get('X-Amz-Date') ?? '';
          const begins = Date.parse(stamp.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
          ends.push(begins + Number(searchParams.get('X-Amz-Expires')) * 1000);
        }
        const days = (Date.parse(run.outputs['expires-at'] ?? '') - Date.now()) / 86_400_000;
        expect(days).toBeGreaterThan(6.9);
        expect(Date.parse(run.outputs['expires-at'] ?? '')).toBe(Math.min(...ends));
        expect(run.log).toMatch(/^::group::Links: \d+ files, signed by the platform, until /m);
      },
    );

    test('the platform may answer with a redirect, and the links action renews the links', async () => {
      const first = await upload({ 'a.txt': 'a' });
      const location = first.outputs['url'] ?? '';
      fail(download, 302, { location });
      const run = await runSubject(
        subject(),
        'links',
        { destination: 'd', links: 'platform' },
        { cwd: folderWith({}) },
      );
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      expect(run.outputs).toMatchObject({ url: location, 'expires-at': first.outputs['expires-at'] });
    });

    test('without a known expiry cause a warning', async () => {
      const etag = createHash('md5').update('a').digest('hex');
      await using short = await serve(() => ({
        status: 206,
        headers: { etag: `"${etag}"`, 'content-range': 'bytes 0-0/1' },
        body: 'a',
      }));
      const link = `http://127.0.0.1:${short.port}/s/4b1f`;
      fail(download, 200, { body: link });
      const run = await upload({ 'a.txt': 'a', 'index.html': 'a' });
      expect([run.exitCode, run.outputs['expires-at']]).toEqual([0, '']);
      expect(run.log).toMatch(
        /^::warning::Link expiry is unknown: links that the platform signs do not contain it\. The output 'expires-at' is empty\.%0AHelp: .*#unknown-expiry$/m,
      );
      expect(run.summary).toContain('Link expiry is unknown.');
      expect(linksFileOf(run).expires_at).toBe('');
      expect(Object.values(urlsOf(run))).toContain(link);
    });

    test('expires-in cannot change their lifetime, and a warning says so', async () => {
      for (const [asks, words] of [
        ['1h', '1 h'],
        ['30d', '30 d'],
      ] as const) {
        const run = await upload({ 'a.txt': 'a' }, { 'expires-in': asks });
        expect(run.log).toMatch(
          new RegExp(
            `^::warning::'expires-in' asks for ${words}, but the platform decides how long its links work: these links expire in (7 d|6 d 23 h), at `,
            'm',
          ),
        );
      }
      expect((await upload({ 'a.txt': 'a' }, { 'expires-in': '7d' })).log).not.toContain('::warning');
    });

    test.each<[string, () => void, RegExp, number]>([
      [
        'the URL of the request',
        () => fail(download, 200, { body: 's3://gep-build-outputs/ci/d/a.txt' }),
        /: it returned the address of the object itself, as it does for objects outside the user's storage$/m,
        1,
      ],
      [
        'a 403',
        () => fail(download, 403),
        /: TerrAPI answered POST http.* with 403\nThe client app has no permission for links to this workspace/,
        1,
      ],
      [
        'a link over http',
        () => fail(download, 200, { body: 'http://links.example.org/a?Signature=x' }),
        /: the link leads to http:\/\/links\.example\.org, which is not https$/m,
        1,
      ],
      [
        'a link with a password',
        () => fail(download, 200, { body: 'https://user:pw@elsewhere.example/' }),
        /: the link leads to https:\/\/elsewhere\.example, which contains a user name or password$/m,
        1,
      ],
      [
        'a link to another service of this machine',
        () => fail(download, 200, { body: 'http://127.0.0.1:1/admin' }),
        /: its host 127\.0\.0\.1:1 cannot be reached$/m,
        1,
      ],
      [
        'a link to an unknown host',
        () => fail(download, 302, { location: 'https://elsewhere.invalid/a' }),
        /: its host elsewhere\.invalid cannot be reached$/m,
        1,
      ],
      ['something else', () => fail(download, 200, { body: { ok: true } }), /it holds no URL/, 1],
    ])('%s is an error that says that the files are stored', async (_, prepare, says, requests) => {
      prepare();
      const before = asked();
      const run = await upload({ 'a.txt': 'a' });
      expect(run.exitCode).toBe(1);
      expect(errorOf(run)).toMatch(
        /^All files are uploaded to s3:\/\/gep-build-outputs\/ci\/d\/, but their links could not be created: The platform gives no link to s3:\/\/gep-build-outputs\/ci\/d\/a\.txt: /,
      );
      expect(errorOf(run)).toMatch(says);
      expect(errorOf(run)).toMatch(/'links: session'.*\nStored: 1 file\n- a\.txt\nHelp: .*#platform-links$/);
      expect(asked() - before).toBe(requests);
    });

    test('a link to another object, or to a sign-in page, is rejected', async () => {
      const other = await upload({ 'b.txt': 'another' });
      await using portal = await serve(() => ({ body: '<html>Sign in</html>' }));
      for (const body of [
        other.outputs['url'],
        `http://127.0.0.1:${portal.port}/gep-build-outputs/ci/d/a.txt`,
      ]) {
        fail(download, 200, { body });
        const run = await upload({ 'a.txt': 'a' });
        expect([run.exitCode, run.outputs['url'] ?? '']).toEqual([1, '']);
        expect(errorOf(run)).toMatch(/: the link to \S+ opens an object with another size or ETag$/m);
      }
      expect(portal.asked.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    });

    test('another host of the object, e.g. a CDN, may have other ETags', async () => {
      const range = { 'content-range': 'bytes 0-0/1' };
      const run = async (etag: string) => {
        await using cdn = await serve(() => ({ status: 206, headers: { ...range, etag }, body: 'a' }));
        fail(download, 200, { body: `http://127.0.0.1:${cdn.port}/cdn/4b1f?Signature=x` });
        return await upload({ 'a.txt': 'a' });
      };
      for (const etag of ['"0x8DC5F2A1B3C4D5E"', 'W/"1-5f2a"'])
        expect([etag, errorOf(await run(etag))]).toEqual([etag, '']);
      const other = await run(`"${createHash('md5').update('b').digest('hex')}"`);
      expect(errorOf(other)).toMatch(/: the link to \S+ opens an object with another size or ETag$/m);
    });

    test('after a 429, the retry waits for the time in Retry-After', async () => {
      fail(download, 429, { after: '2' }, 2);
      const run = await upload({ 'a.txt': 'a' });
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      expect(run.seconds).toBeGreaterThan(4);
      expect(await (await fetch(run.outputs['url'] ?? '')).text()).toBe('a');
    });

    test('no token follows a redirect to another host', async () => {
      await using other = await serve(() => ({ body: '"https://links.example.org/a"' }));
      for (const status of [301, 307]) {
        fail(download, status, { location: `${other.url}/core${download}?url=x` });
        const run = await upload({ 'a.txt': 'a' });
        expect([run.exitCode, other.asked]).toEqual([1, []]);
        expect(errorOf(run)).toContain(`a redirect to ${other.url}/core`);
      }
      const { port } = other;
      fail(download, 302, { location: `http://127.0.0.1:${port}/file?X-Amz-Expires=60` });
      expect((await upload({ 'a.txt': 'a' })).exitCode).toBe(1);
      expect(other.asked.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    });

    test('mask-links masks each of them', async () => {
      const run = await upload({ 'a.txt': 'a', 'b/index.html': 'b' }, { 'mask-links': 'true' });
      const links = linksFileOf(run).files.map(({ url }) => url);
      expect(links.filter((link) => !run.masked.includes(link))).toEqual([]);
      const told = run.log.replaceAll(/^::add-mask::.*$/gm, '');
      expect(links.filter((link) => `${told}${run.summary}`.includes(link))).toEqual([]);
    });
  });

  describe('sharing', () => {
    const share = (name: string) => `/v2/storage/workspaces/${name}/share`;
    const names = { 'share-with-users': 'ann\n ann \nbob', 'share-with-groups': 'geo|hazards' };

    test('shares the destination after the upload', async () => {
      const { platform } = subject();
      const run = await upload(
        { 'a.txt': 'a' },
        { ...names, links: 'session', destination: `shared-${Date.now()}` },
      );
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      expect(run.log).toMatch(
        /^::group::Shared 'shared-\d+' with 2 users and 1 group\nUser ann\nUser bob\nGroup geo\|hazards\n/m,
      );
      expect(platform.terrapi.requests.at(-1)).toEqual({
        method: 'POST',
        path: share(workspaces.main),
        status: 201,
      });
    });

    test('that fails causes the step to fail, but files and links exist', async () => {
      fail(share(workspaces.main), 403);
      const run = await upload({ 'a.txt': 'a' }, { ...names, links: 'session' });
      expect(run.exitCode).toBe(1);
      expect(errorOf(run)).toMatch(
        /^All files are uploaded to s3:\/\/gep-build-outputs\/ci\/d\/, but they could not be shared: 'd' could not be shared with 2 users and 1 group: TerrAPI answered POST http.*\/share with 403\nAsk the owner of the workspace to let the client app share its folders\./,
      );
      expect(errorOf(run)).toContain('\n- group geo|hazards\nStored: 1 file\n- a.txt');
      expect(await (await fetch(run.outputs['url'] ?? '')).text()).toBe('a');
    });

    test('of a shared folder is rejected by the platform, and the message says why', async () => {
      const run = await upload({ 'a.txt': 'a' }, { ...names, links: 'none', workspace: sharedFolders.atlas });
      expect(run.exitCode).toBe(1);
      expect(errorOf(run)).toMatch(
        / with 404\n.*is a workspace: folders of a shared folder cannot be shared\./,
      );
    });

    test('does not happen in a dry run, and needs a folder', async () => {
      const before = subject().platform.terrapi.requests.length;
      const dry = await upload({ 'a.txt': 'a' }, { ...names, 'dry-run': 'true' });
      expect(dry.log).toContain(`Would share 'd' with 2 users and 1 group\n`);
      const after = subject().platform.terrapi.requests.slice(before);
      expect(after.filter(({ method }) => method === 'POST')).toEqual([]);
      const whole = await upload({ 'a.txt': 'a' }, { ...names, destination: '' });
      expect(errorOf(whole)).toMatch(/- share-with-users: got 2 names with an empty 'destination'/);
    });
  });
}
