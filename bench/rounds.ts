import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Contender, CredentialsKind, Task } from './contenders.ts';
import type { Load } from './loads.ts';
import { measure } from './measure.ts';
import type { Figures } from './measure.ts';
import { findPython } from './python.ts';
import type { Servers } from './servers/index.ts';
import type { Inventory } from './servers/inventory.ts';
import type { Credentials } from './servers/protocol.ts';
import type { Source } from './sources.ts';
import { folderInventory, warm } from './sources.ts';

/** Prefix of the workspace's keys in the bucket. */
const workspacePrefix = 'ci/';

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
  await warm(options.source);
  await options.servers.empty();
  if (!options.load.downloads) return runAll({ ...options, targets: undefined });
  const targets = await mkdtemp(join(tmpdir(), 'bench-downloads-'));
  try {
    await uploadSource(options);
    return await runAll({ ...options, targets });
  } finally {
    await rm(targets, { recursive: true, force: true });
  }
}

interface Options extends RoundsOptions {
  /** The folder for the contenders' downloads; undefined for uploads. */
  readonly targets: string | undefined;
}

async function runAll(options: Options): Promise<Result[]> {
  const { contenders, rounds, source, load, onRun } = options;
  const results = contenders.map((contender) => new Record(contender));
  if (load.unchanged) for (const result of results) await result.put(options);
  for (let round = 0; round < rounds; round += 1) {
    const first = round % results.length;
    for (const result of [...results.slice(first), ...results.slice(0, first)]) {
      if (result.failure !== undefined) continue;
      if (!load.unchanged && source.files < manyFiles) await removeResults(options);
      onRun(round, result.contender, await result.run(options, round));
    }
  }
  return results;
}

/** Removes what the last runs have uploaded or downloaded. */
async function removeResults({ servers, targets }: Options): Promise<void> {
  if (targets === undefined) await servers.empty();
  else await rm(targets, { recursive: true, force: true });
}

/** Uploads the files that the contenders download. Without links there is no index page, which only rivals would download. */
async function uploadSource(options: RoundsOptions): Promise<void> {
  const [action] = options.contenders;
  if (action === undefined) throw new Error('There are no contenders');
  const uploading = { ...options, load: { ...options.load, unchanged: false }, targets: undefined };
  const task = await taskFor(uploading, action, 0);
  await attempt(action, { ...task, ...storedSource, inputs: { links: 'none' } });
}

const storedSource = { destination: 'bench-source', prefix: `${workspacePrefix}bench-source/` };

/** A contender and its results so far. */
class Record implements Result {
  readonly contender: Contender;
  readonly runs: Figures[] = [];
  failure: string | undefined;
  #there: Inventory | undefined;

  constructor(contender: Contender) {
    this.contender = contender;
  }

  /** Transfers all files before the measured runs. */
  async put(options: Options): Promise<void> {
    await this.#guarded(async () => {
      const task = await taskFor(options, this.contender, 0);
      await attempt(this.contender, task);
      this.#there = await inventoryOf(options, task);
    });
  }

  run(options: Options, round: number): Promise<Figures | string> {
    return this.#guarded(async () => {
      const task = await taskFor(options, this.contender, round);
      const figures = await attempt(this.contender, task);
      if (this.contender.transfers) await this.#verify(options, task);
      this.runs.push(figures);
      return figures;
    });
  }

  /** Checks the transferred files. An invalid run does not count. */
  async #verify(options: Options, task: Task): Promise<void> {
    const { source } = options;
    const found = await inventoryOf(options, task);
    if (found.objects !== source.files || found.bytes !== source.bytes) {
      throw new Error(
        `transferred ${found.objects} files with ${found.bytes} bytes instead of ${source.files} with ${source.bytes}`,
      );
    }
    if (this.#there && this.contender.comparesContent && found.newest !== this.#there.newest) {
      throw new Error('transferred an unchanged file again');
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

function inventoryOf({ servers }: Options, { prefix, target }: Task): Promise<Inventory> {
  return target === undefined ? servers.inventory(prefix) : folderInventory(target);
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

async function taskFor(options: Options, contender: Contender, round: number): Promise<Task> {
  const { source, servers, load, targets } = options;
  const route = load.delayed ? servers.delayed : servers.direct;
  if (route === undefined) throw new Error('These servers have no delayed route');
  const name = `bench-${contender.id}-${load.unchanged ? 0 : round}`;
  return {
    source,
    route,
    credentials: await credentialsFor(options, contender),
    ...(targets === undefined
      ? { destination: name, prefix: `${workspacePrefix}${name}/`, target: undefined }
      : { ...storedSource, target: join(targets, name) }),
    unchanged: load.unchanged,
    inputs: load.inputs ?? {},
  };
}

/** A session expires after 15 minutes, so each run has a new one. */
async function credentialsFor(
  { credentials, servers }: RoundsOptions,
  { name, credentials: own }: Contender,
): Promise<Credentials | undefined> {
  if (['action', 'upload', 'node'].includes(name)) return undefined;
  return (own ?? credentials) === 'session' ? servers.openSession() : servers.credentials;
}
