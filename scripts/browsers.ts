/**
 * Finds the browsers for the suite `browser` and for the pictures: Chromium or Chrome, and Firefox.
 *
 *     npm run browsers:install    print their paths; on Debian, root also installs missing ones, and `unzip` for the tests
 *
 * The variables `CHROMIUM` and `FIREFOX` name programs in other places.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export type BrowserName = 'chromium' | 'firefox';

interface Places {
  readonly variable: string;
  /** Names of the program on the PATH. */
  readonly programs: readonly string[];
  /** Paths of the program on macOS and Windows. */
  readonly files: readonly string[];
  /** Debian's package. */
  readonly package: string;
}

const programFiles = ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].flatMap(
  (name) => process.env[name] ?? [],
);

const places: Readonly<Record<BrowserName, Places>> = {
  chromium: {
    variable: 'CHROMIUM',
    programs: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    files: [
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      ...programFiles.map((folder) => path.join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe')),
    ],
    package: 'chromium',
  },
  firefox: {
    variable: 'FIREFOX',
    programs: ['firefox-esr', 'firefox'],
    files: [
      '/Applications/Firefox.app/Contents/MacOS/firefox',
      ...programFiles.map((folder) => path.join(folder, 'Mozilla Firefox', 'firefox.exe')),
    ],
    package: 'firefox-esr',
  },
};

export const browserNames = Object.keys(places) as readonly BrowserName[];

/** Path of a browser's program. Undefined if there is none. */
export function findBrowser(name: BrowserName): string | undefined {
  const { variable, programs, files } = places[name];
  const given = process.env[variable];
  if (given) return existsSync(given) ? given : undefined;
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  const onPath = programs.flatMap((program) => folders.map((folder) => path.join(folder, program)));
  return [...onPath, ...files].find((file) => existsSync(file));
}

/**
 * Path of a browser's program.
 * @throws Error that says how to install it, if there is none
 */
export function browserPath(name: BrowserName): string {
  const found = findBrowser(name);
  if (found !== undefined) return found;
  const { variable } = places[name];
  const given = process.env[variable];
  throw new Error(
    given
      ? `No ${name} at ${given}, the value of ${variable}: correct the variable, or unset it.`
      : `No ${name}: install it with npm run browsers:install, or set ${variable} to the path of its program.`,
  );
}

function install(packages: readonly string[]): void {
  const isDebian =
    existsSync('/etc/os-release') && /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  if (packages.length === 0 || !isDebian || process.getuid?.() !== 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const get = (...args: string[]) => spawnSync('apt-get', ['--quiet', ...args], { env, stdio: 'inherit' });
  get('update');
  get('install', '--yes', '--no-install-recommends', ...packages);
}

if (import.meta.main) {
  const missing = browserNames.filter((name) => !process.env[places[name].variable] && !findBrowser(name));
  const hasUnzip = spawnSync('unzip', ['-v'], { stdio: 'ignore' }).status === 0;
  install([...missing.map((name) => places[name].package), ...(hasUnzip ? [] : ['unzip'])]);
  for (const name of browserNames) {
    try {
      console.log(`${name}: ${browserPath(name)}`);
    } catch (error) {
      console.error((error as Error).message);
      process.exitCode = 1;
    }
  }
}
