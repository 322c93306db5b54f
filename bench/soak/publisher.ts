/** A publisher of a soak, in a process of its own. `soak.ts` starts it: `publisher.ts <kind> <name> <folder> <minutes>`. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample } from './figures.ts';
import { runInProcess, sampleProcess } from './longLived.ts';
import { runLongUpload } from './longUpload.ts';
import { runProcesses } from './processes.ts';
import { clearRound, countEntries, runRound, writeSource } from './round.ts';

/** `runs`: many runs in one process. `processes`: a process for each run. `upload`: one upload that takes the whole time. */
export type PublisherKind = 'runs' | 'processes' | 'upload';

export interface Publisher {
  readonly name: string;
  /** Folder in the workspace. */
  readonly destination: string;
  readonly folder: string;
  readonly minutes: number;
  /** Sends a sample, and waits until the storage was looked at. @returns false if the soak is over */
  readonly report: (sample: Sample) => Promise<boolean>;
}

/** Between two rounds: sockets close, and the machine has time for other work. */
const pauseMs = 2_000;

const [kind = '', name = '', folder = '', minutes = '1'] = process.argv.slice(2);

function report(sample: Sample): Promise<boolean> {
  const answer = new Promise<boolean>((resolve) => process.once('message', resolve));
  process.send?.(sample);
  return answer;
}

/** Many runs in one process. */
async function runRuns({ destination, folder, report }: Publisher): Promise<void> {
  const temporary = join(folder, 'tmp');
  for (let number = 1; ; number += 1) {
    const [started, used] = [performance.now(), process.cpuUsage()];
    await runRound({ run: runInProcess, destination, folder, number }, writeSource(folder));
    await runInProcess(['remove', '--destination', destination]);
    const { user, system } = process.cpuUsage(used);
    const [wall, cpu] = [(performance.now() - started) / 1000, (user + system) / 1e6];
    const parts = clearRound(folder);
    await sleep(pauseMs);
    const sample = { ...sampleProcess(), temporary: countEntries(temporary, /./), parts, cpu, wall };
    if (!(await report(sample))) return;
  }
}

const publisher: Publisher = {
  name,
  destination: `soak-${name}`,
  folder,
  minutes: Number(minutes),
  report,
};
const work = { runs: runRuns, processes: runProcesses, upload: runLongUpload }[kind as PublisherKind];
mkdirSync(join(folder, 'tmp'), { recursive: true });
await work(publisher);
process.disconnect();
