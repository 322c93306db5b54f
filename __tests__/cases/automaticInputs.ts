import { createHash } from 'node:crypto';

import { beforeEach, describe, expect, test } from '@jest/globals';

import { buckets, platformLinkSeconds } from '../../platform/catalogue.ts';
import { folderWith } from '../support/folder.ts';
import { type Subject, errorOf, runSubject, urlsOf, warningsOf } from '../support/subject.ts';
import { serve } from '../unit/servers.ts';

const download = '/v2/storage/download';

/** A page that loads a file, like the output of most builds. */
const site = {
  'index.html':
    '<!doctype html><link rel="stylesheet" href="assets/style.css"><a href="about.html">about</a>',
  'about.html': '<p>About',
  'assets/style.css': 'p { color: teal }',
};
const report = {
  'index.html': '<!doctype html><title>Report</title><style>p{}</style><p>Passed',
  'junit.xml': '<a/>',
};
const inert = 'Content-Type: application/octet-stream\nContent-Disposition: attachment';
const days = (run: { readonly outputs: Readonly<Record<string, string>> }) =>
  (Date.parse(run.outputs['expires-at'] ?? '') - Date.now()) / 86_400_000;

/** `preview: auto` and `links: auto`, the defaults. */
export function automaticInputCases(subject: () => Subject): void {
  beforeEach(() => subject().platform.store.clear(buckets.outputs));

  const upload = async (
    files: Readonly<Record<string, string>>,
    inputs: Readonly<Record<string, string>> = {},
  ) => {
    const given = { path: '.', destination: 'd', ...inputs };
    const run = await runSubject(subject(), 'upload', given, { cwd: folderWith(files) });
    expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
    return run;
  };
  const renew = (inputs: Readonly<Record<string, string>> = {}) =>
    runSubject(subject(), 'links', { destination: 'd', ...inputs }, { cwd: folderWith({}) });
  const opened = ({ outputs }: { readonly outputs: Readonly<Record<string, string>> }) => [
    outputs['preview'],
    new URL(outputs['url'] ?? 'none:').pathname.split('/').at(-1),
  ];
  const stored = async () =>
    (await subject().platform.store.list(buckets.outputs, 'ci/d/')).map(({ key }) => key.slice(5));
  const asked = () => subject().platform.terrapi.requests.filter(({ path }) => path === download).length;
  const refuse = (times: number) => subject().platform.terrapi.fail(download, { status: 403 }, times);

  describe('preview: auto', () => {
    test('publishes a page that needs other files as a preview, and says which in one line', async () => {
      const run = await upload(site);
      expect(opened(run)).toEqual(['true', '_preview.html']);
      expect(await stored()).toEqual(expect.arrayContaining(['_preview-worker.js', '_preview.html']));
      expect(run.log.match(/^Preview: .*$/gm)).toEqual([
        expect.stringMatching(/^Preview: yes, because index\.html needs assets\/style\.css, about\.html /),
      ]);
      expect([days(run) > 6.9, warningsOf(run)]).toEqual([true, []]);
      expect(await (await fetch(run.outputs['url'] ?? '')).text()).toContain('_preview-worker.js');
    });

    test.each([
      ['a page that needs no other file', report, 'index.html'],
      ['a lone page', { 'a.html': '<script src="b.js"></script>' }, 'a.html'],
      ['files without an index.html', { 'a.html': '<a href="b.html">b</a>', 'b.html': '' }, '_links.html'],
      ['an index.html further down', { 'a/index.html': '<a href="b.html">', 'a/b.html': '' }, '_links.html'],
    ])('leaves %s without a preview', async (_, files, name) => {
      const run = await upload(files);
      expect(opened(run)).toEqual(['false', name]);
      expect(run.log).not.toMatch(/preview:|^Preview/im);
      expect((await stored()).filter((key) => key.startsWith('_preview'))).toEqual([]);
    });

    test('false never makes a preview, true always does', async () => {
      expect(opened(await upload(site, { preview: 'false' }))).toEqual(['false', 'index.html']);
      expect(opened(await upload(report, { preview: 'true' }))).toEqual(['true', '_preview.html']);
    });

    test.each<[Record<string, string>, RegExp]>([
      [{ links: 'none' }, /'links: none' makes no links/],
      [{ headers: inert }, /'headers' keep browsers from opening index\.html/],
    ])('with %j there is no preview, and the log says why', async (inputs, why) => {
      const run = await upload(site, inputs);
      expect([run.outputs['preview'], warningsOf(run)]).toEqual(['false', []]);
      expect(run.log.match(/^Preview: no, .*$/gm)).toEqual([expect.stringMatching(why)]);
      expect((await stored()).filter((key) => key.startsWith('_preview'))).toEqual([]);
    });

    test('a dry run says what it would do', async () => {
      const run = await upload(site, { 'dry-run': 'true' });
      expect(run.log).toMatch(/^Preview: would publish one, because index\.html needs assets\/style\.css/m);
      expect(run.log).toMatch(/^Would request links from the platform/m);
      expect([run.outputs['preview'], await stored()]).toEqual(['false', []]);
    });

    test('if platform links do not work for a preview, it has session links; with links: platform there is no preview', async () => {
      const about = site['about.html'];
      const etag = createHash('md5').update(about).digest('hex');
      const range = `bytes 0-0/${about.length}`;
      await using short = await serve(() => ({
        status: 206,
        headers: { etag, 'content-range': range },
        body: '<',
      }));
      const body = JSON.stringify(`http://127.0.0.1:${short.port}/s/4b1f`);
      const shorten = () => subject().platform.terrapi.fail(download, { status: 200, body }, 1);
      shorten();
      const session = await upload(site);
      expect(opened(session)).toEqual(['true', '_preview.html']);
      expect(session.log).toMatch(/^Session links, .* a preview needs links/im);
      shorten();
      const platform = await upload(site, { links: 'platform', destination: 'e' });
      expect(opened(platform)).toEqual(['false', 'index.html']);
      expect(platform.log.match(/^No preview: .*$/gm)).toHaveLength(1);
      const keys = (await subject().platform.store.list(buckets.outputs, 'ci/e/')).map(({ key }) => key);
      expect(keys.filter((key) => key.includes('_preview'))).toEqual([]);
    });

    test('the links action renews a preview, and leaves other folders without one', async () => {
      await upload(site);
      const run = await renew();
      expect([run.exitCode, errorOf(run), ...opened(run)]).toEqual([0, '', 'true', '_preview.html']);
      const kept = await renew({ preview: 'false' });
      expect(opened(kept)).toEqual(['false', 'index.html']);
      expect(kept.log).toMatch(/^::notice::The preview in this folder keeps its old links/m);
      await subject().platform.store.clear(buckets.outputs);
      await upload(site, { preview: 'false' });
      expect(opened(await renew())).toEqual(['false', 'index.html']);
    });
  });

  describe('links: auto', () => {
    test('are platform links if they work', async () => {
      const run = await upload(report);
      expect(days(run)).toBeGreaterThan(6.9);
      expect(run.log).toMatch(/^::group::Links: 2 files, signed by the platform, until /m);
      expect([run.log.includes('Session links'), warningsOf(run)]).toEqual([false, []]);
      for (const url of Object.values(urlsOf(run))) expect((await fetch(url)).status).toBe(200);
    });

    test.each<[string, object | string, number]>([
      ['refuses them', '', 403],
      ['has no such endpoint', '', 404],
      ['returns the URL of the request', 's3://gep-build-outputs/ci/d/about.html', 200],
      ['returns a link to an unknown host', 'https://elsewhere.invalid/ci/d/about.html', 200],
      ['returns something else', { ok: true }, 200],
    ])('are session links for a platform that %s, and one line says why', async (_, body, status) => {
      const answer = { status, ...(body !== '' && { body: JSON.stringify(body) }) };
      subject().platform.terrapi.fail(download, answer, 1);
      const before = asked();
      const run = await upload(site);
      expect(asked() - before).toBe(1);
      expect(run.log.match(/^Session links, .*: .+$/gm)).toHaveLength(1);
      expect(warningsOf(run)).toEqual([]);
      expect(opened(run)).toEqual(['true', '_preview.html']);
      expect([days(run) > 0, days(run) < 0.011]).toEqual([true, true]);
      for (const url of [run.outputs['url'] ?? '', ...Object.values(urlsOf(run))])
        expect((await fetch(url)).status).toBe(200);
    });

    test('are session links for all files if the platform rejects the link of a page', async () => {
      const { terrapi } = subject().platform;
      const links = Object.values(urlsOf(await upload(report)));
      for (const link of links) terrapi.fail(download, { status: 200, body: JSON.stringify(link) }, 1);
      // The next link is that of the index page.
      refuse(1);
      const run = await upload(report);
      expect(run.log.match(/^Session links, .*_links\.html.* 403$/gm)).toHaveLength(1);
      const all = [run.outputs['url'] ?? '', ...Object.values(urlsOf(run))];
      for (const link of all)
        expect(Number(new URL(link).searchParams.get('X-Amz-Expires'))).toBeLessThan(platformLinkSeconds);
    });

    test('are session links if expires-in is within the lifetime of a session', async () => {
      const run = await upload(report, { 'expires-in': '5m' });
      expect(days(run) * 1440).toBeLessThan(5.02);
      expect(run.log).toMatch(/^Session links, .*: 'expires-in' asks for 5 min/m);
      expect(warningsOf(run)).toEqual([]);
      const long = await upload(report, { 'expires-in': '12h' });
      expect([days(long) > 6.9, warningsOf(long)]).toEqual([true, []]);
      const longer = await upload(report, { 'expires-in': '30d' });
      expect(warningsOf(longer)).toEqual([
        expect.stringMatching(/^'expires-in' asks for 30 d, but the platform decides/),
      ]);
      refuse(1);
      const refused = await upload(report, { 'expires-in': '12h' });
      expect(days(refused)).toBeLessThan(0.011);
      expect(warningsOf(refused)).toEqual([expect.stringMatching(/^'expires-in' asks for 12 h, .* 403/)]);
    });
  });
}
