import { buckets, clientApp } from '../../../platform/catalogue.ts';
import { inputsFor } from '../../../platform/inputs.ts';
import type { Platform } from '../../../platform/platform.ts';
import { run as download } from '../../../src/commands/download.ts';
import { run as links } from '../../../src/commands/links.ts';
import { run as remove } from '../../../src/commands/remove.ts';
import { run as upload } from '../../../src/commands/upload.ts';
import type { MessageCode } from '../../../src/errors/codes.ts';
import type { Host } from '../../../src/hosts/host.ts';
import { terminalHost } from '../../../src/hosts/terminal/host.ts';
import { type Fault, type FaultyStorage, type SeenRequest, errorXml } from '../../support/faultyServer.ts';
import { folderWith } from '../../support/folder.ts';
import { letObjectsAge } from '../../support/objectAge.ts';
import { putObjects } from '../../support/putObjects.ts';
import { runSubject } from '../../support/subject.ts';
import { type Snapshot, snapshot } from './world.ts';

export interface Real {
  readonly platform: Platform;
  readonly storage: FaultyStorage;
}

const commands = { upload, remove, links, download };

type CommandName = keyof typeof commands;

/** Faults that end by themselves. Every command must survive a few of them. */
const passing = {
  slowDown: { kind: 'answer', status: 503, body: errorXml('SlowDown') },
  internalError: { kind: 'answer', status: 500, body: errorXml('InternalError') },
  tooMany: { kind: 'answer', status: 429, body: errorXml('TooManyRequests') },
  requestTimeout: { kind: 'answer', status: 400, body: errorXml('RequestTimeout') },
  badGateway: { kind: 'answer', status: 502, body: '<html>Bad gateway</html>' },
  reset: { kind: 'reset', afterBytes: 0 },
  lost: { kind: 'lost' },
  cut: { kind: 'cut', share: 0.5 },
} as const satisfies Record<string, Fault>;

export const passingNames = Object.keys(passing) as (keyof typeof passing)[];

/** The fault of a request. Without a body there is nothing to reset, to cut off, or to wait for. */
function faultFor({ method, headers }: SeenRequest, name: keyof typeof passing): Fault {
  const needsBody = name === 'reset' || name === 'requestTimeout';
  if (needsBody && Number(headers['content-length'] ?? 0) === 0) return passing.lost;
  return name === 'cut' && method !== 'GET' ? passing.lost : passing[name];
}

/** What goes wrong in a step. Requests to the storage are counted from 1. */
export type Trouble =
  | { readonly kind: 'none' }
  /** These requests fail, and others do not. */
  | { readonly kind: 'passing'; readonly at: readonly number[]; readonly fault: keyof typeof passing }
  /** The next requests to TerrAPI fail. */
  | { readonly kind: 'terrapi'; readonly status: number; readonly times: number }
  /** The storage refuses everything from this request on. */
  | { readonly kind: 'refusal'; readonly at: number }
  /** The process is killed. */
  | { readonly kind: 'kill'; readonly at: number }
  /** Another client stores an object before this request that changes the storage, counted from 1. */
  | { readonly kind: 'other client'; readonly at: number; readonly key: string };

/** Whether a command must succeed. */
export const mustSucceed = ({ kind }: Trouble) => kind !== 'refusal' && kind !== 'kill';

export interface Ran {
  readonly code: MessageCode | 'killed' | undefined;
  readonly log: string;
  readonly outputs: ReadonlyMap<string, string>;
  readonly masked: ReadonlySet<string>;
}

interface StepOptions {
  readonly command: CommandName;
  readonly inputs: Readonly<Record<string, string>>;
  readonly trouble: Trouble;
  /** Called before each request that changes the storage, with what it holds: a process that ends at this moment leaves that. */
  readonly onMoment?: (now: Snapshot) => void;
}

/** Whether a request changes objects. */
const changes = ({ method, query }: SeenRequest) =>
  method === 'PUT' || method === 'DELETE' || (method === 'POST' && !query.has('uploads'));

/** Runs a command with trouble. @throws the first error of `onMoment`, and if the run shows or does not mask a secret */
export async function runStep(real: Real, { command, inputs, trouble, onMoment }: StepOptions): Promise<Ran> {
  const { platform, storage } = real;
  let pid: number | undefined;
  let [count, changing] = [0, 0];
  let wrong: Error | undefined;
  storage.decide = async (request) => {
    count += 1;
    const number = count;
    if (changes(request)) {
      changing += 1;
      if (trouble.kind === 'other client' && trouble.at === changing) await putAsOther(platform, trouble.key);
      const now = onMoment && (await snapshot(platform));
      try {
        if (now) onMoment(now);
      } catch (error) {
        wrong ??= error as Error;
      }
    }
    if (trouble.kind === 'passing')
      return trouble.at.includes(number) ? faultFor(request, trouble.fault) : undefined;
    if (trouble.kind === 'refusal' && number >= trouble.at)
      return { kind: 'answer', status: 403, body: errorXml('AccessDenied') };
    if (trouble.kind !== 'kill' || number < trouble.at || pid === undefined) return undefined;
    process.kill(pid, 'SIGKILL');
    return { kind: 'stall' };
  };
  if (trouble.kind === 'terrapi')
    platform.terrapi.fail('', { status: trouble.status, body: clientApp.secret }, trouble.times);
  // Objects as old as the start of a run are kept.
  await letObjectsAge(platform, 3_000);
  const all = { ...inputsFor(platform), ...inputs };
  try {
    if (trouble.kind !== 'kill') return (await runHere(platform, [[command, all]]))[0] ?? neverRan;
    const cwd = folderWith({});
    const onStart = (started: number) => (pid = started);
    const { exitCode, log, outputs } = await runSubject({ platform, entries: 'src/main' }, command, all, {
      cwd,
      onStart,
    });
    return {
      code: exitCode === 0 ? undefined : 'killed',
      log,
      outputs: new Map(Object.entries(outputs)),
      masked: new Set(),
    };
  } finally {
    storage.decide = () => undefined;
    if (wrong) throw wrong;
  }
}

/** Secrets of another client. The runs know nothing about them. */
const othersSecrets = new Set<string>();

async function putAsOther(platform: Platform, key: string): Promise<void> {
  const before = new Set(platform.terrapi.secrets);
  await putObjects(platform, { [key]: 'own, of another client' });
  for (const secret of platform.terrapi.secrets) if (!before.has(secret)) othersSecrets.add(secret);
}

const neverRan: Ran = { code: 'killed', log: '', outputs: new Map(), masked: new Set() };

type Run = readonly [CommandName, Readonly<Record<string, string>>];

/** Runs commands at the same time in this process, which takes a tenth of the time. Each has the host of a terminal. */
export async function runHere(platform: Platform, given: readonly Run[]): Promise<readonly Ran[]> {
  const issued = new Set(platform.terrapi.secrets);
  const settled = await Promise.allSettled(given.map(([command, inputs]) => runOne(command, inputs)));
  const runs = settled.map((one) => {
    if (one.status === 'rejected') throw one.reason as Error;
    return one.value;
  });
  const secrets = [...platform.terrapi.secrets].filter(
    (secret) => !issued.has(secret) && !othersSecrets.has(secret),
  );
  for (const secret of [clientApp.secret, ...secrets]) {
    if (!runs.some(({ masked }) => masked.has(secret))) throw new Error(`${secret} is not masked`);
    for (const { log, outputs } of runs)
      for (const text of [log, ...outputs.values()])
        if (text.includes(secret)) throw new Error(`A secret in: ${text}`);
  }
  const pending = await platform.store.pendingUploads(buckets.outputs);
  if (pending.length > 0) throw new Error(`${pending.length} orphaned uploads`);
  return runs;
}

async function runOne(command: CommandName, inputs: Readonly<Record<string, string>>): Promise<Ran> {
  const lines: string[] = [];
  const masked = new Set<string>();
  const outputs = new Map<string, string>();
  let code: MessageCode | undefined;
  const inner = terminalHost({
    env: {},
    stderr: {
      isTerminal: false,
      hasColors: false,
      columns: 80,
      write: (text) => void lines.push(text),
    },
    verbosity: 'verbose',
    input: (name) => inputs[name] ?? '',
    output: (name, value) => void outputs.set(name, String(value)),
    onFail: (given) => (code ??= given),
  });
  let temp: string | undefined;
  const host: Host = {
    ...inner,
    tempDir: () => (temp ??= folderWith({})),
    mask: (secret) => {
      masked.add(secret);
      inner.mask(secret);
    },
  };
  await commands[command](host);
  const log = lines.join('');
  if (/^ {4}at /m.test(log) || code === 'unexpected') throw new Error(`Not an error of the project: ${log}`);
  return { code, log, outputs, masked };
}
