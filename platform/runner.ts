import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface RunnerOptions {
  /** Entry of the action, e.g. `dist/upload.js`. */
  readonly entry: string;
  /** Inputs by their names in `action.yml`. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Working directory and checkout. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Path of the Node.js program. Default: the current one. */
  readonly node?: string;
  /** A command that starts Node.js, with its arguments, e.g. `prlimit --nofile=40`. */
  readonly launcher?: readonly string[];
  /** Called with the ID of the process. */
  readonly onStart?: (pid: number) => void;
  /** Called with each chunk of output. */
  readonly onOutput?: (text: string) => void;
  /** Its abort sends SIGINT to the action. */
  readonly signal?: AbortSignal;
}

export interface RunnerResult {
  readonly exitCode: number | null;
  /** The whole output, with workflow commands. */
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** Values that the action masked. */
  readonly masked: readonly string[];
  /** Content of the links file, by its path. */
  readonly files: Readonly<Record<string, string>>;
  readonly seconds: number;
}

/** Runs share compiled code, because stripping types and compiling take half of a short run. */
const compileCache = path.join(tmpdir(), 'upload-to-workspace-compile-cache');

/** Runs an action like GitHub's runner: inputs in `INPUT_*`, outputs and summary in files, commands on standard output. */
export async function runAction({
  entry,
  inputs,
  cwd,
  env = {},
  node = process.execPath,
  launcher = [],
  onStart,
  onOutput,
  signal,
}: RunnerOptions): Promise<RunnerResult> {
  const folder = await mkdtemp(path.join(tmpdir(), 'runner-'));
  const temp = path.join(folder, 'temp');
  const [outputFile, summaryFile] = [path.join(folder, 'output'), path.join(folder, 'summary')];
  await mkdir(temp);
  await Promise.all([outputFile, summaryFile].map((file) => writeFile(file, '')));
  const started = performance.now();
  const [command, ...args] = [...launcher, node, path.resolve(entry)];
  const child = spawn(command, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...inherited(),
      ...inputVariables(inputs),
      GITHUB_OUTPUT: outputFile,
      GITHUB_STEP_SUMMARY: summaryFile,
      GITHUB_WORKSPACE: cwd,
      GITHUB_ACTIONS: 'true',
      RUNNER_TEMP: temp,
      NODE_COMPILE_CACHE: compileCache,
      ...env,
    },
  });
  if (child.pid !== undefined) onStart?.(child.pid);
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      chunks.push(text);
      onOutput?.(text);
    });
  }
  signal?.addEventListener('abort', () => child.kill('SIGINT'));
  const exitCode = await new Promise<number | null>((resolve, reject) =>
    child.on('error', reject).on('close', resolve),
  );
  const seconds = (performance.now() - started) / 1000;
  const log = chunks.join('');
  const outputs = parseOutputs(await readFile(outputFile, 'utf8'));
  const summary = await readFile(summaryFile, 'utf8');
  const files = outputs['links-file']
    ? { [outputs['links-file']]: await readFile(outputs['links-file'], 'utf8') }
    : {};
  await rm(folder, { recursive: true, force: true });
  return { exitCode, log, outputs, summary, masked: maskedIn(log), files, seconds };
}

/** The variables of this process that a step on a runner has too. */
function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'USERPROFILE', 'TMPDIR', 'TEMP', 'SystemRoot'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

/** The variables of a step for its inputs. */
export function inputVariables(inputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      `INPUT_${name.toUpperCase().replaceAll(' ', '_')}`,
      value,
    ]),
  );
}

/** Parses the outputs file: `name<<delimiter`, the value's lines, `delimiter`. */
export function parseOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  for (const [, name = '', , value = ''] of text.matchAll(
    /^(.+?)<<(ghadelimiter_\S+)\r?\n([\s\S]*?)\r?\n\2$/gm,
  )) {
    outputs[name] = value;
  }
  return outputs;
}

/** The values that a log masks. */
export function maskedIn(log: string): string[] {
  return [...log.matchAll(/^::add-mask::(.*)$/gm)].map(([, value = '']) =>
    value.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%'),
  );
}
