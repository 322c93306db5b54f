import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, test } from '@jest/globals';

import { buckets } from '../../platform/catalogue.ts';
import { useFaultyStorage } from '../support/faults.ts';
import { folderWith } from '../support/folder.ts';
import { type LinksFile, type Subject, errorOf, runSubject, urlsOf } from '../support/subject.ts';

/** Where a run keeps files on the runner, and how it tells what it did. */
export function temporaryCases(subject: () => Subject): void {
  describe('files on the runner', () => {
    const upload = (cwd: string, env: Record<string, string>, inputs: Record<string, string> = {}) =>
      runSubject(
        subject(),
        'upload',
        { path: 'site', destination: 'temporary', checksums: 'true', ...inputs },
        { cwd, env },
      );
    const site = () => folderWith({ 'site/a.txt': 'a', 'site/b.txt': 'b', file: '' });

    test.each([
      ['is empty', () => ''],
      ['is not there', (cwd: string) => path.join(cwd, 'nowhere')],
      ['is a file', (cwd: string) => path.join(cwd, 'file')],
      ['is not absolute', () => 'site'],
      ['cannot be written', () => '/proc'],
    ])(
      'where RUNNER_TEMP %s they go to the folder of the system, and never into the checkout',
      async (_, folder) => {
        const cwd = site();
        const tmp = folderWith({});
        const run = await upload(cwd, { RUNNER_TEMP: folder(cwd), TMPDIR: tmp });
        expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
        const file = run.outputs['links-file'] ?? '';
        expect(path.dirname(path.dirname(file))).toBe(tmp);
        expect((JSON.parse(readFileSync(file, 'utf8')) as LinksFile).files).toHaveLength(2);
        expect(readdirSync(cwd).sort()).toEqual(['file', 'site']);
        expect(readdirSync(path.join(cwd, 'site')).sort()).toEqual(['a.txt', 'b.txt']);
      },
    );

    test('an output file that cannot be written ends every action before the first request', async () => {
      const cwd = site();
      const { platform } = subject();
      for (const file of [cwd, path.join(cwd, 'nowhere', 'output')]) {
        for (const action of ['upload', 'links', 'remove', 'workspaces'] as const) {
          const before = platform.terrapi.requests.length;
          const inputs = { path: 'site', destination: 'temporary' };
          const run = await runSubject(subject(), action, inputs, { cwd, env: { GITHUB_OUTPUT: file } });
          expect(run.exitCode).toBe(1);
          expect(errorOf(run)).toMatch(
            /^Outputs cannot be set: GITHUB_OUTPUT names a file that cannot be written: E/,
          );
          expect(errorOf(run)).toContain('Nothing was sent.');
          expect(platform.terrapi.requests.length).toBe(before);
        }
      }
      expect(await platform.store.list(buckets.outputs, 'ci/temporary/c')).toEqual([]);
    });

    (existsSync('/dev/full') ? test : test.skip)(
      'a disk that is full by the end costs the outputs, and what is stored is listed (needs /dev/full)',
      async () => {
        const run = await upload(site(), { GITHUB_OUTPUT: '/dev/full' });
        expect(run.exitCode).toBe(1);
        expect(errorOf(run)).toMatch(
          /^All files are uploaded to s3:.*, but not all could be told: The outputs url, urls, .*, deleted-count could not be set: ENOSPC/,
        );
        expect(errorOf(run)).toMatch(/\nStored, 2 files:\n- a\.txt\n- b\.txt$/);
      },
    );

    describe('that is lost while files are sent', () => {
      const storage = useFaultyStorage(subject);

      test('a links file that cannot be written costs no other output, and what is stored is listed', async () => {
        const temp = folderWith({});
        storage.decide = ({ method }) => {
          if (method === 'PUT') rmSync(temp, { recursive: true, force: true });
          return undefined;
        };
        const run = await upload(site(), { RUNNER_TEMP: temp }, { checksums: 'false' });
        expect(run.exitCode).toBe(1);
        expect(errorOf(run)).toMatch(
          /^All files are uploaded to s3:.*, but the file of their links could not be written: The file .*links\.json cannot be written: ENOENT/,
        );
        expect(errorOf(run)).toContain('Stored, 2 files:');
        expect(run.outputs).toMatchObject({ 'links-file': '', 'file-count': '2', 'uploaded-count': '2' });
        expect(Object.keys(urlsOf(run))).toEqual(['a.txt', 'b.txt']);
      });
    });

    test('a summary that cannot be written is one warning, and the step succeeds', async () => {
      const cwd = site();
      mkdirSync(path.join(cwd, 'summary'));
      for (const file of [path.join(cwd, 'summary'), path.join(cwd, 'nowhere', 'summary')]) {
        const run = await upload(cwd, { GITHUB_STEP_SUMMARY: file });
        expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
        expect(run.log.match(/^::warning.*/gm)).toEqual([
          expect.stringMatching(/^::warning::The job summary could not be written: /),
        ]);
        expect(run.outputs['file-count']).toBe('2');
      }
    });
  });
}
