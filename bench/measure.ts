import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { findPython } from './python.ts';

/** A command to measure. */
export interface Command {
  readonly command: string;
  readonly arguments: readonly string[];
  /** Its environment, in addition to the variables of every process. */
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
}

/** Measurements of one run, from start to end. */
export interface Figures {
  readonly seconds: number;
  /** User and system time of all its threads. */
  readonly cpuSeconds: number;
  /** Peak resident memory in bytes. */
  readonly peakBytes: number;
}

const needed = ['PATH', 'HOME', 'TMPDIR', 'LANG'];
const tailLength = 2000;

/**
 * Runs a command. Its output goes to a file, like the log on a runner.
 *
 * @throws an error with the end of the output, if the exit code is not 0
 */
export async function measure(command: Command): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-log-'));
  try {
    const log = join(folder, 'log');
    const { exitCode, ...figures } = await run(command, log);
    if (exitCode !== 0) {
      const printed = readFileSync(log, 'utf8').slice(-tailLength);
      throw new Error(`${basename(command.command)} ended with ${exitCode ?? 'nothing'}:\n${printed}`);
    }
    return figures;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function run(command: Command, log: string): Promise<Figures & { exitCode: number | null }> {
  const inherited = needed.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  const descriptor = openSync(log, 'a');
  const child = spawn(
    findPython(),
    ['-I', join(import.meta.dirname, 'measure.py'), command.command, ...command.arguments],
    {
      cwd: command.folder,
      env: { ...(Object.fromEntries(inherited) as Record<string, string>), ...command.environment },
      stdio: ['ignore', descriptor, descriptor, 'pipe'],
    },
  );
  closeSync(descriptor);
  const report = await text(child.stdio[3] as Readable);
  if (report === '') return { exitCode: null, seconds: 0, cpuSeconds: 0, peakBytes: 0 };
  return JSON.parse(report) as Figures & { exitCode: number };
}
