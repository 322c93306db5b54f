import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll } from '@jest/globals';

import { inputVariables, maskedIn, parseOutputs, type RunnerResult } from '../../platform/runner.ts';
import { type Wine, installWine, wineEnvironment } from '../../scripts/wine.ts';
import type { Step, StepResult } from './step.ts';

const top = path.resolve(import.meta.dirname, '../..');

/** A Windows system with drives D: and E:, and network shares. It has its own registry and processes. */
export interface Machine {
  /** The path on this machine of a file of the Windows system, e.g. `D:\a` or `\\server\share\a`. */
  host(file: string): string;
  /** Writes files. Names are relative to a folder, by `/`. @returns the folder */
  files(folder: string, content: Readonly<Record<string, string | Buffer>>): string;
  run(options: WindowsRun): Promise<WindowsResult>;
}

export interface WindowsRun {
  /** Arguments of Node.js: the entry, e.g. `dist/upload.js` in this repository, and what follows. */
  readonly arguments: readonly [entry: string, ...string[]];
  /** Inputs by their names in `action.yml`. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Its abort presses Ctrl+C. */
  readonly signal?: AbortSignal;
}

export interface WindowsResult extends RunnerResult {
  readonly stdout: string;
  readonly stderr: string;
}

/** The path in Windows of a file of this machine: Wine has all of them on drive Z:. */
export function onDriveZ(file: string): string {
  return `Z:${file.replaceAll('/', '\\')}`;
}

/** A Windows system for the tests of a file. */
export function useWindows(): () => Machine {
  let machine: (Machine & Disposable) | undefined;
  beforeAll(async () => {
    machine = startMachine(await installWine((line) => process.stderr.write(`${line}\n`)));
  }, 600_000);
  afterAll(() => machine?.[Symbol.dispose](), 60_000);
  return () => {
    if (!machine) throw new Error('the Windows system has not started');
    return machine;
  };
}

function startMachine(wine: Wine): Machine & Disposable {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'windows-')));
  const prefix = makePrefix(wine, folder);
  const env = { ...inherited(), ...wineEnvironment(prefix) };
  const host = (file: string) => hostPath(folder, file);
  const running = new Set<ChildProcess>();
  return {
    host,
    files: (name, content) => {
      for (const [file, text] of Object.entries(content)) {
        const target = path.join(host(name), file);
        mkdirSync(path.dirname(target), { recursive: true });
        writeFileSync(target, text);
      }
      return name;
    },
    run: (options) => runStep(wine, { folder, env, host, running }, options),
    [Symbol.dispose]: () => {
      for (const child of running) child.kill('SIGKILL');
      spawnSync(wine.wineserver, ['--kill'], { env, stdio: 'ignore', timeout: 20_000 });
      spawnSync(wine.wineserver, ['--wait'], { env, stdio: 'ignore', timeout: 20_000 });
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Makes a prefix with its own registry, users and drives. The files of Windows are shared, because they take 700 MB. */
function makePrefix({ prefix }: Wine, folder: string): string {
  const own = path.join(folder, 'prefix');
  const drives = path.join(own, 'dosdevices');
  mkdirSync(drives, { recursive: true });
  const isFile = (name: string) => name.endsWith('.reg') || name === '.update-timestamp';
  for (const name of readdirSync(prefix).filter(isFile))
    copyFileSync(path.join(prefix, name), path.join(own, name));
  mkdirSync(path.join(own, 'drive_c'));
  for (const name of readdirSync(path.join(prefix, 'drive_c'))) {
    const target = path.join(own, 'drive_c', name);
    if (name === 'users') cpSync(path.join(prefix, 'drive_c', name), target, { recursive: true });
    else symlinkSync(path.join(prefix, 'drive_c', name), target);
  }
  const targets = { 'c:': path.join(own, 'drive_c'), 'z:': '/', unc: path.join(folder, 'unc') };
  for (const [name, target] of Object.entries(targets)) symlinkSync(target, path.join(drives, name));
  for (const letter of ['d', 'e']) {
    mkdirSync(path.join(folder, letter));
    symlinkSync(path.join(folder, letter), path.join(drives, `${letter}:`));
  }
  return own;
}

function hostPath(folder: string, file: string): string {
  const [, letter, onDrive = ''] = /^([a-z]):\\(.*)$/i.exec(file) ?? [];
  const segments = (text: string) => text.split('\\').filter(Boolean);
  if (letter === undefined) return path.join(folder, 'unc', ...segments(file));
  const drives: Record<string, string> = { c: path.join(folder, 'prefix', 'drive_c'), z: '/' };
  const drive = drives[letter.toLowerCase()] ?? path.join(folder, letter.toLowerCase());
  return path.join(drive, ...segments(onDrive));
}

/** The variables of this process that Wine needs. */
function inherited(): Record<string, string> {
  return Object.fromEntries(
    ['PATH', 'HOME'].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

interface Running {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly host: Machine['host'];
  readonly running: Set<ChildProcess>;
}

let count = 0;

/** Runs a step like GitHub's runner, with the folders that it has on Windows. */
async function runStep(wine: Wine, machine: Running, options: WindowsRun): Promise<WindowsResult> {
  const { host } = machine;
  const temp = String.raw`D:\a\_temp`;
  const commands = `${temp}\\_runner_file_commands`;
  const id = `${++count}`;
  mkdirSync(host(commands), { recursive: true });
  mkdirSync(host(options.cwd), { recursive: true });
  const [outputs, summary] = [`${commands}\\set_output_${id}`, `${commands}\\step_summary_${id}`];
  for (const file of [outputs, summary]) writeFileSync(host(file), '');
  const [entry, ...rest] = options.arguments;
  const [given, result] = ['step', 'result'].map((name) => path.join(machine.folder, `${name}-${id}.json`));
  const step: Step = {
    arguments: [
      `--import=file:///Z:${path.join(import.meta.dirname, 'keepAlive.js')}`,
      onDriveZ(path.join(top, entry)),
      ...rest,
    ],
    cwd: options.cwd,
    env: {
      ...inputVariables(options.inputs ?? {}),
      GITHUB_ACTIONS: 'true',
      GITHUB_OUTPUT: outputs,
      GITHUB_STEP_SUMMARY: summary,
      GITHUB_WORKSPACE: options.cwd,
      RUNNER_DEBUG: '1',
      RUNNER_TEMP: temp,
      NODE_SKIP_PLATFORM_CHECK: '1',
      ...options.env,
    },
    result: onDriveZ(result ?? ''),
  };
  writeFileSync(given ?? '', JSON.stringify(step));
  const started = performance.now();
  await runWine(
    wine,
    machine,
    [path.join(import.meta.dirname, 'step.ts'), onDriveZ(given ?? '')],
    options.signal,
  );
  const seconds = (performance.now() - started) / 1000;
  const { exitCode, stdout, stderr, error } = JSON.parse(readFileSync(result ?? '', 'utf8')) as StepResult;
  if (error !== undefined) throw new Error(`${entry} did not start: ${error}`);
  const log = `${stdout}${stderr}`.replaceAll('\r\n', '\n');
  const values = parseOutputs(readFileSync(host(outputs), 'utf8'));
  const links = values['links-file'];
  const files = links ? { [links]: readFileSync(host(links), 'utf8') } : {};
  const text = readFileSync(host(summary), 'utf8');
  return {
    exitCode,
    log,
    outputs: values,
    summary: text,
    masked: maskedIn(log),
    files,
    seconds,
    stdout,
    stderr,
  };
}

/**
 * Runs Node.js for Windows. Its output goes to a file: in a pipe of Linux, Node.js cannot open it.
 * With a signal, it runs in a terminal (`script`), because only a console can send Ctrl+C.
 */
async function runWine(
  wine: Wine,
  { folder, env, running }: Running,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const log = path.join(folder, `node-${count}.log`);
  const output = openSync(log, 'w');
  const command = [wine.wine, wine.node, ...args];
  const quoted = [...command.map((text) => `'${text}'`), '>', `'${log}'`, '2>&1'].join(' ');
  const child = signal
    ? spawn('script', ['--quiet', '--command', quoted, '/dev/null'], {
        env,
        stdio: ['pipe', 'ignore', 'inherit'],
      })
    : spawn(wine.wine, [wine.node, ...args], { env, stdio: ['ignore', output, output] });
  closeSync(output);
  running.add(child);
  signal?.addEventListener('abort', () => child.stdin?.write('\x03'));
  const [code] = (await once(child, 'close')) as [number | null];
  running.delete(child);
  if (code !== 0)
    throw new Error(`Wine failed with exit code ${code ?? 'none'}:\n${readFileSync(log, 'utf8')}`);
}
