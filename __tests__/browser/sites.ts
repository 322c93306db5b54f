/** Sites built with tools from npm, which the package `sites/` installs. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

import { install } from '../../platform/real/cache.ts';

const sources = path.join(import.meta.dirname, 'sites');
const cache = path.resolve(import.meta.dirname, '..', '..', '.cache', 'sites');

/** The build command of each site: a script of a package, and its arguments. */
const builders = {
  astro: ['astro/bin/astro.mjs', 'build'],
  playwright: ['@playwright/test/cli.js', 'test'],
  react: ['vite/bin/vite.js', 'build'],
  sveltekit: ['vite/bin/vite.js', 'build'],
  typedoc: ['typedoc/bin/typedoc', '--entryPoints', 'tides.ts', '--readme', 'none', '--hideGenerator'],
  vitepress: ['vitepress/bin/vitepress.js', 'build'],
} as const;

export type SiteName = keyof typeof builders;

/** A folder with the sites' sources and their tools. It is installed again if one of them changes. */
export async function installSites(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of globSync('**/*', { cwd: sources, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(sources, path.join(entry.parentPath, entry.name)))
    .concat(path.join('vitepress', '.vitepress', 'config.js'))
    .sort())
    hash.update(name).update(readFileSync(path.join(sources, name)));
  return install(
    {
      name: `sites-${hash.digest('hex').slice(0, 12)}`,
      fill: (folder) => {
        cpSync(sources, folder, { recursive: true });
        // Install scripts are not needed, because programs come as packages.
        run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], folder);
        return Promise.resolve();
      },
    },
    cache,
  );
}

/**
 * Builds a site.
 * @param installed the folder of {@link installSites}
 * @param base URL path of the site's folder, with a slash at both ends
 * @param target an empty folder
 * @returns the folder of the site in `target`
 */
export function buildSite(installed: string, name: SiteName, base: string, target: string): string {
  const [script, ...args] = builders[name];
  const scratch = path.join(installed, '.scratch', path.basename(target));
  mkdirSync(scratch, { recursive: true });
  const [output, kept] = [path.join(target, 'site'), path.join(scratch, 'cache')];
  run(
    process.execPath,
    [
      path.join(installed, 'node_modules', script),
      ...args,
      ...(name === 'typedoc' ? ['--out', output, '--name', 'Tide tables'] : []),
    ],
    path.join(installed, name),
    { SITE_BASE: base, SITE_OUTPUT: output, SITE_CACHE: kept },
  );
  rmSync(scratch, { recursive: true });
  return output;
}

function run(
  command: string,
  args: readonly string[],
  cwd: string,
  variables: Readonly<Record<string, string>> = {},
): void {
  // Some tools behave differently if they detect jest.
  const forJest = ['NODE_ENV', 'JEST_WORKER_ID', 'NODE_OPTIONS', 'FORCE_COLOR'];
  const inherited = Object.entries(process.env).filter(([name]) => !forJest.includes(name));
  const env: NodeJS.ProcessEnv = {
    ...Object.fromEntries(inherited),
    ASTRO_TELEMETRY_DISABLED: '1',
    CI: 'true',
    ...variables,
  };
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: 300_000,
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} failed:\n${stdout}\n${stderr}`);
}
