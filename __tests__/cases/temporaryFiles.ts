import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, test } from '@jest/globals';

import { buckets } from '../../platform/catalogue.ts';
import { useFaultyStorage } from '../support/faultyServer.ts';
import { folderWith } from '../support/folder.ts';
import { type LinksFile, type Subject, errorOf, runSubject, urlsOf } from '../support/subject.ts';

/** Temporary files, outputs and summary on the runner. */
export function temporaryFileCases(subject: () => Subject): void {
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
      ['does not exist', (cwd: string) => path.join(cwd, 'nowhere')],
      ['is a file', (cwd: string) => path.join(cwd, 'file')],
      ['is not absolute', () => 'site'],
      ['is not writable', () => '/proc'],
    ])('if RUNNER_TEMP %s, they go to the system’s folder, never into the checkout', async (_, folder) => {
      const cwd = site();
      const tmp = folderWith({});
      const run = await upload(cwd, { RUNNER_TEMP: folder(cwd), TMPDIR: tmp });
      expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
      const file = run.outputs['links-file'] ?? '';
      expect(path.dirname(path.dirname(file))).toBe(tmp);
      expect((JSON.parse(readFileSync(file, 'utf8')) as LinksFile).files).toHaveLength(2);
      expect(readdirSync(cwd).sort()).toEqual(['file', 'site']);
      expect(readdirSync(path.join(cwd, 'site')).sort()).toEqual(['a.txt', 'b.txt']);
    });

    test('every action fails before the first request if the output file is not writable', async () => {
      const cwd = site();
      const { platform } = subject();
      const full = existsSync('/dev/full') ? ['/dev/full'] : [];
      for (const file of [cwd, path.join(cwd, 'nowhere', 'output'), ...full]) {
        for (const action of ['upload', 'links', 'remove', 'workspaces'] as const) {
          const before = platform.terrapi.requests.length;
          const inputs = { path: 'site', destination: 'temporary' };
          const run = await runSubject(subject(), action, inputs, { cwd, env: { GITHUB_OUTPUT: file } });
          expect(run.exitCode).toBe(1);
          expect(errorOf(run)).toMatch(
            /^Outputs cannot be set: the file of GITHUB_OUTPUT is not writable: E/,
          );
          expect(errorOf(run)).toContain('Nothing was sent.');
          expect(platform.terrapi.requests.length).toBe(before);
        }
      }
      expect(await platform.store.list(buckets.outputs, 'ci/temporary/c')).toEqual([]);
    });

    describe('that become unusable during the upload', () => {
      const storage = useFaultyStorage(subject);

      test('if the links file cannot be written, other outputs are set, and the error lists the stored files', async () => {
        const temp = folderWith({});
        storage.decide = ({ method }) => {
          if (method === 'PUT') rmSync(temp, { recursive: true, force: true });
          return undefined;
        };
        const run = await upload(site(), { RUNNER_TEMP: temp }, { checksums: 'false' });
        expect(run.exitCode).toBe(1);
        expect(errorOf(run)).toMatch(
          /^All files are uploaded to s3:.*, but the links file could not be written: File .*links\.json could not be written: ENOENT/,
        );
        expect(errorOf(run)).toContain('Stored: 2 files');
        expect(run.outputs).toMatchObject({ 'links-file': '', 'file-count': '2', 'uploaded-count': '2' });
        expect(Object.keys(urlsOf(run))).toEqual(['a.txt', 'b.txt']);
      });

      (existsSync('/dev/full') ? test : test.skip)(
        'if the disk is full at the end, outputs are missing, and the error lists the stored files (needs /dev/full)',
        async () => {
          const output = path.join(folderWith({ output: '' }), 'output');
          storage.decide = ({ method }) => {
            if (method === 'PUT') {
              rmSync(output, { force: true });
              symlinkSync('/dev/full', output);
            }
            return undefined;
          };
          const run = await upload(site(), { GITHUB_OUTPUT: output });
          expect(run.exitCode).toBe(1);
          expect(errorOf(run)).toMatch(
            /^All files are uploaded to s3:.*, but not all outputs could be set: The outputs url, .*, urls, .*, deleted-count could not be set: ENOSPC/,
          );
          expect(errorOf(run)).toMatch(/\nStored: 2 files\n- a\.txt\n- b\.txt\nHelp: .*#outputs-not-set$/);
        },
      );
    });

    test('a summary that cannot be written causes one warning, and the step succeeds', async () => {
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
