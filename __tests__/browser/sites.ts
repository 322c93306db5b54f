/** Sites as people build them, by tools from npm that are in a package of their own: `sites/`. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

import { install } from '../../platform/real/cache.ts';

const sources = path.join(import.meta.dirname, 'sites');
const cache = path.resolve(import.meta.dirname, '..', '..', '.cache', 'sites');

/** What builds each site, in its folder: a script of a package, and its arguments. */
const builders = {
  astro: ['astro/bin/astro.mjs', 'build'],
  playwright: ['@playwright/test/cli.js', 'test'],
  react: ['vite/bin/vite.js', 'build'],
  typedoc: ['typedoc/bin/typedoc', '--entryPoints', 'tides.ts', '--readme', 'none', '--hideGenerator'],
  vitepress: ['vitepress/bin/vitepress.js', 'build'],
} as const;

export type SiteName = keyof typeof builders;

/** A folder with the sites' sources and their tools, installed anew when either changes. */
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
        // No script of a package is needed: programs come as packages.
        run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], folder);
        return Promise.resolve();
      },
    },
    cache,
  );
}

/**
 * Builds a site.
 * @param installed what {@link installSites} gave
 * @param base path of the site's folder on its host, with a slash at either end
 * @param target an empty folder
 * @returns the folder in `target` that has the site
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
  // Tools that know jest behave differently below it.
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
