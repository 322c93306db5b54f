/**
 * Runs on Node.js for Windows: starts an action as GitHub's runner does, with its output in pipes of Windows, and writes down what came out.
 * Its argument is the path of a file with a `Step`.
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

/** Paths are Windows paths. */
export interface Step {
  readonly arguments: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where the `StepResult` goes. */
  readonly result: string;
}

export interface StepResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Why the process was not started. */
  readonly error?: string;
}

// Windows sends Ctrl+C to all processes of a console. This one waits for the action.
process.on('SIGINT', () => undefined);

const step = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Step;
const child = spawn(process.execPath, step.arguments, {
  cwd: step.cwd,
  // Node.js for Windows adds the variables that Windows needs.
  env: step.env,
  stdio: ['ignore', 'pipe', 'pipe'],
});
const [stdout, stderr]: [string[], string[]] = [[], []];
child.stdout.setEncoding('utf8').on('data', (text: string) => stdout.push(text));
child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text));
const finish = (exitCode: number | null, error?: Error) => {
  const result: StepResult = {
    exitCode,
    stdout: stdout.join(''),
    stderr: stderr.join(''),
    ...(error && { error: error.message }),
  };
  writeFileSync(step.result, JSON.stringify(result));
};
child.on('error', (error) => finish(null, error)).on('close', (code) => finish(code));
