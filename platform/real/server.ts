import { spawn } from 'node:child_process';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const tailLength = 4000;

/** A running server program. */
export interface Server {
  readonly url: string;
  /** Kills the program and deletes its folder. */
  readonly stop: () => Promise<void>;
}

export interface ServerCommand {
  /** For messages, e.g. `Keycloak`. */
  readonly name: string;
  readonly command: string;
  /** @param folder a new temporary folder for the program's data. It is deleted at the end */
  arguments(folder: string): readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** The URL that the program will listen at. */
  readonly url: string;
  /** Whether the program is ready. It is called repeatedly, and may throw instead of returning false. */
  ready(): Promise<boolean>;
  /** Maximum start-up time. */
  readonly startMilliseconds: number;
}

/**
 * Starts a server program and waits until it is ready. A guard process stops it when this process ends.
 *
 * @throws an error with the end of its log, if it ends early or is not ready in time
 */
export async function startServer(options: ServerCommand): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), `upload-to-workspace-${options.name.toLowerCase()}-`));
  const logFile = join(folder, 'log');
  const log = await open(logFile, 'a');
  const guard = spawn(
    process.execPath,
    [join(import.meta.dirname, 'processGuard.ts'), folder, options.command, ...options.arguments(folder)],
    { env: options.environment, stdio: ['pipe', log.fd, log.fd], detached: true },
  );
  await log.close();
  const ended = new Promise<void>((resolve) => {
    guard.once('exit', () => {
      resolve();
    });
  });
  const stop = async (): Promise<void> => {
    guard.ref();
    guard.stdin?.destroy();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  // A process that does not stop the platform can still exit.
  guard.unref();
  const failure = await outcome(options, () => guard.exitCode !== null);
  if (failure !== undefined) {
    const printed = await readFile(logFile, 'utf8').catch(() => '');
    await stop();
    throw new Error(`${options.name} ${failure}:\n${printed.slice(-tailLength)}`);
  }
  return { url: options.url, stop };
}

async function outcome(options: ServerCommand, ended: () => boolean): Promise<string | undefined> {
  const deadline = performance.now() + options.startMilliseconds;
  while (performance.now() < deadline) {
    if (ended()) return 'ended during its start';
    if (await options.ready().catch(() => false)) return undefined;
    await sleep(100);
  }
  return `was not ready after ${options.startMilliseconds / 1000} s`;
}

/** A free port on 127.0.0.1. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  return port;
}
