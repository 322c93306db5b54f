import { beforeEach, describe, expect, test } from '@jest/globals';

import { buckets } from '../../platform/catalogue.ts';
import { folderWith } from '../support/folder.ts';
import { generatedMetadata, putObjects } from '../support/putObjects.ts';
import { type Subject, errorOf, linksFileOf, runSubject, urlsOf } from '../support/subject.ts';

/** User files with the names of generated objects. */
export function generatedNameCases(subject: () => Subject): void {
  beforeEach(() => subject().platform.store.clear(buckets.outputs));

  const upload = (files: Record<string, string>, inputs: Record<string, string> = {}) =>
    runSubject(subject(), 'upload', { path: '.', destination: 'd', ...inputs }, { cwd: folderWith(files) });
  const links = (inputs: Record<string, string> = {}) =>
    runSubject(subject(), 'links', { destination: 'd', ...inputs }, { cwd: folderWith({}) });
  const put = (objects: Record<string, string>, metadata?: Record<string, string>) =>
    putObjects(subject().platform, objects, metadata);
  const names = async () =>
    (await subject().platform.store.list(buckets.outputs, 'ci/d/')).map(({ key }) =>
      key.slice('ci/d/'.length),
    );
  const content = async (name: string) =>
    (await subject().platform.store.get(buckets.outputs, `ci/d/${name}`)).body.toString();
  const opened = ({ outputs }: { readonly outputs: Readonly<Record<string, string>> }) =>
    new URL(outputs['url'] ?? 'none:').pathname.split('/').at(-1);

  describe('a user file', () => {
    test.each(['always', 'never'])(
      'with the name _links.html is uploaded, and the index page gets another name (overwrite: %s)',
      async (overwrite) => {
        const files = { 'a.txt': 'a', '_links.html': 'mine' };
        for (const unchanged of ['0', overwrite === 'never' ? '2' : '0']) {
          const run = await upload(files, { overwrite });
          expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
          expect(run.outputs).toMatchObject({ 'file-count': '2', 'unchanged-count': unchanged });
          expect([Object.keys(urlsOf(run)), opened(run)]).toEqual([
            ['_links.html', 'a.txt'],
            '_links-2.html',
          ]);
          expect(await names()).toEqual(['_links-2.html', '_links.html', 'a.txt']);
          expect(await content('_links.html')).toBe('mine');
        }
        const again = await links();
        expect([Object.keys(urlsOf(again)), opened(again)]).toEqual([
          ['_links.html', 'a.txt'],
          '_links-2.html',
        ]);
        expect(await content('_links.html')).toBe('mine');
      },
    );

    test('that is stored already stays unchanged, and has a link like any other', async () => {
      await put({
        'ci/d/_links.html': 'mine',
        'ci/d/_links-2.html': 'mine too',
        'ci/d/deep/_links.html': 'mine',
      });
      const run = await upload({ 'a.txt': 'a', 'b.txt': 'b' });
      expect([run.exitCode, errorOf(run), opened(run)]).toEqual([0, '', '_links-3.html']);
      expect([await content('_links.html'), await content('_links-2.html')]).toEqual(['mine', 'mine too']);
      const again = await links();
      expect([again.exitCode, again.outputs['file-count'], opened(again)]).toEqual([0, '5', '_links-3.html']);
      expect(linksFileOf(again).files.map(({ path }) => path)).toEqual([
        '_links-2.html',
        '_links.html',
        'a.txt',
        'b.txt',
        'deep/_links.html',
      ]);
    });

    test('with the name of a preview object is kept, and the preview gets other names', async () => {
      await put({ 'ci/d/_preview-worker.js': 'mine' });
      const files = { 'index.html': '<p>', '_preview-2.html': 'mine' };
      const run = await upload(files, { preview: 'true' });
      expect([run.exitCode, errorOf(run), opened(run)]).toEqual([0, '', '_preview-3.html']);
      const again = await links({ preview: 'true' });
      expect([again.exitCode, opened(again)]).toEqual([0, '_preview-3.html']);
      expect(Object.keys(urlsOf(again))).toEqual(['_preview-2.html', '_preview-worker.js', 'index.html']);
      expect([await content('_preview-worker.js'), await content('_preview-2.html')]).toEqual([
        'mine',
        'mine',
      ]);
    });

    test('with the name SHA256SUMS has a link. If checksums would overwrite it, nothing is uploaded', async () => {
      await upload({ 'a.txt': 'a', SHA256SUMS: 'mine' });
      const run = await links();
      expect(Object.keys(urlsOf(run))).toEqual(['SHA256SUMS', 'a.txt']);
      const refused = await upload({ 'b.txt': 'b' }, { checksums: 'true' });
      expect(refused.exitCode).toBe(1);
      expect(errorOf(refused)).toMatch(
        /^A file 'SHA256SUMS' exists in s3:\/\/gep-build-outputs\/ci\/d\/, and 'checksums: true' would overwrite it\n/,
      );
      const both = await upload({ 'b.txt': 'b', SHA256SUMS: 'new' }, { checksums: 'true' });
      expect(errorOf(both)).toMatch(/^A file 'SHA256SUMS' is in the upload/);
      expect(await names()).not.toContain('b.txt');
      expect(await content('SHA256SUMS')).toBe('mine');
    });

    test('replaces a generated object, even with overwrite: never', async () => {
      await upload({ 'a.txt': 'a', 'b.txt': 'b' }, { checksums: 'true' });
      const files = { 'a.txt': 'a', '_links.html': 'mine', SHA256SUMS: 'mine too' };
      const run = await upload(files, { overwrite: 'never' });
      expect([run.exitCode, errorOf(run), opened(run)]).toEqual([0, '', '_links-2.html']);
      expect([await content('_links.html'), await content('SHA256SUMS')]).toEqual(['mine', 'mine too']);
    });
  });

  test('generated objects in subfolders have no link, are not counted, and are replaced by the next upload', async () => {
    await upload({ 'a.txt': 'a', 'b.txt': 'b' }, { destination: 'd/linux', checksums: 'true' });
    await put({ 'ci/d/linux/_preview.html': 'generated' }, generatedMetadata);
    const run = await links();
    expect([Object.keys(urlsOf(run)), run.outputs['file-count']]).toEqual([
      ['linux/a.txt', 'linux/b.txt'],
      '2',
    ]);
    const again = await upload(
      { 'a.txt': 'a', 'b.txt': 'b' },
      { destination: 'd/linux', checksums: 'true', overwrite: 'never' },
    );
    expect([again.exitCode, errorOf(again), opened(again)]).toEqual([0, '', '_links.html']);
  });

  test('folder markers are not files', async () => {
    await put({ 'ci/d/': '', 'ci/d/sub/': '', 'ci/d/sub/a.txt': 'a' });
    const run = await links();
    expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
    expect([Object.keys(urlsOf(run)), run.outputs['file-count']]).toEqual([['sub/a.txt'], '1']);
    expect(linksFileOf(run).files.map(({ path }) => path)).toEqual(['sub/a.txt']);
    // The HTTP date of some storages is behind, and newer objects stay.
    subject().platform.store.makeOlder?.(buckets.outputs, 5_000);
    const removed = await runSubject(subject(), 'remove', { destination: 'd' }, { cwd: folderWith({}) });
    expect([removed.exitCode, errorOf(removed), await names()]).toEqual([0, '', ['']]);
  });

  test('names with unusual sort order are all listed, in the order of S3', async () => {
    const odd = [
      'a!b',
      'a-b/c',
      'a.b',
      'a/b',
      'a/b-c',
      'a/b.d/e',
      'a0',
      'aé',
      'z\uff21',
      'z🛰',
      'B',
      '_a',
      '~',
      ' x',
      '+',
    ];
    const entries = [...odd.map((name) => [`ci/d/${name}`, name] as const), ['ci/d/a-b/', ''] as const];
    await put(Object.fromEntries<string>(entries));
    const run = await links();
    expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
    const listed = linksFileOf(run).files.map(({ path }) => path);
    expect(listed).toEqual(odd.toSorted((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y))));
  });

  test('the input headers cannot set the mark of generated objects', async () => {
    const run = await upload({ 'a.txt': 'a' }, { headers: 'X-Amz-Meta-Generated-By: upload-to-workspace' });
    expect(run.exitCode).toBe(1);
    expect(errorOf(run)).toMatch(/^Input headers: got 'X-Amz-Meta-Generated-By: upload-to-workspace'/);
  });
}
