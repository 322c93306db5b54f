import { createHash } from 'node:crypto';

import { beforeEach, describe, expect, test } from '@jest/globals';

import { buckets } from '../../platform/catalogue.ts';
import { useFaultyStorage } from '../support/faultyServer.ts';
import { folderWith } from '../support/folder.ts';
import { generatedMetadata, putObjects } from '../support/putObjects.ts';
import { type Subject, errorOf, linksFileOf, runSubject, urlsOf } from '../support/subject.ts';

/** The `links` action: links to stored files. */
export function renewingLinkCases(subject: () => Subject, { filesEach }: { filesEach: number }): void {
  beforeEach(() => subject().platform.store.clear(buckets.outputs));

  const cwd = folderWith({});
  const links = (inputs: Record<string, string> = {}) =>
    runSubject(subject(), 'links', { destination: 'd', ...inputs }, { cwd });
  const upload = (files: Record<string, string>, inputs: Record<string, string> = {}) =>
    runSubject(subject(), 'upload', { path: '.', destination: 'd', ...inputs }, { cwd: folderWith(files) });
  const stored = () => subject().platform.store.list(buckets.outputs, '');

  describe('the links action', () => {
    describe('with a storage that lists a key outside the prefix', () => {
      const storage = useFaultyStorage(subject);

      test.each(['ci/other/secret.txt', 'other', 'ci/d/../other', 'ci/dd/a'])(
        'signs no link: %s',
        async (key) => {
          const entry = `<Contents><Key>${key}</Key><Size>1</Size><LastModified>2020-01-01T00:00:00Z</LastModified></Contents>`;
          storage.decide = ({ query }) =>
            query.has('list-type')
              ? { kind: 'answer', status: 200, body: `<ListBucketResult>${entry}</ListBucketResult>` }
              : undefined;
          const run = await links();
          expect([run.exitCode, run.outputs]).toEqual([1, {}]);
          expect(errorOf(run)).toContain(`has the key '${key}', which is outside of it`);
          expect(run.log).not.toContain('X-Amz-Signature');
        },
      );
    });

    test(`collects the files of two parallel jobs, ${filesEach} files each`, async () => {
      const filesOf = (job: string) =>
        Object.fromEntries(
          Array.from({ length: filesEach }, (_, index) => [
            `${job}/${index % 9}/file ${index}.txt`,
            `${job} ${index}`,
          ]),
        );
      const jobs = await Promise.all([upload(filesOf('linux')), upload(filesOf('windows'))]);
      expect(jobs.map((run) => [run.exitCode, errorOf(run)])).toEqual([
        [0, ''],
        [0, ''],
      ]);
      const run = await links();
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      const { files } = linksFileOf(run);
      const expected = { ...filesOf('linux'), ...filesOf('windows') };
      expect(files.map(({ path }) => path).sort()).toEqual(Object.keys(expected).sort());
      expect(run.outputs['file-count']).toBe(String(2 * filesEach));
      expect(run.log).toContain(`Made links to ${(2 * filesEach).toLocaleString('en')} files\n`);
      const bytes = Object.values(expected).reduce((sum, text) => sum + text.length, 0);
      expect(run.outputs['total-bytes']).toBe(String(bytes));
      for (const { path, url, size } of files.filter((_, index) => index % 97 === 0)) {
        const answer = await fetch(url);
        expect([path, answer.status, await answer.text()]).toEqual([path, 200, expected[path]]);
        expect(size).toBe(expected[path]?.length);
      }
    });

    test('uploads no file, and makes links that work like those of the upload', async () => {
      const first = await upload({ 'index.html': '<p>', 'a b.txt': 'a' }, { checksums: 'true' });
      const before = (await stored()).filter(({ key }) => !key.endsWith('/_links.html'));
      const run = await links();
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      expect((await stored()).filter(({ key }) => !key.endsWith('/_links.html'))).toEqual(before);
      expect(Object.keys(urlsOf(run))).toEqual(['a b.txt', 'index.html']);
      expect(await (await fetch(run.outputs['url'] ?? '')).text()).toBe('<p>');
      expect(run.outputs).toMatchObject({
        's3-uri': first.outputs['s3-uri'],
        'file-count': '2',
        'total-bytes': '4',
      });
      const file = linksFileOf(run);
      expect(file).toMatchObject({ version: 1, destination: 'd', expires_at: run.outputs['expires-at'] });
      expect(file.files[0]).toEqual({
        path: 'a b.txt',
        key: 'ci/d/a b.txt',
        s3_uri: `s3://${buckets.outputs}/ci/d/a b.txt`,
        url: urlsOf(run)['a b.txt'],
        size: 1,
        content_type: 'text/plain; charset=utf-8',
        sha256: createHash('sha256').update('a').digest('hex'),
      });
      expect(run.summary).toContain('\n\nMade links to 2 files, ');
    });

    test('collects folders of several uploads, and does not count their pages', async () => {
      for (const job of ['linux', 'windows'])
        await upload(
          { 'index.html': job, 'b.txt': 'b' },
          { destination: `d/${job}`, preview: 'true', checksums: 'true' },
        );
      const run = await links();
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      expect(linksFileOf(run).files.map(({ path }) => path)).toEqual(
        ['linux', 'windows'].flatMap((job) => ['b.txt', 'index.html'].map((name) => `${job}/${name}`)),
      );
      expect(run.outputs['url']).toContain('/ci/d/_links.html?');
    });

    test('makes no links in a dry run. With links: none, it lists the files only', async () => {
      await upload({ 'a.txt': 'a', 'b.txt': 'b' });
      const before = await stored();
      const dry = await links({ 'dry-run': 'true' });
      expect(dry.log).toContain('Dry run: would make links to 2 files\n');
      expect(dry.outputs).toMatchObject({ url: '', urls: '{}', 'links-file': '', 'file-count': '2' });
      const none = await links({ links: 'none' });
      expect(none.outputs).toMatchObject({ url: '', urls: '{}', 'expires-at': '', 'file-count': '2' });
      expect(linksFileOf(none).files.map((file) => [file.path, 'url' in file])).toEqual([
        ['a.txt', false],
        ['b.txt', false],
      ]);
      expect(`${dry.log}${none.log}${dry.summary}${none.summary}`).not.toContain('X-Amz-Signature');
      expect(await stored()).toEqual(before);
    });

    test('says what to check if there are no files, or only folder markers and generated pages', async () => {
      const nothing = await links({ destination: 'never/there' });
      expect(nothing.exitCode).toBe(1);
      expect(errorOf(nothing)).toMatch(
        /^There is no file in s3:\/\/gep-build-outputs\/ci\/never\/there\/ to make links to\nCheck 'destination' and 'workspace'/,
      );
      await putObjects(
        subject().platform,
        { 'ci/d/SHA256SUMS': '', 'ci/d/_links.html': '' },
        generatedMetadata,
      );
      await putObjects(subject().platform, { 'ci/d/': '', 'ci/d/folder/': '' });
      expect(errorOf(await links())).toMatch(/^There is no file in s3:/);
      await putObjects(subject().platform, { 'ci/file': 'an object' });
      expect(errorOf(await links({ destination: 'file' }))).toContain(`There is an object 'ci/file', and`);
    });
  });
}
