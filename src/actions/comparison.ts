import { mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { type ChangedPlan, type Remote, collisions, comparable, foldersOf, planChanges } from '../changes.ts';
import { ActionError, detailLines } from '../errors.ts';
import type { LocalFile } from '../files/selection.ts';
import { formatSums, sumsName } from '../files/sums.ts';
import type { UploadInputs } from '../inputs.ts';
import { type Plan, withGenerated } from '../plan.ts';
import type { StorageClient } from '../storage/client.ts';
import type { Persist } from '../storage/listing.ts';
import { existingAmong } from '../storage/obstacles.ts';
import { type Fingerprint, fingerprint } from '../transfer/fingerprint.ts';
import type { Memory } from '../transfer/memory.ts';

export interface ComparedPlan extends ChangedPlan {
  /** What is below the destination; undefined where it was not listed. */
  readonly remote: Remote | undefined;
  /** SHA-256 in hex by name, where checksums were asked for. */
  readonly sums: ReadonlyMap<string, string>;
}

/**
 * Looks at what is there, and decides what of a plan has to be written.
 * @throws ActionError `key` when a file is where a folder has to be, `exists` with `overwrite: never`, `files` when a file cannot be read
 */
export async function comparePlan(
  inputs: UploadInputs,
  plan: Plan,
  client: StorageClient,
  { memory, persist }: { readonly memory: Memory; readonly persist: Persist },
): Promise<ComparedPlan> {
  const { overwrite, deleteStale, dryRun, checksums } = inputs;
  const remote =
    overwrite !== 'always' || deleteStale || dryRun ? await list(client, plan.base, persist) : undefined;
  await refuseCollisions(plan, client, remote, persist);
  const toRead = new Set(checksums ? plan.puts : []);
  if (overwrite !== 'always') for (const put of comparable(plan, remote ?? new Map())) toRead.add(put);
  const prints = new Map<string, Fingerprint>();
  for (const { file, key } of toRead)
    prints.set(key, await fingerprint(file, memory, checksums, inputs.partSize));
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

async function list(client: StorageClient, base: string, persist: Persist): Promise<Remote> {
  const { listObjects } = await import('../storage/listing.ts');
  return new Map((await listObjects(client, base, persist)).map((object) => [object.key, object]));
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
