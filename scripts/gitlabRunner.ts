/**
 * Installs what the tests of the GitLab component need: `gitlab-ci-local`, which runs `.gitlab-ci.yml` files, into the cache, and rsync. It is
 * no development dependency, because it needs a newer Node.js than `npm ci`.
 *
 *     npm run gitlab:install    installs them, and prints the path of the program; on Debian, root also installs rsync
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { type Part, cacheFolder, install } from '../platform/real/cache.ts';
import { run } from '../platform/real/command.ts';

const version = '4.75.1';

const part: Part = {
  name: `gitlab-ci-local-${version}`,
  async fill(folder) {
    // On Windows, npm is a script, so Node.js must run it.
    const script = process.env['npm_execpath'];
    const isScript = script?.endsWith('.js') === true;
    const pack = ['pack', `gitlab-ci-local@${version}`, '--silent'];
    await run(isScript ? process.execPath : 'npm', isScript ? [script, ...pack] : pack, {
      folder,
      environment: process.env,
      needs: 'npm',
    });
    const archive = (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? '';
    await run('tar', ['-xzf', archive], { folder, environment: process.env, needs: 'tar' });
    // The package has all its dependencies in one file.
    await rename(join(folder, 'package', 'dist', 'index.js'), join(folder, 'gitlab-ci-local.mjs'));
    for (const name of [archive, 'package']) await rm(join(folder, name), { recursive: true, force: true });
  },
};

/** Path of the program, which this Node.js can run. The first call downloads it (1 MB). */
export async function gitlabRunner(): Promise<string> {
  return join(await install(part, cacheFolder(process.env)), 'gitlab-ci-local.mjs');
}

/** Why the program cannot run here; undefined if it can. */
export function missingTool(): string | undefined {
  const { error } = spawnSync('rsync', ['--version'], { stdio: 'ignore' });
  return (
    error &&
    'rsync is missing, which gitlab-ci-local copies files with: run npm run gitlab:install as root, or install rsync.'
  );
}

function installRsync(): void {
  const isDebian =
    existsSync('/etc/os-release') && /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  if (missingTool() === undefined || !isDebian || process.getuid?.() !== 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const get = (...args: string[]) => spawnSync('apt-get', ['--quiet', ...args], { env, stdio: 'inherit' });
  get('update');
  get('install', '--yes', '--no-install-recommends', 'rsync');
}

if (import.meta.main) {
  installRsync();
  const missing = missingTool();
  if (missing !== undefined) {
    process.stderr.write(`${missing}\n`);
    process.exitCode = 1;
  }
  process.stdout.write(`gitlab-ci-local: ${await gitlabRunner()}\n`);
}
