import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

/** Properties of the machine that affect the figures, by label. */
export type Machine = Readonly<Record<string, string>>;

export async function describeMachine(): Promise<Machine> {
  const [processor] = cpus();
  return {
    Date: new Date().toISOString().slice(0, 10),
    Processor: `${processor?.model ?? 'unknown'}, ${availableParallelism()} cores`,
    Memory: `${(totalmem() / 1024 ** 3).toFixed(0)} GiB`,
    'Load before the start': `load average ${loadavg()[0]?.toFixed(1) ?? '?'}`,
    System: `${await distribution()}, ${type()} ${release()}`,
  };
}

async function distribution(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^PRETTY_NAME="(.*)"$/m.exec(text)?.[1] ?? process.platform;
}
