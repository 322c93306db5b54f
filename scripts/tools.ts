/**
 * Installs development tools into `.cache/`, in the versions below: act and actionlint from Go source, and zizmor with pip.
 *
 *     npm run tools:install           all tools
 *     npm run tools:install -- act    one tool
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const cache = join(import.meta.dirname, '..', '.cache');
const folder = join(cache, 'bin');

const tools = {
  act: { module: 'github.com/nektos/act', command: '', version: 'v0.2.89' },
  actionlint: { module: 'github.com/rhysd/actionlint', command: '/cmd/actionlint', version: 'v1.7.12' },
} as const;

export type Tool = keyof typeof tools;

const zizmorVersion = '1.32.0';

const toolNames = [...Object.keys(tools), 'zizmor'];

/** Path of a tool's program, installed or not. */
export function toolPath(tool: Tool): string {
  return join(folder, process.platform === 'win32' ? `${tool}.exe` : tool);
}

/** Installs a tool unless the version is installed. Throws if there is no Go. */
export function installTool(tool: Tool): void {
  const { module, command, version } = tools[tool];
  if (installedVersion(tool, module) === version) return;
  mkdirSync(folder, { recursive: true });
  process.stdout.write(`Installing ${tool} ${version} (a minute or so, once)\n`);
  const { error, status } = go(['install', `${module}${command}@${version}`], 'inherit');
  if (error) {
    throw new Error(`${tool} is built from source: install Go and put it on the PATH`, {
      cause: error,
    });
  }
  if (status !== 0) throw new Error(`go install of ${tool} ${version} failed; its output is above`);
}

/**
 * Installs zizmor, which finds weaknesses of workflows, unless the version is installed. Throws if there is no Python with pip.
 * @returns the path of its program
 */
export function installZizmor(): string {
  const target = join(cache, `zizmor-${zizmorVersion}`);
  const program = join(target, 'bin', process.platform === 'win32' ? 'zizmor.exe' : 'zizmor');
  if (existsSync(program)) return program;
  // What an interrupted install left.
  rmSync(target, { recursive: true, force: true });
  const options = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:'];
  const args = ['-m', 'pip', 'install', ...options, '--target', target, `zizmor==${zizmorVersion}`];
  const { error, status } = spawnSync('python3', args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error || status !== 0)
    throw new Error('zizmor cannot be installed: install Python 3 with pip and put python3 on the PATH', {
      cause: error,
    });
  return program;
}

function installedVersion(tool: Tool, module: string): string | undefined {
  const { status, stdout } = go(['version', '-m', toolPath(tool)], 'pipe');
  if (status !== 0) return undefined;
  const line = stdout.split('\n').find((line) => line.startsWith(`\tmod\t${module}\t`));
  return line?.split('\t')[3];
}

// GOFLAGS and GOOS of the shell must not affect the tools. The temporary folder is outside of any Go module.
function go(args: string[], output: 'inherit' | 'pipe') {
  const env = { ...process.env, GOBIN: folder, GOFLAGS: '', GOOS: '', GOARCH: '' };
  return spawnSync('go', args, { env, stdio: ['ignore', output, output], encoding: 'utf8' });
}

function isTool(name: string): name is Tool {
  return Object.hasOwn(tools, name);
}

function installAll(names: readonly string[]): void {
  for (const name of names) {
    if (name === 'zizmor') {
      process.stdout.write(`zizmor: ${installZizmor()}\n`);
      continue;
    }
    if (!isTool(name)) throw new Error(`Unknown tool "${name}": use ${toolNames.join(', ')}`);
    installTool(name);
    process.stdout.write(`${name}: ${toolPath(name)}\n`);
  }
}

if (import.meta.main) {
  const names = process.argv.slice(2);
  try {
    installAll(names.length > 0 ? names : toolNames);
  } catch (error) {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  }
}
