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

/** Results of one contender. */
export interface Result {
  readonly contender: Contender;
  /** In the order of the rounds. */
  readonly runs: readonly Figures[];
  /** Why the runs stopped: one failed or was invalid. */
  readonly failure: string | undefined;
}

export interface RoundsOptions {
  readonly load: Load;
  readonly source: Source;
  readonly servers: Servers;
  readonly contenders: readonly Contender[];
  readonly rounds: number;
  /** Credentials of the rivals: static keys, or a session like the action's. */
  readonly credentials: CredentialsKind;
  /** Called after each run. */
  readonly onRun: (round: number, contender: Contender, outcome: Figures | string) => void;
}

/**
 * From this number, files are not deleted between runs, and each run has its own folder. ext4 does not reuse the inodes of files that were
 * deleted seconds ago. After 10,000 deletions, the search for free inodes took a quarter of MinIO's CPU time.
 */
const manyFiles = 1_000;

/** Runs all contenders in turn, in rounds. Each round starts with the next contender. */
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

/** A contender and its results so far. */
class Record implements Result {
  readonly contender: Contender;
  readonly runs: Figures[] = [];
  failure: string | undefined;
  #there: Inventory | undefined;

  constructor(contender: Contender) {
    this.contender = contender;
  }

  /** Uploads all files before the measured runs. */
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

  /** Checks the stored files. An invalid run does not count. */
  async #verify({ source, servers }: RoundsOptions, { prefix }: Task): Promise<void> {
    const found = await servers.inventory(prefix);
    if (found.objects !== source.files || found.bytes !== source.bytes) {
      throw new Error(
        `stored ${found.objects} objects with ${found.bytes} bytes instead of ${source.files} with ${source.bytes}`,
      );
    }
    if (this.#there && this.contender.comparesContent && found.newest !== this.#there.newest) {
      throw new Error('uploaded an unchanged file again');
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
  // Pending writes of the previous run must not add to this run's time.
  spawnSync('sync');
  touchMemory();
  try {
    return await measure(command);
  } finally {
    await command.cleanUp?.();
  }
}

/** Memory that a run and its server can need, in bytes. */
const touchedBytes = 3 * 1024 ** 3;

/** Makes the host provide the memory before the run. See `touch.py`. */
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

/** A session expires after 15 minutes, so each run has a new one. */
async function credentialsFor(
  { credentials, servers }: RoundsOptions,
  { name }: Contender,
): Promise<Credentials | undefined> {
  if (['action', 'upload', 'node'].includes(name)) return undefined;
  return credentials === 'session' ? servers.openSession() : servers.credentials;
}
