import { spawnSync } from 'node:child_process';
import { freemem } from 'node:os';
import { join } from 'node:path';
import type { Contender, Task } from './contenders.ts';
import type { Load } from './loads.ts';
import { measure } from './measure.ts';
import type { Figures } from './measure.ts';
import { findPython } from './python.ts';
import type { Servers } from './servers/index.ts';
import type { Inventory } from './servers/inventory.ts';
import type { Credentials } from './servers/protocol.ts';
import type { Source } from './sources.ts';
import { warm } from './sources.ts';

/** Prefix of the workspace's keys in the bucket. */
const workspacePrefix = 'ci/';

export const credentialsKinds = ['static', 'session'] as const;

export type CredentialsKind = (typeof credentialsKinds)[number];

/** What came of one contender's runs. */
export interface Result {
  readonly contender: Contender;
  /** In the order of the rounds. */
  readonly runs: readonly Figures[];
  /** Why there are no more runs: one failed, or did not do its job. */
  readonly failure: string | undefined;
}

export interface RoundsOptions {
  readonly load: Load;
  readonly source: Source;
  readonly servers: Servers;
  readonly contenders: readonly Contender[];
  readonly rounds: number;
  /** What rivals sign with: keys without an end, or a session such as the action gets. */
  readonly credentials: CredentialsKind;
  /** Told of each run when it has ended. */
  readonly onRun: (round: number, contender: Contender, outcome: Figures | string) => void;
}

/**
 * So many files are left where they are until the servers end, and each run goes to a folder of its own. File systems do not use again what was
 * deleted some seconds ago (ext4: inodes), and to look for others took a quarter of MinIO's CPU time when 10,000 had been deleted just before.
 */
const manyFiles = 1_000;

/** Runs all contenders in turn, round by round; each round begins with the next of them. */
export async function runRounds(options: RoundsOptions): Promise<Result[]> {
  const { contenders, rounds, source, load, servers, onRun } = options;
  const results = contenders.map((contender) => new Record(contender));
  await warm(source);
  await servers.empty();
  if (load.unchanged) for (const result of results) await result.put(options);
  for (let round = 0; round < rounds; round += 1) {
    const first = round % results.length;
    for (const result of [...results.slice(first), ...results.slice(0, first)]) {
      if (result.failure !== undefined) continue;
      if (!load.unchanged && source.files < manyFiles) await servers.empty();
      onRun(round, result.contender, await result.run(options, round));
    }
  }
  return results;
}

/** One contender, and what came of its runs so far. */
class Record implements Result {
  readonly contender: Contender;
  readonly runs: Figures[] = [];
  failure: string | undefined;
  #there: Inventory | undefined;

  constructor(contender: Contender) {
    this.contender = contender;
  }

  /** Uploads everything, for later runs to find it there. */
  async put(options: RoundsOptions): Promise<void> {
    await this.#guarded(async () => {
      const task = await taskFor(options, this.contender, 0);
      await attempt(this.contender, task);
      this.#there = await options.servers.inventory(task.prefix);
    });
  }

  run(options: RoundsOptions, round: number): Promise<Figures | string> {
    return this.#guarded(async () => {
      const task = await taskFor(options, this.contender, round);
      const figures = await attempt(this.contender, task);
      if (this.contender.uploads) await this.#verify(options, task);
      this.runs.push(figures);
      return figures;
    });
  }

  /** A run that did not do its job is no run. */
  async #verify({ source, servers }: RoundsOptions, { prefix }: Task): Promise<void> {
    const found = await servers.inventory(prefix);
    if (found.objects !== source.files || found.bytes !== source.bytes) {
      throw new Error(
        `left ${found.objects} objects of ${found.bytes} bytes in the bucket instead of ${source.files} of ${source.bytes}`,
      );
    }
    if (this.#there && this.contender.comparesContent && found.newest !== this.#there.newest) {
      throw new Error('sent something again that had not changed');
    }
  }

  async #guarded<T>(action: () => Promise<T>): Promise<T | string> {
    try {
      return await action();
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
      return this.failure;
    }
  }
}

async function attempt(contender: Contender, task: Task): Promise<Figures> {
  const command = await contender.prepare(task);
  // What the run before has left to be written is not written in the time of this one.
  spawnSync('sync');
  touchMemory();
  try {
    return await measure(command);
  } finally {
    await command.cleanUp?.();
  }
}

/** What a run and its server use at most of memory that was not used just before. */
const touchedBytes = 3 * 1024 ** 3;

/** Has this machine's memory at hand for whoever comes next: see `touch.py`. */
function touchMemory(): void {
  const bytes = Math.min(touchedBytes, Math.floor(freemem() / 2));
  const { status } = spawnSync(findPython(), ['-I', join(import.meta.dirname, 'touch.py'), String(bytes)], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`touch.py ended with ${status ?? 'a signal'}`);
}

async function taskFor(options: RoundsOptions, contender: Contender, round: number): Promise<Task> {
  const { source, servers, load } = options;
  const route = load.delayed ? servers.delayed : servers.direct;
  if (route === undefined) throw new Error('These servers have no delayed route');
  const destination = `bench-${contender.id}-${load.unchanged ? 0 : round}`;
  return {
    source,
    route,
    credentials: await credentialsFor(options, contender),
    destination,
    prefix: `${workspacePrefix}${destination}/`,
    unchanged: load.unchanged,
    inputs: load.inputs ?? {},
  };
}

/** A session ends after a quarter of an hour, so each run has one of its own. */
async function credentialsFor(
  { credentials, servers }: RoundsOptions,
  { name }: Contender,
): Promise<Credentials | undefined> {
  if (['action', 'upload', 'node'].includes(name)) return undefined;
  return credentials === 'session' ? servers.openSession() : servers.credentials;
}
