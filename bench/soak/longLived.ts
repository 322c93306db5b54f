import { readdirSync } from 'node:fs';
import { Readable } from 'node:stream';
import { runProgram } from '../../src/cli/run.ts';
import { installFetch } from '../../src/http/fetchGlobals.ts';
import type { Sample } from './figures.ts';

const MiB = 1024 ** 2;
/** Characters of a log that an error shows. */
const tail = 3_000;

installFetch();
const initialListeners = new Set(process.rawListeners('exit'));

/** Runs the command in this process. @throws Error with the end of its log, if it fails */
export async function runInProcess(args: readonly string[]): Promise<void> {
  let log = '';
  let code = 0;
  const stream = {
    write: (text: string) => void (log = `${log}${text}`.slice(-tail)),
    isTerminal: false,
    hasColors: false,
    columns: 80,
  };
  await runProgram({
    args,
    // No variable of a CI system, so that this is a person's command everywhere.
    env: Object.fromEntries(
      Object.entries(process.env).filter(([variable]) => variable.startsWith('TERRAPI_')),
    ),
    stdin: Readable.from([]),
    stdout: stream,
    stderr: stream,
    setExitCode: (given) => (code = given),
    onHost: () => undefined,
  });
  endRun();
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}:\n${log}`);
}

/** A run removes its temporary folder when the process exits, which this one does not. */
function endRun(): void {
  for (const listener of process.rawListeners('exit').filter((one) => !initialListeners.has(one))) {
    listener.call(process, 0);
    process.removeListener('exit', listener as () => void);
  }
}

/** The figures of this process. It needs `--expose-gc`, and descriptors are counted on Linux only. */
export function sampleProcess(): Sample {
  for (let times = 0; times < 2; times += 1) globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo();
  return {
    rss: rss / MiB,
    heap: (heapUsed + external) / MiB,
    handles: resources.length,
    sockets: resources.filter((name) => name.startsWith('TCP') || name.startsWith('TLS')).length,
    descriptors: readdirSync('/proc/self/fd').length,
    listeners: ['SIGINT', 'SIGTERM', 'warning', 'uncaughtException', 'exit'].reduce(
      (sum, event) => sum + process.listenerCount(event),
      0,
    ),
  };
}
