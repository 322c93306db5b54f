import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { clientApp, outsiderApp, sharedFolders, workspaces } from '../../../platform/catalogue.ts';
import { startEmbeddedPlatform } from '../../../platform/embedded/index.ts';
import type { Platform } from '../../../platform/platform.ts';
import { run } from '../../../src/commands/workspaces.ts';
import { type TemporaryFolder, temporaryFolder } from '../folders.ts';
import { runCommand } from './plainHost.ts';

let platform: Platform;
let folder: TemporaryFolder;

beforeAll(async () => {
  platform = await startEmbeddedPlatform();
  folder = temporaryFolder();
});

afterAll(async () => {
  folder[Symbol.dispose]();
  await platform.stop();
});

const list = (inputs: Readonly<Record<string, string>> = {}) =>
  runCommand(run, platform, folder.path, inputs);

test('lists workspaces and shared folders with their states', async () => {
  const { failure, lines, outputs, summaries, secrets } = await list();
  expect(failure).toBeUndefined();
  const rows = JSON.parse(String(outputs['workspaces'])) as { name: string; status: string }[];
  const statuses = Object.fromEntries(rows.map(({ name, status }) => [name, status]));
  expect(statuses).toMatchObject({
    [workspaces.uninitialized]: 'not initialized',
    [workspaces.broken]: 'ERROR',
    [workspaces.forbidden]: 'FORBIDDEN',
  });
  expect(Object.keys(statuses)).toEqual(expect.arrayContaining([workspaces.main, sharedFolders.atlas]));
  expect(lines).toContain(`Client app: ${clientApp.id}`);
  expect(summaries[0]).toContain(workspaces.main);
  expect(secrets[0]).toBe(clientApp.secret);
});

test('fails with a wrong secret, and names the input', async () => {
  const { failure, outputs } = await list({ 'client-secret': 'not-the-secret' });
  expect(failure).toContain('client-secret');
  expect(outputs).toEqual({});
});

test('lists nothing for a client app without access', async () => {
  const { failure, outputs } = await list({
    'client-id': outsiderApp.id,
    'client-secret': outsiderApp.secret,
  });
  expect(failure).toBeUndefined();
  expect(outputs['workspaces']).toBe('[]');
});
