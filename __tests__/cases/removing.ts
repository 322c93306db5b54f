import { beforeEach, describe, expect, test } from '@jest/globals';

import { buckets } from '../../platform/catalogue.ts';
import { letObjectsAge, makeAtLeast } from '../support/objectAge.ts';
import { type SeenRequest, errorXml, useFaultyStorage } from '../support/faultyServer.ts';
import { folderWith } from '../support/folder.ts';
import { generatedMetadata, putObjects } from '../support/putObjects.ts';
import { type Subject, errorOf, runSubject } from '../support/subject.ts';

/** What differs between storages. The defaults are those of MinIO and of the embedded storage. */
interface RemovingOptions {
  /** A name for XML to escape. */
  readonly oddName?: string;
  /** Milliseconds that the HTTP date of the storage may be behind. Objects of this time count as newer than a removal. */
  readonly dateLag?: number;
  /** Whether the storage has objects below another object, and lists them only after it is deleted. */
  readonly hidesObjects?: boolean;
}

/** The `remove` action. */
export function removingCases(
  subject: () => Subject,
  { oddName = 'odd\nname <&>"\u0007', dateLag = 0, hidesObjects = true }: RemovingOptions = {},
): void {
  beforeEach(() => subject().platform.store.clear(buckets.outputs));

  const cwd = folderWith({});
  const remove = async (inputs: Record<string, string> = {}) => {
    if (dateLag > 0) await makeAtLeast(subject().platform, dateLag);
    return runSubject(subject(), 'remove', { destination: 'd', ...inputs }, { cwd });
  };
  const keys = async () =>
    (await subject().platform.store.list(buckets.outputs, '')).map(({ key }) => key).sort();
  const put = (...names: string[]) =>
    putObjects(subject().platform, Object.fromEntries(names.map((name) => [`ci/${name}`, name])));
  const putGenerated = (...names: string[]) =>
    putObjects(
      subject().platform,
      Object.fromEntries(names.map((name) => [`ci/${name}`, name])),
      generatedMetadata,
    );

  describe('the remove action', () => {
    test('deletes what is below the destination, and nothing else', async () => {
      await put('d/a.txt', 'd/deep/er/b.txt', 'd/_links.html', `d/${oddName}`, 'dd/neighbour.txt', 'd.txt');
      const run = await remove();
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      expect(run.outputs).toEqual({
        's3-uri': 's3://gep-build-outputs/ci/d/',
        'deleted-count': '4',
        'comment-id': '',
        'deployment-id': '',
      });
      expect(run.log).toContain('Removed 4 files (4 objects) in s3://gep-build-outputs/ci/d/\n');
      expect(run.summary).toMatch(/^### (?:.*&#58; )?d\n\n\*\*Removed 4 files\*\*: 4 objects, /);
      expect(run.summary).toContain('| deep/er/b.txt | ');
      expect(await keys()).toEqual(['ci/d.txt', 'ci/dd/neighbour.txt']);
    });

    test.each(['d/', 'd//', '/d/', '//d', ' d/ ', 'd/ /'])(
      'deletes nothing if an empty expression makes the destination a parent folder: %j',
      async (destination) => {
        await put('d/7/a.txt', 'd/8/b.txt');
        const run = await remove({ destination });
        expect(errorOf(run)).toContain(`Input destination: got '${destination.trim()}', expected a folder `);
        expect([run.exitCode, await keys()]).toEqual([1, ['ci/d/7/a.txt', 'ci/d/8/b.txt']]);
      },
    );

    test.each(['d/', 'd//', 'd/ '])(
      'delete-stale deletes nothing if an empty expression makes the destination a parent folder: %j',
      async (destination) => {
        await put('d/7/a.txt', 'd/8/b.txt');
        const inputs = { path: '.', destination, 'delete-stale': 'true' };
        const run = await runSubject(subject(), 'upload', inputs, { cwd: folderWith({ 'c.txt': 'c' }) });
        expect(errorOf(run)).toContain(`Input destination: got '${destination.trim()}', expected a folder `);
        expect([run.exitCode, await keys()]).toEqual([1, ['ci/d/7/a.txt', 'ci/d/8/b.txt']]);
      },
    );

    test('keeps objects that are not older than older-than', async () => {
      await put('d/old 1.txt', 'd/old/2.txt');
      await letObjectsAge(subject().platform, 10_000);
      const oldSince = Date.now() - 10_000;
      // The links action has renewed the pages of the folder `old`, and then its last file was deleted.
      await put('d/new.txt', 'd/old 1.txt.new');
      await putGenerated('d/_links.html');
      await putGenerated('d/old/_links.html', 'd/old/_preview.html', 'd/old/_preview-worker.js');
      // Independent of the machine's speed: the old objects have just reached that age, the new ones are far from it.
      const age = () => `${Math.floor((Date.now() - oldSince) / 1000) - 1}s`;
      const dry = await remove({ 'older-than': age(), 'dry-run': 'true' });
      expect(dry.log).toContain(
        'Dry run: would remove 2 files (5 objects) in s3://gep-build-outputs/ci/d/\n',
      );
      expect(dry.outputs['deleted-count']).toBe('0');
      expect(await keys()).toHaveLength(8);
      const run = await remove({ 'older-than': age() });
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      expect(run.outputs['deleted-count']).toBe('5');
      expect(run.summary).toMatch(
        /\n\*\*Removed 2 files\*\*: 5 objects, \d+ bytes, older than \d+ s, and 3 newer pages without files, in /,
      );
      expect(run.log).toContain('Kept, because newer: 3 objects\n');
      expect(run.log).toMatch(
        /^::notice::_links\.html lists files that are deleted: run the 'links' action to write the page again\.$/m,
      );
      expect(await keys()).toEqual(['ci/d/_links.html', 'ci/d/new.txt', 'ci/d/old 1.txt.new']);
      const none = await remove({ 'older-than': '14d' });
      expect([none.outputs['deleted-count'], none.log.includes('::notice')]).toEqual(['0', false]);
      expect(await keys()).toHaveLength(3);
    });

    describe('with keep-last', () => {
      /** Folders of different ages, each with its pages renewed at last. */
      const putFolders = async (...folders: string[]) => {
        for (const [index, folder] of folders.entries()) {
          if (index > 0) await letObjectsAge(subject().platform, 2_000);
          await put(`${folder}/index.html`, `${folder}/sub/a.js`);
        }
        await putGenerated(...folders.toReversed().map((folder) => `${folder}/_links.html`));
      };

      test('the newest folders and the files beside them stay', async () => {
        await put('d/readme.txt', 'dd/old/neighbour.txt');
        // The second newest is overwritten in part: its newest file counts.
        await putFolders('d/z-first', 'd/odd\n<&>"|', 'd/b', 'd/a');
        await letObjectsAge(subject().platform, 2_000);
        await put('d/odd\n<&>"|/sub/a.js');
        await putGenerated('d/_links.html');
        const before = await keys();
        const dry = await remove({ 'keep-last': '2', 'dry-run': 'true' });
        expect([dry.exitCode, errorOf(dry)]).toEqual([0, '']);
        expect(dry.log).toContain(
          'Dry run: would remove 4 files (6 objects) in s3://gep-build-outputs/ci/d/\n',
        );
        expect(dry.summary).toMatch(
          /\n\*\*Would remove 4 files\*\*: 6 objects, \d+ bytes, of 2 folders \(2 kept\), in /,
        );
        expect([dry.outputs['deleted-count'], await keys()]).toEqual(['0', before]);
        const run = await remove({ 'keep-last': '2', comment: 'true', 'pull-request': '7' });
        expect([run.exitCode, errorOf(run), run.outputs['deleted-count']]).toEqual([0, '', '6']);
        expect(run.outputs['comment-id']).toBe('');
        expect(run.log).toContain('What: 6 objects, ');
        expect(run.log).toMatch(/^Kept folders, newest first: odd.*<&>"\|, a$/m);
        expect(run.log).toMatch(
          /^::notice::_links\.html lists files that are deleted: run the 'links' action to write the page again\.$/m,
        );
        expect(await keys()).toEqual(
          before.filter((key) => !key.startsWith('ci/d/z-first/') && !key.startsWith('ci/d/b/')),
        );
        const again = await remove({ 'keep-last': '2' });
        expect([again.exitCode, again.outputs['deleted-count']]).toEqual([0, '0']);
      });

      test('and older-than, a folder is deleted only if all of its files are older as well', async () => {
        await putFolders('d/1', 'd/2');
        await letObjectsAge(subject().platform, 10_000);
        const oldSince = Date.now() - 10_000;
        await put('d/1/sub/new.js', 'd/3/a.js');
        const age = () => `${Math.floor((Date.now() - oldSince) / 1000) - 1}s`;
        const run = await remove({ 'keep-last': '1', 'older-than': age() });
        expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
        expect([...new Set((await keys()).map((key) => key.split('/')[2]))]).toEqual(['1', '3']);
        const none = await remove({ 'keep-last': '1', 'older-than': '14d' });
        expect(none.outputs['deleted-count']).toBe('0');
      });

      test.each(['0', '-1'])('a number that would delete everything is refused: %s', async (number) => {
        await put('d/1/a.txt');
        const run = await remove({ 'keep-last': number });
        expect(errorOf(run)).toMatch(/^Input keep-last: got '-?\d', expected a number of folders from 1 to /);
        expect([run.exitCode, await keys()]).toEqual([1, ['ci/d/1/a.txt']]);
      });
    });

    if (hidesObjects)
      test('finds objects that a server lists only after another object is deleted', async () => {
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
    });

    test('succeeds if there is nothing, and says so', async () => {
      await put('dd/neighbour.txt');
      const run = await remove();
      expect([run.exitCode, run.outputs['deleted-count']]).toEqual([0, '0']);
      expect(run.log).toMatch(
        /^::notice::There is nothing in s3:\/\/gep-build-outputs\/ci\/d\/ to delete\. If there should be files/m,
      );
      await put('d');
      expect((await remove()).log).toContain(
        `There is an object 'ci/d', and the storage does not list files below it`,
      );
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

    describe('with a storage that', () => {
      const storage = useFaultyStorage(subject);
      const isDeletion = ({ method, query }: SeenRequest) => method === 'POST' && query.has('delete');
      const isListing = ({ query }: SeenRequest) => query.has('list-type');

      test('does not delete some objects: lists them, and retries if that can help', async () => {
        await put('d/a.txt', 'd/b.txt', 'd/c.txt');
        const refused = (key: string, code: string) =>
          `<Error><Key>ci/d/${key}</Key><Code>${code}</Code><Message>said on cue</Message></Error>`;
        const errors = `${refused('a.txt', 'SlowDown')}${refused('b.txt', 'AccessDenied')}`;
        storage.decide = (request) =>
          isDeletion(request) && storage.requests.filter(isDeletion).length === 1
            ? { kind: 'answer', status: 200, body: `<DeleteResult>${errors}</DeleteResult>` }
            : undefined;
        const run = await remove();
        expect(run.exitCode).toBe(1);
        expect(errorOf(run)).toMatch(
          /^1 object of 3 in s3:\/\/gep-build-outputs\/ci\/d\/ could not be deleted\n.* 2 objects were deleted\.\n- ci\/d\/b\.txt: AccessDenied 200: said on cue\nHelp: .*#delete-failed$/,
        );
        // The proxy made up the first response. Only the second request reached the storage, with one key.
        expect([storage.requests.filter(isDeletion).length, await keys()]).toEqual([
          2,
          ['ci/d/b.txt', 'ci/d/c.txt'],
        ]);
      });

      test('reports a deletion that did not happen: an error, after a few tries', async () => {
        await put('d/a.txt', 'd/b.txt', 'd/c.txt');
        storage.decide = (request) =>
          isDeletion(request) ? { kind: 'answer', status: 200, body: '<DeleteResult/>' } : undefined;
        const run = await remove();
        expect(run.exitCode).toBe(1);
        expect(errorOf(run)).toMatch(
          /^3 objects of 3 in s3:\/\/gep-build-outputs\/ci\/d\/ could not be deleted\n.* 0 objects were deleted\.\n- ci\/d\/a\.txt: the storage reports it as deleted, but still lists it\n/,
        );
        expect(run.outputs).toEqual({});
        expect(storage.requests.filter(isDeletion)).toHaveLength(3);
      });

      test('does not let the client app read: everything is deleted, and files are counted by their names', async () => {
        await put('d/index.html', 'd/a.js', 'd/_links.html');
        storage.decide = ({ method, key }) =>
          method === 'HEAD' && key !== '' ? { kind: 'answer', status: 403 } : undefined;
        const run = await remove();
        expect([run.exitCode, errorOf(run), run.outputs['deleted-count']]).toEqual([0, '', '3']);
        expect(run.log).toContain('Removed 2 files (3 objects)');
        expect(await keys()).toEqual([]);
      });

      test('keeps one object: deleted objects are counted once', async () => {
        await put('d/a.txt', 'd/b.txt', 'd/c.txt');
        let passes = 0;
        storage.decide = (request) => {
          if (!isDeletion(request)) return undefined;
          passes += 1;
          return passes === 1 ? { kind: 'answer', status: 200, body: '<DeleteResult/>' } : undefined;
        };
        const run = await remove();
        expect([run.exitCode, errorOf(run), run.outputs['deleted-count']]).toEqual([0, '', '3']);
        expect(await keys()).toEqual([]);
      });

      test.each([
        [
          'the page of a captive portal',
          200,
          '<html><head><title>Sign in</title></head></html>',
          'a web page, "Sign in"',
        ],
        ['nothing', 204, '', 'empty'],
        ['a page in place of the keys', 200, '<DeleteResult><html></DeleteResult>', 'a web page'],
        ['endlessly nested elements', 200, `<DeleteResult>${'<a>'.repeat(100_000)}</DeleteResult>`, '<a><a>'],
      ])('answers a deletion with %s: an error', async (_, status, body, says) => {
        await put('d/a.txt');
        storage.decide = (request) => (isDeletion(request) ? { kind: 'answer', status, body } : undefined);
        const run = await remove();
        expect([run.exitCode, run.outputs]).toEqual([1, {}]);
        expect(errorOf(run)).toMatch(/^Objects in s3:.* could not be deleted: NotS3 20[04]: /);
        expect(errorOf(run)).toContain(says);
      });

      test('stops a deletion: no page remains without the files that it loads', async () => {
        await put(
          'd/index.html',
          'd/a.js',
          'd/deep/index.html',
          'd/deep/b.css',
          'd/_preview.html',
          'd/c.html',
        );
        storage.decide = (request) =>
          isDeletion(request) && storage.requests.filter(isDeletion).length === 3
            ? { kind: 'answer', status: 403, body: errorXml('AccessDenied') }
            : undefined;
        const run = await remove();
        expect(run.exitCode).toBe(1);
        expect(errorOf(run)).toMatch(/could not be deleted: AccessDenied 403/);
        expect(await keys()).toEqual(['ci/d/a.js', 'ci/d/deep/b.css']);
      });

      test('does not delete an entry page: the files that it loads stay', async () => {
        await put('d/index.html', 'd/a.js');
        const refused = `<Error><Key>ci/d/index.html</Key><Code>AccessDenied</Code><Message>no</Message></Error>`;
        storage.decide = (request) =>
          isDeletion(request)
            ? { kind: 'answer', status: 200, body: `<DeleteResult>${refused}</DeleteResult>` }
            : undefined;
        const run = await remove();
        expect(errorOf(run)).toMatch(/^1 object of 2 .*\n.*\n- ci\/d\/index\.html: AccessDenied 200: no/);
        expect(storage.requests.filter(isDeletion)).toHaveLength(1);
        expect(await keys()).toEqual(['ci/d/a.js', 'ci/d/index.html']);
      });

      test.each([
        [
          'a neighbour’s',
          'ci/other/x',
          'SlowDown',
          `is about 'ci/other/x', which this request does not delete (SlowDown no)`,
        ],
        [
          'none',
          '',
          'InternalError',
          'is about no key, which this request does not delete (InternalError no)',
        ],
      ])(
        'reports a transient error for %s key: that key is not requested again',
        async (_, key, code, says) => {
          await put('d/a.txt', 'other/x');
          const named = `<Error><Key>${key}</Key><Code>${code}</Code><Message>no</Message></Error>`;
          storage.decide = (request) =>
            isDeletion(request) && storage.requests.filter(isDeletion).length === 1
              ? { kind: 'answer', status: 200, body: `<DeleteResult>${named}</DeleteResult>` }
              : undefined;
          const run = await remove();
          expect([run.exitCode, run.outputs]).toEqual([1, {}]);
          expect(errorOf(run)).toContain(`: UnreliableDeletion 200: the answer ${says}`);
          expect(await keys()).toEqual(['ci/d/a.txt', 'ci/other/x']);
        },
      );

      test('receives files of another upload meanwhile: they are kept, and named', async () => {
        await put('d/old/a.txt', 'd/b.txt');
        storage.decide = async (request) => {
          if (isDeletion(request) && request.before === 0) await put('d/new.txt', 'd/old/new.txt');
          return undefined;
        };
        const run = await remove({ comment: 'false' });
        expect([run.exitCode, errorOf(run), run.outputs['deleted-count']]).toEqual([0, '', '2']);
        expect(await keys()).toEqual(['ci/d/new.txt', 'ci/d/old/new.txt']);
        expect(run.log).toMatch(
          /^::notice::Not deleted: 2 objects written after this step began \(new\.txt, old\/new\.txt\)\./m,
        );
      });

      test('receives another upload while keep-last deletes: it pushes no folder out, and its files in a removed folder stay', async () => {
        await put('d/1/a.txt');
        await letObjectsAge(subject().platform, 2_000);
        await put('d/2/a.txt');
        storage.decide = async (request) => {
          if (isDeletion(request) && request.before === 0) await put('d/1/new.txt', 'd/3/new.txt');
          return undefined;
        };
        const run = await remove({ 'keep-last': '1' });
        expect([run.exitCode, errorOf(run), run.outputs['deleted-count']]).toEqual([0, '', '1']);
        expect(await keys()).toEqual(['ci/d/1/new.txt', 'ci/d/2/a.txt', 'ci/d/3/new.txt']);
        expect(run.log).toMatch(
          /^::notice::Not deleted: 1 object written after this step began \(1\/new\.txt\)\./m,
        );
      });

      test('does not let the client app read: keep-last deletes nothing, because pages would count as files', async () => {
        await put('d/1/a.txt', 'd/2/_links.html');
        storage.decide = ({ method, key }) =>
          method === 'HEAD' && key !== '' ? { kind: 'answer', status: 403 } : undefined;
        const run = await remove({ 'keep-last': '1' });
        expect([run.exitCode, (await keys()).length]).toEqual([1, 2]);
        expect(errorOf(run)).toContain('could not be listed: HTTP 403');
      });

      const entry = (key: string) =>
        `<Contents><Key>${key}</Key><Size>1</Size><LastModified>2020-01-01T00:00:00Z</LastModified></Contents>`;
      const listing = (entries: string, more: string) =>
        `<ListBucketResult>${more}${entries}</ListBucketResult>`;
      const truncated = '<IsTruncated>true</IsTruncated>';
      const token = '<NextContinuationToken>x</NextContinuationToken>';
      test.each([
        ['lists the same page forever', listing(entry('ci/d/a'), truncated + token), 'is not sorted'],
        ['lists empty pages forever', listing('', truncated + token), 'repeats a continuation token'],
        [
          'truncates a listing',
          listing(entry('ci/d/a'), truncated),
          'has more pages, but no continuation token',
        ],
        ['lists keys outside the prefix', listing(entry('ci/other/a'), ''), `has the key 'ci/other/a'`],
        [
          'lists a key with ..',
          listing(entry('ci/d/../other/a'), ''),
          `has the key 'ci/d/../other/a', which is outside`,
        ],
        [
          'has a continuation token, but says that the listing is complete',
          listing(entry('ci/d/a'), token),
          'is not sorted',
        ],
        [
          'says in capitals that a listing is truncated',
          listing(entry('ci/d/a'), truncated.toUpperCase().replaceAll('ISTRUNCATED', 'IsTruncated') + token),
          'is not sorted',
        ],
        [
          'answers a listing with the page of a captive portal',
          '<html><title>Sign in</title></html>',
          'NotS3 200',
        ],
      ])('%s: an error, and nothing is deleted', async (_, body, says) => {
        await put('d/a', 'other/a');
        storage.decide = (request) =>
          isListing(request) ? { kind: 'answer', status: 200, body } : undefined;
        const run = await remove();
        expect(run.exitCode).toBe(1);
        expect(errorOf(run)).toMatch(/^Objects in s3:\/\/gep-build-outputs\/ci\/d\/ could not be listed: /);
        expect(errorOf(run)).toContain(says);
        expect(await keys()).toEqual(['ci/d/a', 'ci/other/a']);
      });
    });
  });
}
