import { runProgram } from '../cli/run.ts';
import { textStream } from '../hosts/terminal/streams.ts';
import { installFetch } from '../http/fetchGlobals.ts';
import type { Host } from '../hosts/host.ts';
import { fail } from '../report/log.ts';
import { watchHeap } from '../transfer/heapLimits.ts';

/** Runs the command with the arguments, streams and variables of this process. */
export async function runCommandLine(): Promise<void> {
  const { argv, env, stdin } = process;
  let host: Host | undefined;
  const end = (error: unknown) => {
    if (!host) throw error;
    fail(host, error);
    process.exit();
  };
  const stderr = textStream(process.stderr, env, () => undefined);
  const stdout = textStream(process.stdout, env, end);
  process
    .removeAllListeners('warning')
    .on('warning', ({ name, message }) => host?.log.debug(`${name}: ${message}`));
  installFetch();
  watchHeap();
  await runProgram({
    args: argv.slice(2),
    env,
    stdin,
    stdout,
    stderr,
    setExitCode: (code) => {
      process.exitCode = code;
    },
    onHost: (opened) => {
      host = opened;
      process.on('uncaughtException', end);
    },
  });
}
