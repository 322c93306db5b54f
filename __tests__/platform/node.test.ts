import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import type { Platform } from '../../platform/platform.ts';
import { startRealPlatform } from '../../platform/real/index.ts';
import { nodeProgram } from '../../scripts/nodeVersions.ts';
import { folderWith } from '../support/folder.ts';
import { type Subject, errorOf, runSubject, urlsOf } from '../support/subject.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await startRealPlatform({ tls: 'private-ca' });
});

afterAll(() => platform.stop());

const subject = (): Subject => ({ platform, entries: 'dist' });

describe('on a runner with another Node.js version', () => {
  test.each(['16.20.2', '20.19.0', '22.14.0'])(
    '%s is rejected with one sentence that names it',
    async (version) => {
      const node = nodeProgram(version);
      for (const action of ['upload', 'links', 'remove', 'workspaces'] as const) {
        const run = await runSubject(subject(), action, {}, { cwd: folderWith({}), node });
        expect(run.exitCode).toBe(1);
        expect(errorOf(run)).toBe(run.log.trim().slice('::error::'.length));
        expect(errorOf(run)).toContain(`was started with Node.js ${version}: update the runner`);
      }
    },
  );

  test('22.15.0 uploads, and its error messages work', async () => {
    const node = nodeProgram('22.15.0');
    const cwd = folderWith({ 'index.html': '<script src="a.js"></script>', 'a.js': '1' });
    const inputs = {
      path: '.',
      destination: 'old-node',
      checksums: 'true',
      overwrite: 'changed',
      preview: 'true',
    };
    const run = await runSubject(subject(), 'upload', inputs, { cwd, node });
    expect([run.exitCode, errorOf(run)]).toEqual([0, '']);
    expect(Object.keys(urlsOf(run)).sort()).toEqual(['a.js', 'index.html']);
    const removed = await runSubject(subject(), 'remove', { destination: 'old-node' }, { cwd, node });
    expect([removed.exitCode, errorOf(removed)]).toEqual([0, '']);
    const refused = await runSubject(
      subject(),
      'upload',
      { ...inputs, 'client-secret': 'wrong' },
      { cwd, node },
    );
    expect(errorOf(refused)).toContain(`Check inputs 'client-id' and 'client-secret'`);
  });
});
