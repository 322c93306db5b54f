import { describe, expect, test } from '@jest/globals';

import { clientApp, outsiderApp, sharedFolders, workspaces } from '../../platform/catalogue.ts';
import { folderWith } from '../support/folder.ts';
import { type Subject, runSubject } from '../support/subject.ts';

/** The `workspaces` action lists what a client app can use. */
export function workspacesCases(subject: () => Subject): void {
  describe('the workspaces action', () => {
    test('prints the account, and each workspace and shared folder with its state', async () => {
      const run = await runSubject(subject(), 'workspaces', {}, { cwd: folderWith({}) });
      expect(run.exitCode).toBe(0);
      expect(run.outputs['user']).toBe(`service-account-${clientApp.id}`);
      const rows = JSON.parse(run.outputs['workspaces'] ?? '[]') as { name: string; status: string }[];
      // Other cases share folders on the same platform.
      const own = rows.filter(({ name }) => !/-shared-\d{10,}-/.test(name));
      const states = Object.fromEntries(own.map(({ name, status }) => [name, status]));
      expect(states).toEqual({
        [workspaces.main]: 'OK',
        [workspaces.previews]: 'OK',
        [workspaces.ftp]: 'OK',
        [workspaces.uninitialized]: 'not initialized',
        [workspaces.broken]: 'ERROR',
        [workspaces.forbidden]: 'FORBIDDEN',
        [sharedFolders.atlas]: 'OK',
      });
      expect(rows).toContainEqual({
        name: workspaces.main,
        type: 'workspace',
        platform: 'gep',
        storage_type: 's3',
        status: 'OK',
      });
      expect(rows).toContainEqual({
        name: sharedFolders.atlas,
        type: 'sharedfolder',
        platform: 'gep',
        storage_type: 's3',
        status: 'OK',
      });
      expect(run.summary).toContain(`| ${workspaces.main} | workspace | gep | s3 | OK |`);
      expect(run.log).toContain(workspaces.main);
    });

    test('says what to do if a client app has no workspace', async () => {
      const inputs = { 'client-id': outsiderApp.id, 'client-secret': outsiderApp.secret };
      const run = await runSubject(subject(), 'workspaces', inputs, { cwd: folderWith({}) });
      expect(run.exitCode).toBe(0);
      expect(run.outputs['workspaces']).toBe('[]');
      expect(run.summary).toContain('set input `platforms`');
    });
  });

  test('uploads to a shared folder', async () => {
    const run = await runSubject(
      subject(),
      'upload',
      { path: '.', workspace: sharedFolders.atlas, destination: 'x' },
      { cwd: folderWith({ 'a.txt': 'atlas' }) },
    );
    expect(run.outputs['s3-uri']).toBe('s3://gep-build-outputs/shared/atlas/x/');
    expect(await (await fetch(run.outputs['url'] ?? '')).text()).toBe('atlas');
  });
}
