import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';

import { beforeEach, describe, expect, test } from '@jest/globals';

import { buckets } from '../../platform/catalogue.ts';
import { folderWith } from '../support/folder.ts';
import { type Subject, errorOf, runSubject, storedFiles, warningsOf } from '../support/subject.ts';

const secret = 'extraheader = AUTHORIZATION: basic c2VjcmV0';

/** Which files of a folder are uploaded. */
export function selectingCases(subject: () => Subject): void {
  beforeEach(() => subject().platform.store.clear(buckets.outputs));

  async function upload(cwd: string, inputs: Record<string, string>, env: Record<string, string> = {}) {
    const run = await runSubject(
      subject(),
      'upload',
      { destination: 'd', links: 'none', ...inputs },
      { cwd, env },
    );
    const stored = await storedFiles(subject().platform, 'ci/d/');
    return { run, keys: stored.map(({ key }) => key.replace('ci/d/', '')).sort() };
  }

  describe('selecting files', () => {
    test('.git and .env are not uploaded through symbolic links, and the log says so (needs symlinks)', async () => {
      const cwd = folderWith({ 'docs/a.html': 'a', '.git/config': secret, '.env': 'SECRET=1' });
      symlinkSync('../.git', path.join(cwd, 'docs/history'));
      symlinkSync('../.env', path.join(cwd, 'docs/settings.txt'));
      symlinkSync('docs/history', path.join(cwd, 'old'));
      for (const inputs of [
        { path: 'docs' },
        { path: 'docs\nold', 'include-hidden-files': 'true', root: '.' },
      ]) {
        const { run, keys } = await upload(cwd, inputs);
        expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
        expect(keys.map((key) => path.posix.basename(key))).toContain('a.html');
        expect(keys.filter((key) => !key.endsWith('a.html'))).toEqual([]);
        expect(run.log).toMatch(/Left out as sensitive: .*docs\/history/);
      }
    });

    test('an exclusion also excludes files behind symbolic links, and the log says so (needs symlinks)', async () => {
      const cwd = folderWith({ 'docs/a.html': 'a', 'private/key.txt': 'k' });
      symlinkSync('../private', path.join(cwd, 'docs/x'));
      symlinkSync('../private/key.txt', path.join(cwd, 'docs/y.txt'));
      const { run, keys } = await upload(cwd, { path: '.\n!private/**' });
      expect([run.exitCode, errorOf(run), warningsOf(run)]).toEqual([0, '', []]);
      expect(keys).toEqual(['docs/a.html']);
      expect(run.log).toMatch(/Left out by an exclusion of the link's target: .*docs\/x/);
      const named = await upload(cwd, { path: '.\n!private/**\ndocs/x' });
      expect(named.keys).toEqual(['docs/a.html', 'docs/x/key.txt']);
    });

    test('a line that is a symbolic link is rejected if it leads out of the checkout, else it is followed (needs symlinks)', async () => {
      const cwd = folderWith({ 'build/out/a.txt': 'a' });
      const elsewhere = folderWith({ passwd: 'x' });
      symlinkSync('build/out', path.join(cwd, 'dist'));
      symlinkSync(elsewhere, path.join(cwd, 'stray'));
      for (const line of ['stray', 'stray/', 'stray/**']) {
        const { run, keys } = await upload(cwd, { path: line });
        expect([line, run.exitCode, keys]).toEqual([line, 1, []]);
        expect(errorOf(run)).toContain(`${path.join(cwd, 'stray')} is a symbolic link to ${elsewhere}`);
      }
      expect((await upload(cwd, { path: 'dist' })).keys).toEqual(['a.txt']);
    });

    test('two names of a working directory are equal: lines, exclusions, root and GITHUB_WORKSPACE (needs symlinks)', async () => {
      const cwd = folderWith({ 'dist/a.txt': 'a', 'dist/private/key.pem': 'k' });
      const alias = path.join(folderWith({}), 'work');
      symlinkSync(cwd, alias);
      const env = { GITHUB_WORKSPACE: alias };
      const lines = ['dist', `${alias}/dist`, `!${alias}/dist/private/**`].join('\n');
      const one = await upload(cwd, { path: lines, root: '.' }, env);
      expect([one.run.exitCode, errorOf(one.run), one.keys]).toEqual([0, '', ['dist/a.txt']]);
      expect(warningsOf(one.run)).toEqual([]);
      const other = await upload(cwd, { path: `${alias}/dist\n!dist/private`, root: alias }, env);
      expect([other.run.exitCode, other.keys]).toEqual([0, ['dist/a.txt']]);
    });

    test('credentials are excluded even with hidden files, and names that are often secret cause one warning', async () => {
      const cwd = folderWith({
        'site/.npmrc': 'token',
        'site/.docker/config.json': '{}',
        'site/.aws/credentials': 'x',
        'site/.SSH/id_ed25519': 'x',
        'site/git-credentials-1.config': 'x',
        'site/.nojekyll': '',
        'site/id_rsa': 'x',
        'site/server.pem': 'x',
      });
      const all = await upload(cwd, { path: 'site', 'include-hidden-files': 'true' });
      expect(all.keys).toEqual(['.nojekyll', 'id_rsa', 'server.pem']);
      expect(warningsOf(all.run)).toEqual([expect.stringMatching(/^2 files .*: id_rsa, server\.pem\./)]);
      expect(all.run.log).toContain('Left out as sensitive: ');
      const named = await upload(cwd, { path: 'site/.npmrc' });
      expect(named.keys).toContain('.npmrc');
    });

    test('warnings for lines without effect say why, with a suggestion', async () => {
      const cwd = folderWith({ 'docs/build/html/a.js': 'a', 'docs/build/html/a.map': 'm' });
      const { run, keys } = await upload(cwd, { path: 'docs/build/html\n!*.map\ndosc' });
      expect([run.exitCode, keys]).toEqual([0, ['a.js', 'a.map'].map((name) => `docs/build/html/${name}`)]);
      const warnings = warningsOf(run);
      expect(warnings).toHaveLength(2);
      expect(warnings.join('\n')).toContain(`write '!**/*.map'`);
      expect(warnings.join('\n')).toContain(`did you mean 'docs'?`);
      if (process.platform !== 'win32') {
        const slashes = await upload(cwd, { path: 'docs\\build' });
        expect(errorOf(slashes.run)).toContain(`write 'docs/build'`);
      }
      mkdirSync(path.join(cwd, 'empty'));
      const empty = await upload(cwd, { path: 'empty' });
      expect([empty.run.exitCode, errorOf(empty.run)]).toEqual([1, expect.stringContaining('is empty')]);
    });

    (process.platform === 'linux' && process.geteuid?.() === 0 ? test : test.skip)(
      'a user without a passwd entry and HOME can upload (needs Linux, root and setpriv)',
      async () => {
        const cwd = folderWith({ 'a.txt': 'a' });
        const rights = '+dac_override,+dac_read_search';
        const user = ['--reuid=54321', '--clear-groups', `--inh-caps=${rights}`, `--ambient-caps=${rights}`];
        const run = await runSubject(
          subject(),
          'upload',
          { path: 'a.txt', destination: 'd', links: 'none' },
          {
            cwd,
            // These rights do not suffice for the files of outputs and summary.
            env: { GITHUB_OUTPUT: '', GITHUB_STEP_SUMMARY: '' },
            launcher: ['env', '-u', 'HOME', 'setpriv', ...user],
          },
        );
        expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
        expect(await storedFiles(subject().platform, 'ci/d/')).toHaveLength(1);
      },
    );

    test('a home folder is needed only for lines that begin with ~', async () => {
      const cwd = folderWith({ 'a.txt': 'a' });
      const env = { HOME: '', USERPROFILE: '' };
      expect((await upload(cwd, { path: 'a.txt' }, env)).keys).toEqual(['a.txt']);
      const { run } = await upload(cwd, { path: '~/a.txt' }, env);
      expect([run.exitCode, errorOf(run)]).toEqual([1, expect.stringContaining('no home folder')]);
    });
  });
}
