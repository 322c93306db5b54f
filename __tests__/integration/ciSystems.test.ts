import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { buckets } from '../../platform/catalogue.ts';
import { startEmbeddedPlatform } from '../../platform/embedded/index.ts';
import type { Platform } from '../../platform/platform.ts';
import { variablesFor } from '../../platform/inputs.ts';
import { folderWith } from '../support/folder.ts';
import { entryOf } from '../support/subject.ts';
import { jenkins, unknown, woodpeckerPull } from '../unit/hosts/ci/environments.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await startEmbeddedPlatform();
});
afterAll(() => platform.stop());

const command = entryOf('src/main', 'cli');
const site = { 'index.html': '<link rel="stylesheet" href="a.css">', 'a.css': 'p{}' };

/** Uploads with the command, in an environment that has only these variables. */
async function upload(env: Readonly<Record<string, string>>, ...options: string[]) {
  const child = spawn(process.execPath, [command, 'upload', '.', '--destination', 'reports', ...options], {
    cwd: folderWith(site),
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: folderWith({}),
      ...variablesFor(platform),
      ...env,
    },
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const stored = await platform.store.list(buckets.outputs, 'ci/reports/_');
  const generated = await Promise.all(stored.map(({ key }) => platform.store.get(buckets.outputs, key)));
  const pages = generated.map((page) => Buffer.from(page.body).toString()).join('\n');
  await platform.store.clear(buckets.outputs);
  return { stdout, stderr, pages };
}

test.each([
  ['Jenkins', jenkins, 'acme/site/feature/pages', 'a run of Jenkins', jenkins['BUILD_URL']],
  [
    'Woodpecker',
    woodpeckerPull,
    'pages',
    'pull request #7 of acme/site',
    woodpeckerPull['CI_PIPELINE_FORGE_URL'],
  ],
  ['an unknown system', unknown, undefined, 'a run of the CI system', unknown['BUILD_URL']],
])(
  'in %s, the title has the workflow, and the preview has the run',
  async (_, env, workflow, origin, url) => {
    const { stdout, stderr, pages } = await upload(env);
    expect(stdout).toMatch(/^http:\S+_preview\.html\?\S+\n$/);
    expect(stderr).not.toMatch(/error|token-canary/i);
    for (const part of [workflow === undefined ? 'reports' : `${workflow}: reports`, origin, url ?? ''])
      expect(pages).toContain(part);
    expect(pages).not.toContain('token-canary');
  },
);

test('a report is an error that names the system, before anything is sent', async () => {
  const { stdout, stderr, pages } = await upload(jenkins, '--environment', 'preview');
  expect([stdout, pages]).toEqual(['', '']);
  expect(stderr).toMatch(/^Error: '--environment' .*\bJenkins has no /);
});

test('at a terminal, there is no run', async () => {
  const { pages } = await upload({});
  expect(pages).not.toContain('a run of');
});
