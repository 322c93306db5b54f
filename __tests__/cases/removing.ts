import { setTimeout as sleep } from 'node:timers/promises';

import { beforeEach, describe, expect, test } from '@jest/globals';

import { buckets } from '../../platform/catalogue.ts';
import { breakStorage } from '../support/faults.ts';
import { folderWith } from '../support/folder.ts';
import { putObjects } from '../support/session.ts';
import { type Subject, errorOf, runSubject } from '../support/subject.ts';

/** The `remove` action. */
export function removingCases(subject: () => Subject): void {
  beforeEach(() => subject().platform.store.clear(buckets.outputs));

  const cwd = folderWith({});
  const remove = (inputs: Record<string, string> = {}) =>
    runSubject(subject(), 'remove', { destination: 'd', ...inputs }, { cwd });
  const keys = async () =>
    (await subject().platform.store.list(buckets.outputs, '')).map(({ key }) => key).sort();
  const put = (...names: string[]) =>
    putObjects(subject().platform, Object.fromEntries(names.map((name) => [`ci/${name}`, name])));

  describe('the remove action', () => {
    test('deletes what is below the destination, and nothing beside it', async () => {
      await put(
        'd/a.txt',
        'd/deep/er/b.txt',
        'd/_links.html',
        'd/odd\nname <&>"\u0007',
        'dd/neighbour.txt',
        'd.txt',
      );
      const run = await remove();
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      expect(run.outputs).toEqual({
        's3-uri': 's3://gep-build-outputs/ci/d/',
        'deleted-count': '4',
        'comment-id': '',
        'deployment-id': '',
      });
      expect(run.log).toContain('Deleted 4 objects, in s3://gep-build-outputs/ci/d/\n');
      expect(run.summary).toMatch(/^### Deleted 4 objects: /);
      expect(run.summary).toContain('| deep/er/b.txt | ');
      expect(await keys()).toEqual(['ci/d.txt', 'ci/dd/neighbour.txt']);
    });

    test.each(['d/', 'd//', '/d/', '//d', ' d/ ', 'd/ /'])(
      'deletes nothing below a folder that an empty expression has widened: %j',
      async (destination) => {
        await put('d/7/a.txt', 'd/8/b.txt');
        const run = await remove({ destination });
        expect(errorOf(run)).toContain(`Input destination: got '${destination.trim()}', expected a folder `);
        expect([run.exitCode, await keys()]).toEqual([1, ['ci/d/7/a.txt', 'ci/d/8/b.txt']]);
      },
    );

    test('leaves what is not older than so long', async () => {
      await put('d/old 1.txt', 'd/old/2.txt');
      const oldSince = Date.now();
      await sleep(10_000);
      // The pages of the folder `old` were made anew by the links action, and then its last file went.
      await put('d/new.txt', 'd/old 1.txt.new', 'd/_links.html');
      await put('d/old/_links.html', 'd/old/_preview.html', 'd/old/_preview-worker.js');
      // However slow this machine is: the old ones have just become that old, the new ones not by far.
      const age = () => `${Math.floor((Date.now() - oldSince) / 1000) - 1}s`;
      const dry = await remove({ 'older-than': age(), 'dry-run': 'true' });
      expect(dry.log).toContain('Dry run: Would delete 5 objects, in s3://gep-build-outputs/ci/d/\n');
      expect(dry.outputs['deleted-count']).toBe('0');
      expect(await keys()).toHaveLength(8);
      const run = await remove({ 'older-than': age() });
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      expect(run.outputs['deleted-count']).toBe('5');
      expect(run.summary).toMatch(
        /\n5 objects, \d+ bytes, older than \d+ s, 3 newer pages that would lead nowhere among them, in /,
      );
      expect(run.log).toContain('Left alone, as newer: 3 objects\n');
      expect(run.log).toMatch(
        /^::notice::Some of what _links\.html leads to is deleted: the 'links' action makes such pages anew\.$/m,
      );
      expect(await keys()).toEqual(['ci/d/_links.html', 'ci/d/new.txt', 'ci/d/old 1.txt.new']);
      const none = await remove({ 'older-than': '14d' });
      expect([none.outputs['deleted-count'], none.log.includes('::notice')]).toEqual(['0', false]);
      expect(await keys()).toHaveLength(3);
    });

    test('finds what a server shows only when another object is gone', async () => {
      await put('d/report', 'd/report/a', 'd/report/a/b', 'd/report/a/b/c');
      const run = await remove();
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      expect(await keys()).toEqual([]);
      expect(run.outputs['deleted-count']).toBe('4');
    });

    test('deletes thousands', async () => {
      const { platform } = subject();
      const files = Object.fromEntries(
        Array.from({ length: 2_300 }, (_, index) => [`${index % 50}/${index}`, '']),
      );
      const uploaded = await runSubject(
        subject(),
        'upload',
        { path: '.', destination: 'd', links: 'none' },
        { cwd: folderWith(files) },
      );
      expect(uploaded.exitCode).toBe(0);
      const run = await remove();
      expect([run.exitCode, errorOf(run), run.outputs['deleted-count']]).toEqual([0, '', '2300']);
      expect(await platform.store.list(buckets.outputs, '')).toEqual([]);
    }, 180_000);

    test('is content where there is nothing, and says so', async () => {
      await put('dd/neighbour.txt');
      const run = await remove();
      expect([run.exitCode, run.outputs['deleted-count']]).toEqual([0, '0']);
      expect(run.log).toMatch(
        /^::notice::There is nothing in s3:\/\/gep-build-outputs\/ci\/d\/ to delete: it is empty, or was never there\. If something should be there/m,
      );
      await put('d');
      expect((await remove()).log).toContain(`There is an object 'ci/d', and what is below such a name`);
      expect(await keys()).toEqual(['ci/d', 'ci/dd/neighbour.txt']);
    });

    test('never deletes a whole workspace', async () => {
      await put('a.txt');
      for (const destination of ['', '/', ' // ']) {
        const run = await remove({ destination });
        expect(run.exitCode).toBe(1);
        expect(errorOf(run)).toMatch(/^Input destination: got '\/*', expected the folder to delete/);
      }
      expect(await keys()).toEqual(['ci/a.txt']);
    });

    test('lists what the storage does not delete, and asks again where that can help', async () => {
      const { platform } = subject();
      await put('d/a.txt', 'd/b.txt', 'd/c.txt');
      const storage = await breakStorage(platform.storageUrl);
      const refused = (key: string, code: string) =>
        `<Error><Key>ci/d/${key}</Key><Code>${code}</Code><Message>said on cue</Message></Error>`;
      const errors = (...those: string[]) =>
        ({ kind: 'answer', status: 200, body: `<DeleteResult>${those.join('')}</DeleteResult>` }) as const;
      let deletions = 0;
      storage.decide = ({ method, query }) => {
        if (method !== 'POST' || !query.has('delete')) return undefined;
        deletions += 1;
        return deletions === 1
          ? errors(refused('a.txt', 'SlowDown'), refused('b.txt', 'AccessDenied'))
          : undefined;
      };
      platform.terrapi.storageEndpoint = storage.url;
      try {
        const run = await remove();
        expect(run.exitCode).toBe(1);
        expect(errorOf(run)).toMatch(
          /^1 object of 3 in s3:\/\/gep-build-outputs\/ci\/d\/ could not be deleted\n.* 2 objects were deleted\.\n- ci\/d\/b\.txt: AccessDenied 200: said on cue$/,
        );
        // The first answer was made up: nothing but the second request got there, and it named one key.
        expect([deletions, await keys()]).toEqual([2, ['ci/d/b.txt', 'ci/d/c.txt']]);
      } finally {
        platform.terrapi.storageEndpoint = undefined;
        await storage.close();
      }
    });
  });
}
