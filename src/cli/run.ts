import { CommanderError } from 'commander';

import type { Host } from '../hosts/host.ts';
import { outputLines } from '../hosts/outputLines.ts';
import type { Environment, TextStream } from '../hosts/provider.ts';
import { providerFor } from '../hosts/providers.ts';
import { fail } from '../report/log.ts';
import { useWording } from '../text/wording.ts';
import { commands } from './commands.ts';
import { dotenvText, writeDotenv } from './dotenv.ts';
import { exitCodeOf, exitCodes } from './exitCodes.ts';
import { refuseReports } from './hostChecks.ts';
import { inputReader } from './inputs.ts';
import { type Invocation, addCompletionHelp, createProgram } from './program.ts';
import { withoutSwitchValues } from './options.ts';
import { resultText } from './result.ts';
import { readSecretFiles } from './secretFiles.ts';
import { removeUnprinted } from './temporaryFiles.ts';
import { commandWording } from './commandWording.ts';

/** What the program gets from its process. */
export interface Surroundings {
  /** Arguments after the name of the program. */
  readonly args: readonly string[];
  readonly env: Environment;
  readonly stdin: AsyncIterable<Buffer | string>;
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly setExitCode: (code: number) => void;
  /** Called when the host is open, before the command runs. */
  readonly onHost: (host: Host) => void;
}

/** Runs a command line. Every error is printed, and sets the exit code. */
export async function runProgram(surroundings: Surroundings): Promise<void> {
  const { args, stdout, stderr, setExitCode } = surroundings;
  const program = createProgram(
    commands,
    {
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: (text) => stderr.write(`${outputLines(errorText(text).split('\n')).join('\n')}\n`),
    },
    (invocation) => runInvocation(invocation, surroundings),
  );
  try {
    if (/^complet(?:e|ion)$/.test(args[0] ?? '')) (await import('./completion.ts')).addCompletion(program);
    else addCompletionHelp(program);
    const inputs = commands.find(({ name }) => name === args[0])?.inputs ?? [];
    await program.parseAsync(withoutSwitchValues(args, inputs), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) setExitCode(exitCodes.input);
  }
}

/** Commander writes `error: …`. */
function errorText(text: string): string {
  return text.trim().replace(/^error: (.)/, (_, first: string) => `Error: ${first.toUpperCase()}`);
}

async function runInvocation(invocation: Invocation, surroundings: Surroundings): Promise<void> {
  const { command, verbosity, readValues, dotenv } = invocation;
  const { env, stdin, stdout, stderr, setExitCode, onHost } = surroundings;
  const outputs = new Map<string, string | number>();
  const given = new Map<string, string>();
  const input = inputReader(given, env, command.exclusive);
  const provider = providerFor(env);
  const host = await provider.open({
    env,
    stderr,
    verbosity,
    input,
    output: (name, value) => void outputs.set(name, value),
    onFail: (code) => setExitCode(exitCodeOf(code)),
  });
  onHost(host);
  const job = provider.name === 'terminal' ? 'command' : 'job';
  useWording(commandWording({ inputs: command.inputs, argument: command.argument?.input, given, env, job }));
  try {
    const values = readValues();
    if (dotenv !== undefined) writeDotenv(dotenv, '');
    for (const [name, value] of values.given) given.set(name, value);
    for (const [name, secret] of await readSecretFiles(values.secretFiles, stdin)) {
      host.mask(secret);
      given.set(name, secret);
    }
    const isReported = command.inputs.some(({ name }) => name === 'comment');
    if (isReported) refuseReports(host, input);
    const run = await command.load();
    await run(host);
    if (dotenv !== undefined) writeDotenv(dotenv, dotenvText(outputs, host.run.url));
  } catch (error) {
    fail(host, error);
  }
  if (outputs.size === 0) return;
  const options = { ...invocation, isTerminal: stdout.isTerminal };
  stdout.write(resultText(command, outputs, options, host.hiddenLinks));
  if (!invocation.json) removeUnprinted(outputs, invocation.print);
}
