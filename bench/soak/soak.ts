/** Runs the program for a long time, with faults, and checks that nothing grows: `npm run soak -- --minutes 60 --write`. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { variablesFor } from '../../platform/inputs.ts';
import { describeMachine } from '../machine.ts';
import { judge } from './figures.ts';
import type { Sample } from './figures.ts';
import { formatReport } from './report.ts';
import type { PublisherResult } from './report.ts';
import type { PublisherKind } from './publisher.ts';
import type { ServerAddresses, ServerState } from './server.ts';

const usage = `Usage: npm run soak -- [--minutes N] [--write]

Publishes, downloads and removes for N minutes (default 60, at least 3), with faults and short sessions.
Fails if memory, handles, files or times grow. --write writes bench/SOAK.md.
`;

const publishers: readonly { readonly kind: PublisherKind; readonly name: string; readonly what: string }[] =
  [
    { kind: 'runs', name: 'first', what: 'Many runs in one process' },
    { kind: 'runs', name: 'second', what: 'Many runs in a second process, in parallel' },
    { kind: 'processes', name: 'third', what: 'A process of the bundle for each run' },
    { kind: 'upload', name: 'large', what: 'One upload of a large file that takes the whole time' },
    { kind: 'upload', name: 'many', what: 'One upload of many files that takes the whole time' },
  ];

interface Soak {
  readonly folder: string;
  readonly minutes: number;
  readonly environment: Readonly<Record<string, string>>;
  /** The state of the storage below a prefix. */
  readonly state: (prefix: string) => Promise<ServerState>;
}

/** Starts a publisher, and collects its samples until it ends. */
async function runPublisher(
  { kind, name, what }: (typeof publishers)[number],
  { folder, minutes, environment, state }: Soak,
): Promise<PublisherResult> {
  const own = join(folder, name);
  const child = fork(join(import.meta.dirname, 'publisher.ts'), [kind, name, own, String(minutes)], {
    execArgv: ['--expose-gc'],
    env: { ...process.env, ...environment, TMPDIR: join(own, 'tmp'), TERRAPI_PART_SIZE: '5MiB' },
  });
  const until = Date.now() + minutes * 60_000;
  const samples: Sample[] = [];
  const take = async (sample: Sample) => {
    const { objects, pending } = await state(`ci/soak-${name}/`);
    // An upload that runs has objects, and a multipart upload for its large file.
    const running = name === 'large' ? 1 : 0;
    samples.push(
      kind === 'upload'
        ? { ...sample, pending: Math.max(0, pending - running) }
        : { ...sample, objects, pending },
    );
    process.stderr.write(`${new Date().toISOString()} ${name} ${JSON.stringify(samples.at(-1))}\n`);
    child.send(Date.now() < until);
  };
  child.on('message', (sample: Sample) => void take(sample));
  // The long upload takes longer if the machine is busy, but a soak always ends.
  const timer = setTimeout(() => child.kill('SIGKILL'), (minutes * 1.3 + 5) * 60_000);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  const left = await state(`ci/soak-${name}/`);
  return { name, what, samples, code, objects: left.objects, pending: left.pending };
}

/** Starts the servers. Their process answers each prefix with the state of the storage. */
async function startServers(): Promise<{
  addresses: ServerAddresses;
  state: Soak['state'];
  process: ChildProcess;
}> {
  const child = fork(join(import.meta.dirname, 'server.ts'));
  const [addresses] = (await once(child, 'message')) as [ServerAddresses];
  let queue = Promise.resolve<unknown>(undefined);
  const ask = async (prefix: string): Promise<ServerState> => {
    const answer = once(child, 'message') as Promise<[ServerState]>;
    child.send(prefix);
    return (await answer)[0];
  };
  const state = (prefix: string) => {
    const answer = queue.then(() => ask(prefix));
    queue = answer.catch(() => undefined);
    return answer;
  };
  return { addresses, state, process: child };
}

async function soak(minutes: number, write: boolean): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'soak-'));
  const machine = await describeMachine();
  const servers = await startServers();
  try {
    const environment = variablesFor(servers.addresses);
    const { state } = servers;
    const results = await Promise.all(
      publishers.map((publisher) => runPublisher(publisher, { folder, minutes, environment, state })),
    );
    const { text, isFlat } = formatReport({
      machine,
      minutes,
      state: await state(''),
      publishers: results.map((result) => ({ ...result, verdicts: judge(result.samples) })),
    });
    process.stdout.write(text);
    if (write) await writeFile(join(import.meta.dirname, '..', 'SOAK.md'), text);
    return isFlat;
  } finally {
    servers.process.disconnect();
    await rm(folder, { recursive: true, force: true });
  }
}

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help || !/^[1-9]\d*$/.test(values.minutes) || Number(values.minutes) < 3) {
  process.stdout.write(usage);
  process.exitCode = values.help ? 0 : 1;
} else {
  process.exitCode = (await soak(Number(values.minutes), values.write)) ? 0 : 1;
}
