import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { measure } from '../measure.ts';
import type { Publisher } from './publisher.ts';
import { clearRound, compareFiles, countEntries, runRound, writeSource } from './round.ts';

const program = resolve(import.meta.dirname, '..', '..', 'dist', 'cli.js');
const MiB = 1024 ** 2;
const slowFile = 'slow.bin';

function environment(): Record<string, string> {
  const own = Object.entries(process.env).filter(
    ([name]) => name.startsWith('TERRAPI_') || name === 'TMPDIR',
  );
  return Object.fromEntries(own.map(([name, value = '']) => [name, value]));
}

/** A process of the bundle for each run. Once in a round, a download is cancelled, and the next one resumes it. */
export async function runProcesses({ destination, folder, report }: Publisher): Promise<void> {
  for (let number = 1; ; number += 1) {
    const round = { peak: 0, cpu: 0 };
    const run = async (args: readonly string[]) => {
      const figures = await measure({
        command: process.execPath,
        arguments: [program, ...args],
        environment: environment(),
        folder,
      });
      round.peak = Math.max(round.peak, figures.peakBytes / MiB);
      round.cpu += figures.cpuSeconds;
    };
    const started = performance.now();
    const source = writeSource(folder, { [slowFile]: 40 * MiB });
    await runRound({ run, destination, folder, number }, source);
    await resumeDownload({ run, destination, folder }, source);
    await run(['remove', '--destination', destination]);
    const wall = (performance.now() - started) / 1000;
    const parts = clearRound(folder);
    await sleep(2_000);
    const temporary = countEntries(join(folder, 'tmp'), /./);
    if (!(await report({ ...round, wall, parts, temporary }))) return;
  }
}

/** Cancels a download when it has a part of the slow file, and downloads again. */
async function resumeDownload(
  {
    run,
    destination,
    folder,
  }: { run: (args: readonly string[]) => Promise<void>; destination: string; folder: string },
  source: string,
): Promise<void> {
  const target = join(folder, 'target', 'resumed');
  const args = ['download', '--destination', destination, '--path', target];
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, ...environment() },
    stdio: 'ignore',
  });
  const ended = new Promise<number | null>((done) => child.on('close', done));
  while (child.exitCode === null && !hasPart(target)) await Promise.race([ended, sleep(20)]);
  child.kill('SIGINT');
  if ((await ended) === 0) throw new Error('The download ended before it was cancelled.');
  if (!hasPart(target)) throw new Error('The cancelled download left no part to continue with.');
  await run(args);
  compareFiles(source, target);
}

/** Whether the journal of an unfinished download names a part. */
function hasPart(target: string): boolean {
  const folder = statSync(target, { throwIfNoEntry: false });
  const journal = folder && readdirSync(target).find((name) => name.endsWith('.parts'));
  return journal !== undefined && readFileSync(join(target, journal), 'utf8').split('\n').length > 2;
}
