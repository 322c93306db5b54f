import { mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { type ChangedPlan, type Remote, collisions, comparable, foldersOf, planChanges } from '../changes.ts';
import { ActionError, detailLines } from '../errors.ts';
import type { LocalFile } from '../files/selection.ts';
import { formatSums, sumsName } from '../files/sums.ts';
import type { UploadInputs } from '../inputs.ts';
import { type Plan, type Put, withGenerated } from '../plan.ts';
import type { StorageClient } from '../storage/client.ts';
import { type Persist, type RemoteObject, listPages } from '../storage/listing.ts';
import { existingAmong } from '../storage/obstacles.ts';
import { readingThreads } from '../transfer/defaults.ts';
import type { Fingerprint } from '../transfer/fingerprint.ts';
import { openFingerprints } from '../transfer/fingerprints.ts';
import type { Memory } from '../transfer/memory.ts';

export interface ComparedPlan extends ChangedPlan {
  /** What is below the destination; undefined where it was not listed. */
  readonly remote: Remote | undefined;
  /** SHA-256 in hex by name, where checksums were asked for. */
  readonly sums: ReadonlyMap<string, string>;
}

export interface ComparisonTools {
  readonly memory: Memory;
  readonly persist: Persist;
  readonly signal: AbortSignal;
}

/**
 * Looks at what is there, and decides what of a plan has to be written.
 * @throws ActionError `key` when a file is where a folder has to be, `exists` with `overwrite: never`, `files` when a file cannot be read
 */
export async function comparePlan(
  inputs: UploadInputs,
  plan: Plan,
  client: StorageClient,
  { memory, persist, signal }: ComparisonTools,
): Promise<ComparedPlan> {
  const { overwrite, deleteStale, dryRun, checksums } = inputs;
  // A release's table has them as well, without a file of them.
  const sha256Wanted = checksums || inputs.reports.release !== undefined;
  const listing = overwrite !== 'always' || deleteStale || dryRun;
  const { partSize } = inputs;
  const reader = openFingerprints({ memory, sha256Wanted, partSize, threads: readingThreads(), signal });
  const prints = new Map<string, Fingerprint>();
  const read = async (puts: readonly Put[]) => {
    const found = await reader.of(puts.map(({ file }) => file));
    for (const [index, { key }] of puts.entries()) {
      const print = found[index];
      if (print) prints.set(key, print);
    }
  };
  let remote: Remote | undefined;
  try {
    const compare = (puts: readonly Put[]) => (overwrite === 'always' ? Promise.resolve() : read(puts));
    remote = listing ? await list(plan, client, persist, compare) : undefined;
    await refuseCollisions(plan, client, remote, persist);
    if (sha256Wanted) await read(plan.puts.filter(({ key }) => !prints.has(key)));
  } finally {
    await reader.close();
  }
  const etags = new Map([...prints].map(([key, { etag }]) => [key, etag]));
  const changed = planChanges(plan, remote ?? new Map(), etags, overwrite);
  const sums = new Map(
    plan.puts.flatMap(({ name, key }) => {
      const sha256 = prints.get(key)?.sha256;
      return sha256 === undefined ? [] : [[name, sha256] as const];
    }),
  );
  return { ...changed, ...(checksums && withGenerated(changed, [writeSums(plan, sums)])), remote, sums };
}

/** Lists what is below the destination, and has files compared meanwhile. */
async function list(
  plan: Plan,
  client: StorageClient,
  persist: Persist,
  compare: (puts: readonly Put[]) => Promise<void>,
): Promise<Remote> {
  const puts = new Map(plan.puts.map((put) => [put.key, put]));
  const remote = new Map<string, RemoteObject>();
  const compared: Promise<void>[] = [];
  for await (const page of listPages(client, plan.base, persist)) {
    for (const object of page) remote.set(object.key, object);
    const comparison = compare(comparable(puts, page));
    // What goes wrong is told when all are waited for.
    comparison.catch(() => undefined);
    compared.push(comparison);
  }
  await Promise.all(compared);
  return remote;
}

async function refuseCollisions(
  plan: Plan,
  client: StorageClient,
  remote: Remote | undefined,
  persist: Persist,
): Promise<void> {
  const { prefix } = client.location;
  const folders = [...foldersOf(plan.puts.map(({ key }) => key))];
  const isBelow = (folder: string) => folder.startsWith(plan.base);
  const above = folders.filter((folder) => !isBelow(folder) && folder.startsWith(prefix));
  const objects = await Promise.all([
    existingAmong(client, prefix, above, persist),
    remote ? new Set(remote.keys()) : existingAmong(client, plan.base, folders.filter(isBelow), persist),
  ]);
  const found = collisions(plan, new Set(objects.flatMap((some) => [...some])));
  if (found.length === 0) return;
  const [first = ''] = found;
  throw new ActionError(
    'key',
    found.length === 1
      ? `In the workspace, ${first}`
      : `Files and folders of the workspace stand in the way of this upload`,
    {
      hint: `Remove them from the workspace, rename the files, or choose another 'destination'; nothing was written.`,
      details: found.length === 1 ? [] : detailLines(found),
    },
  );
}

/** Writes the checksums to a file of the runner, to be uploaded like the others. */
function writeSums({ puts }: Plan, sums: ReadonlyMap<string, string>): LocalFile {
  if (puts.some(({ name }) => name === sumsName)) {
    throw new ActionError(
      'key',
      `There is a file '${sumsName}' among those to upload, and 'checksums: true' would write it too`,
      {
        hint: `Leave it out with a line '!**/${sumsName}' in 'path', or set 'checksums: false'.`,
      },
    );
  }
  const file = path.join(
    mkdtempSync(path.join(process.env['RUNNER_TEMP'] ?? tmpdir(), 'upload-to-workspace-')),
    sumsName,
  );
  writeFileSync(file, formatSums(sums));
  const { size, mtimeMs } = statSync(file);
  return { path: file, name: sumsName, size, mtimeMs };
}
