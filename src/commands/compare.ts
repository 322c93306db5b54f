import {
  type ChangedPlan,
  type Overwrite,
  type Remote,
  comparable,
  planChanges,
  sameContent,
} from '../sync/diff.ts';
import { collisions, foldersOf } from '../sync/collisions.ts';
import { ActionError, detailLines } from '../errors/error.ts';
import { listDigest, listDigestHeader } from '../files/checksums.ts';
import { isGenerated } from '../files/headers.ts';
import type { UploadInputs } from '../config/upload.ts';
import { type Plan, type Put, changedPut, withGenerated } from '../sync/plan.ts';
import { generatedNames } from '../storage/folderContents.ts';
import type { StorageClient } from '../storage/client.ts';
import { headObjects } from '../storage/head.ts';
import { listExpected } from '../storage/listing.ts';
import type { RemoteObject } from '../sync/remoteObject.ts';
import { existingAmong } from '../storage/existingObjects.ts';
import { defaultHashThreads } from '../transfer/resourceLimits.ts';
import type { Digest } from '../transfer/digest.ts';
import { type Hasher, openHasher } from '../transfer/hasher.ts';
import { refuseSums, writeSums } from './checksumsFile.ts';
import { setting } from '../text/wording.ts';

/** How an upload compares its files with the stored objects. */
export interface Comparison {
  readonly overwrite: Overwrite;
  /** Whether the objects below the destination are listed. */
  readonly listsObjects: boolean;
  /** Whether files are read before the upload starts. */
  readonly readsFiles: boolean;
  /** Whether the content of files is compared with their objects. */
  readonly comparesContent: boolean;
  readonly needsSha256: boolean;
  /** Whether `SHA256SUMS` is uploaded. */
  readonly writesSums: boolean;
}

/** The comparison that the inputs ask for. A release's table shows checksums, even without `SHA256SUMS`. */
export function comparisonFor({
  overwrite,
  deleteStale,
  dryRun,
  checksums,
  reports,
}: Pick<UploadInputs, 'overwrite' | 'deleteStale' | 'dryRun' | 'checksums' | 'reports'>): Comparison {
  const needsSha256 = checksums || reports.release !== undefined;
  // A dry run says which files would change, even if all of them would be uploaded.
  const comparesContent = overwrite !== 'always' || dryRun;
  return {
    overwrite,
    listsObjects: comparesContent || deleteStale,
    readsFiles: comparesContent || needsSha256,
    comparesContent,
    needsSha256,
    writesSums: checksums,
  };
}

/** Opens the reader that computes the files' digests. */
export function openReader(
  { needsSha256 }: Pick<Comparison, 'needsSha256'>,
  partSize: number | undefined,
  signal: AbortSignal,
): Hasher {
  return openHasher({ sha256Wanted: needsSha256, partSize, threads: defaultHashThreads(), signal });
}

export interface ComparedPlan extends ChangedPlan {
  /** The objects below the destination; undefined if they were not listed. */
  readonly remote: Remote | undefined;
  /** Files with the same content as their object; empty if the content was not compared. */
  readonly same: readonly Put[];
  /** SHA-256 in hex by name, of all files if it is needed, else where it is known. */
  readonly sums: ReadonlyMap<string, string>;
  /** Path of `SHA256SUMS` on the runner; undefined if it is not uploaded. */
  readonly checksumsFile: string | undefined;
}

interface CompareTools {
  readonly client: StorageClient;
  /** Closed when the files are compared. */
  readonly reader: Hasher;
  /** The folder for generated files. */
  readonly tempDir: () => string;
}

/**
 * Compares a plan with the stored objects, and decides which files to write.
 * @throws ActionError `name-taken` if a file is where a folder is needed, `object-exists` with `overwrite: never`, or if a file cannot be read
 */
export async function comparePlan(
  plan: Plan,
  { overwrite, listsObjects, comparesContent, needsSha256, writesSums }: Comparison,
  { client, reader, tempDir }: CompareTools,
): Promise<ComparedPlan> {
  const digests = new Map<string, Digest>();
  const read = async (puts: readonly Put[]) => {
    const found = await reader.digests(puts.map(({ file }) => file));
    for (const [index, { key }] of puts.entries()) {
      const digest = found[index];
      if (digest) digests.set(key, digest);
    }
  };
  let remote: Remote | undefined;
  let replaced: ReadonlySet<string> = new Set();
  try {
    const sumsRefused = writesSums ? refuseSums(plan, client) : undefined;
    // The error is thrown below, where the promise is awaited.
    sumsRefused?.catch(() => undefined);
    const compare = (puts: readonly Put[]) => (comparesContent ? read(puts) : Promise.resolve());
    const { objects, compared } = listsObjects ? await list(plan, client, compare) : unlisted;
    remote = objects;
    await refuseCollisions(plan, client, remote);
    await sumsRefused;
    if (overwrite === 'never') replaced = await generatedAmong(plan, client, objects);
    await compared;
    if (needsSha256) await read(plan.puts.filter(({ key }) => !digests.has(key)));
  } finally {
    void reader.close();
  }
  const changed = planChanges(withReplaced(plan, replaced), remote ?? new Map(), digests, overwrite);
  const hasSums = Iterator.from(digests.values()).some(({ sha256 }) => sha256 !== undefined);
  const sums = sumsOf(hasSums ? plan.puts : [], digests);
  const checksums = writesSums ? writeSums(tempDir, sums) : undefined;
  return {
    ...changed,
    ...(checksums && withGenerated(changed, checksums, listMetadata(plan, sums, digests))),
    remote,
    same:
      overwrite === 'always' && comparesContent
        ? sameContent(plan.puts, remote ?? new Map(), digests)
        : changed.unchanged,
    sums,
    checksumsFile: checksums?.path,
  };
}

/** The metadata of `SHA256SUMS`, by which the `links` action sees whether a file was replaced later. */
function listMetadata(
  { base }: Pick<Plan, 'base'>,
  sums: ReadonlyMap<string, string>,
  digests: ReadonlyMap<string, Digest>,
): Readonly<Record<string, string>> {
  const digest = listDigest(sums, (name) => digests.get(`${base}${name}`)?.etag);
  return digest === undefined ? {} : { [listDigestHeader]: digest };
}

function sumsOf(puts: readonly Put[], digests: ReadonlyMap<string, Digest>): Map<string, string> {
  const sums = new Map<string, string>();
  for (const { name, key } of puts) {
    const sha256 = digests.get(key)?.sha256;
    if (sha256 !== undefined) sums.set(name, sha256);
  }
  return sums;
}

interface Listed {
  readonly objects: Remote | undefined;
  /** Resolves when all files are compared. */
  readonly compared: Promise<void>;
}

const unlisted: Listed = { objects: undefined, compared: Promise.resolve() };

/** Lists the objects below the destination, and compares the files of each page while the next page is requested. */
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
  // The caller awaits it later, and gets the error then.
  all.catch(() => undefined);
  return { objects, compared: all };
}

async function refuseCollisions(
  plan: Plan,
  client: StorageClient,
  remote: Remote | undefined,
): Promise<void> {
  const { prefix } = client.location;
  const needed = foldersOf(Iterator.from(plan.puts).map(({ key }) => key));
  const folders = [...needed];
  const isBelow = (folder: string) => folder.startsWith(plan.base);
  const above = folders.filter((folder) => !isBelow(folder) && folder.startsWith(prefix));
  const [outer, inner] = await Promise.all([
    existingAmong(client, prefix, above),
    remote?.keys() ?? existingAmong(client, plan.base, folders.filter(isBelow)),
  ]);
  const objects = new Set(inner);
  for (const key of outer) objects.add(key);
  const found = collisions(plan, objects, needed);
  if (found.length === 0) return;
  const [first = ''] = found;
  throw new ActionError(
    'name-taken',
    found.length === 1 ? first : `Files and folders of the workspace collide with those of the upload`,
    {
      hint: `Remove them from the workspace, rename the files, or choose another ${setting('destination')}. Nothing was written.`,
      details: found.length === 1 ? [] : detailLines(found),
    },
  );
}

/** Keys of the plan that belong to generated objects. Files replace these even with `overwrite: never`. */
async function generatedAmong(
  { base, puts }: Plan,
  client: StorageClient,
  remote: Remote | undefined,
): Promise<ReadonlySet<string>> {
  const names = generatedNames(puts.map(({ name }) => name));
  const keys = [...names].map((name) => `${base}${name}`).filter((key) => remote?.has(key));
  const heads = await headObjects(client, keys);
  return new Set(keys.filter((key) => isGenerated(heads.get(key)?.headers ?? {})));
}

/** The plan with these keys marked as `replaces`. */
function withReplaced(plan: Plan, keys: ReadonlySet<string>): Plan {
  if (keys.size === 0) return plan;
  const swaps = new Map(
    plan.puts.map((put) => [put, keys.has(put.key) ? changedPut(put, { replaces: true }) : put]),
  );
  const swapped = (puts: readonly Put[]) => puts.map((put) => swaps.get(put) ?? put);
  return { ...plan, puts: swapped(plan.puts), groups: plan.groups.map(swapped) };
}
