import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

/** What the figures depend on, by the words to tell it in. */
export type Machine = Readonly<Record<string, string>>;

export async function describeMachine(): Promise<Machine> {
  const [processor] = cpus();
  return {
    Date: new Date().toISOString().slice(0, 10),
    Processor: `${processor?.model ?? 'unknown'}, ${availableParallelism()} cores`,
    Memory: `${(totalmem() / 1024 ** 3).toFixed(0)} GiB`,
    'Busy before it began': `${loadavg()[0]?.toFixed(1) ?? '?'} programs wanted to run at once`,
    System: `${await distribution()}, ${type()} ${release()}`,
  };
}

async function distribution(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^PRETTY_NAME="(.*)"$/m.exec(text)?.[1] ?? process.platform;
}
