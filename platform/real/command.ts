import { spawn } from 'node:child_process';

const tailLength = 4000;

/**
 * Runs a command and waits for its end.
 *
 * @param options.folder working directory
 * @param options.environment the whole environment of the command
 * @param options.needs what the user must install if the command does not exist
 * @throws an error with the end of the output, if the command cannot be started or its exit code is not 0
 */
export async function run(
  command: string,
  args: readonly string[],
  options: { folder: string; environment: NodeJS.ProcessEnv; needs: string },
): Promise<void> {
  const child = spawn(command, args, {
    cwd: options.folder,
    env: options.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const keep = (chunk: Buffer): void => {
    printed = (printed + chunk.toString()).slice(-tailLength);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  await new Promise<void>((resolve, reject) => {
    child.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'ENOENT' ? `${options.needs} is missing` : cause.message;
      reject(new Error(`Cannot run "${command}": ${reason}`, { cause }));
    });
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`"${[command, ...args].join(' ')}" ended with ${code ?? signal}:\n${printed}`));
    });
  });
}
