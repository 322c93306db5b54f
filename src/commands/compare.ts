import { statSync, writeFileSync } from 'node:fs';

import {
  type ChangedPlan,
  type Remote,
  collisions,
  comparable,
  foldersOf,
  planChanges,
} from '../sync/diff.ts';
import { ActionError, detailLines } from '../errors/error.ts';
import type { LocalFile } from '../files/selection.ts';
import { formatChecksums, checksumsName } from '../files/checksums.ts';
import { isGenerated } from '../files/headers.ts';
import { writeTemporary } from '../hosts/temporary.ts';
import type { UploadInputs } from '../config/upload.ts';
import { type Plan, type Put, withGenerated } from '../sync/plan.ts';
import { generatedNames, isFileAt } from '../preview/folderContents.ts';
import { sanitize } from '../text/sanitize.ts';
import { s3Uri } from '../storage/uri.ts';
import type { StorageClient } from '../storage/client.ts';
import { headObjects } from '../storage/head.ts';
import { listExpected } from '../storage/listing.ts';
import type { RemoteObject } from '../sync/object.ts';
import { existingAmong } from '../storage/existingObjects.ts';
import { defaultHashThreads } from '../transfer/resourceLimits.ts';
import type { Digest } from '../transfer/digest.ts';
import { type Hasher, openHasher } from '../transfer/hasher.ts';

export interface ComparedPlan extends ChangedPlan {
  /** What is below the destination; undefined where it was not listed. */
  readonly remote: Remote | undefined;
  /** SHA-256 in hex by name, where checksums were asked for. */
  readonly sums: ReadonlyMap<string, string>;
}

/** A release's table has checksums as well, without a file of them. */
const sha256Wanted = ({ checksums, reports }: Pick<UploadInputs, 'checksums' | 'reports'>) =>
  checksums || reports.release !== undefined;

/** Whether files have to be read before it is known what to send. */
export function readsContents(inputs: Pick<UploadInputs, 'overwrite' | 'checksums' | 'reports'>): boolean {
  return inputs.overwrite !== 'always' || sha256Wanted(inputs);
}

/** What files are read with to be compared. */
export function openReader(
  inputs: Pick<UploadInputs, 'partSize' | 'checksums' | 'reports'>,
  signal: AbortSignal,
): Hasher {
  const { partSize } = inputs;
  return openHasher({
    sha256Wanted: sha256Wanted(inputs),
    partSize,
    threads: defaultHashThreads(),
    signal,
  });
}

/**
 * Looks at what is there, and decides what of a plan has to be written.
 * @param tempDir where generated files are written
 * @param reader of {@link openReader}, which is not needed any more afterwards
 * @throws ActionError `name-taken` when a file is where a folder has to be, `exists` with `overwrite: never`, `files` when a file cannot be read
 */
export async function comparePlan(
  tempDir: () => string,
  inputs: Pick<UploadInputs, 'overwrite' | 'deleteStale' | 'dryRun' | 'checksums' | 'reports'>,
  plan: Plan,
  client: StorageClient,
  reader: Hasher,
): Promise<ComparedPlan> {
  const { overwrite, deleteStale, dryRun, checksums } = inputs;
  const listing = overwrite !== 'always' || deleteStale || dryRun;
  const prints = new Map<string, Digest>();
  const read = async (puts: readonly Put[]) => {
    const found = await reader.digests(puts.map(({ file }) => file));
    for (const [index, { key }] of puts.entries()) {
      const print = found[index];
      if (print) prints.set(key, print);
    }
  };
  let remote: Remote | undefined;
  let replacing: ReadonlySet<string> = new Set();
  try {
    const sumsRefused = checksums ? refuseSums(plan, client) : undefined;
    sumsRefused?.catch(() => undefined);
    const compare = (puts: readonly Put[]) => (overwrite === 'always' ? Promise.resolve() : read(puts));
    const { objects, compared } = listing ? await list(plan, client, compare) : unlisted;
    remote = objects;
    await refuseCollisions(plan, client, remote);
    await sumsRefused;
    if (overwrite === 'never') replacing = await replaceable(plan, client, objects);
    await compared;
    if (sha256Wanted(inputs)) await read(plan.puts.filter(({ key }) => !prints.has(key)));
  } finally {
    void reader.close();
  }
  const changed = planChanges(withReplacing(plan, replacing), remote ?? new Map(), prints, overwrite);
  const sums = new Map<string, string>();
  for (const { name, key } of sha256Wanted(inputs) ? plan.puts : []) {
    const sha256 = prints.get(key)?.sha256;
    if (sha256 !== undefined) sums.set(name, sha256);
  }
  return {
    ...changed,
    ...(checksums && withGenerated(changed, [writeSums(tempDir, sums)])),
    remote,
    sums,
  };
}

interface Listed {
  readonly objects: Remote | undefined;
  /** Comes when all files are compared. */
  readonly compared: Promise<void>;
}

const unlisted: Listed = { objects: undefined, compared: Promise.resolve() };

/** Lists what is below the destination, and has files compared meanwhile. */
async function list(
  plan: Plan,
  client: StorageClient,
  compare: (puts: readonly Put[]) => Promise<void>,
): Promise<Listed> {
  const puts = new Map(plan.puts.map((put) => [put.key, put]));
  const objects = new Map<string, RemoteObject>();
  const compared: Promise<void>[] = [];
  const keys = plan.puts.map(({ key }) => key);
  for await (const page of listExpected(client, plan.base, keys)) {
    for (const object of page) objects.set(object.key, object);
    const comparison = compare(comparable(puts, page));
    comparison.catch(() => undefined);
    compared.push(comparison);
  }
  const all = Promise.all(compared).then(() => undefined);
  // What goes wrong is told when it is waited for.
  all.catch(() => undefined);
  return { objects, compared: all };
}

async function refuseCollisions(
  plan: Plan,
  client: StorageClient,
  remote: Remote | undefined,
): Promise<void> {
  const { prefix } = client.location;
  const folders = [...foldersOf(plan.puts.map(({ key }) => key))];
  const isBelow = (folder: string) => folder.startsWith(plan.base);
  const above = folders.filter((folder) => !isBelow(folder) && folder.startsWith(prefix));
  const [outer, inner] = await Promise.all([
    existingAmong(client, prefix, above),
    remote?.keys() ?? existingAmong(client, plan.base, folders.filter(isBelow)),
  ]);
  const objects = new Set(inner);
  for (const key of outer) objects.add(key);
  const found = collisions(plan, objects);
  if (found.length === 0) return;
  const [first = ''] = found;
  throw new ActionError(
    'name-taken',
    found.length === 1
      ? `In the workspace, ${first}`
      : `Files and folders of the workspace stand in the way of this upload`,
    {
      hint: `Remove them from the workspace, rename the files, or choose another 'destination'; nothing was written.`,
      details: found.length === 1 ? [] : detailLines(found),
    },
  );
}

/**
 * Refuses to write checksums where a file of that name is somebody's own: one of the upload, or one in the workspace.
 * @throws ActionError `name-taken`
 */
async function refuseSums({ puts, base }: Plan, client: StorageClient): Promise<void> {
  const isOwn = puts.some(({ name }) => name === checksumsName);
  if (!isOwn && !(await isFileAt(client, `${base}${checksumsName}`))) return;
  const where = isOwn ? 'among those to upload' : `in ${s3Uri(client.location, base)}`;
  const remedy = isOwn ? `Leave it out with a line '!**/${checksumsName}' in 'path'` : `Remove or rename it`;
  throw new ActionError(
    'name-taken',
    `There is a file '${checksumsName}' ${sanitize(where)}, and 'checksums: true' would write over it`,
    { hint: `${remedy}, or set 'checksums: false'; nothing was uploaded.` },
  );
}

/** Keys of the files that stand where there are generated objects, which are replaced even with `overwrite: never`. */
async function replaceable(
  { base, puts }: Plan,
  client: StorageClient,
  remote: Remote | undefined,
): Promise<ReadonlySet<string>> {
  const names = generatedNames(puts.map(({ name }) => name));
  const keys = [...names].map((name) => `${base}${name}`).filter((key) => remote?.has(key));
  const heads = await headObjects(client, keys);
  return new Set(keys.filter((key) => isGenerated(heads.get(key)?.headers ?? {})));
}

function withReplacing(plan: Plan, keys: ReadonlySet<string>): Plan {
  if (keys.size === 0) return plan;
  const swaps = new Map(
    plan.puts.map((put) => [put, keys.has(put.key) ? { ...put, replaces: true as const } : put]),
  );
  const swapped = (puts: readonly Put[]) => puts.map((put) => swaps.get(put) ?? put);
  return { ...plan, puts: swapped(plan.puts), groups: plan.groups.map(swapped) };
}

/** Writes the checksums to a file of the runner, to be uploaded like the others. */
function writeSums(tempDir: () => string, sums: ReadonlyMap<string, string>): LocalFile {
  const file = writeTemporary(tempDir(), checksumsName, (name) => writeFileSync(name, formatChecksums(sums)));
  const { size, mtimeMs, dev, ino } = statSync(file);
  return { path: file, name: checksumsName, size, mtimeMs, dev, ino, linked: false };
}
