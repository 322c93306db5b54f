import { statSync, writeFileSync } from 'node:fs';

import { ActionError } from '../errors/error.ts';
import type { LocalFile } from '../files/selection.ts';
import { formatSums, sumsName } from '../files/sums.ts';
import { writeTemporary } from '../hosts/temporary.ts';
import { isFileAt } from '../preview/folderContents.ts';
import type { StorageClient } from '../storage/client.ts';
import { s3Uri } from '../storage/uri.ts';
import type { Plan } from '../sync/plan.ts';
import { printable } from '../text/sanitize.ts';

/**
 * Refuses to write `SHA256SUMS` over a user's file of that name, in the upload or in the workspace.
 * @throws ActionError `key`
 */
export async function refuseSums({ puts, base }: Plan, client: StorageClient): Promise<void> {
  const isUploaded = puts.some(({ name }) => name === sumsName);
  if (!isUploaded && !(await isFileAt(client, `${base}${sumsName}`))) return;
  const where = isUploaded ? 'is in the upload' : `exists in ${s3Uri(client.location, base)}`;
  const remedy = isUploaded ? `Exclude it with a line '!**/${sumsName}' in 'path'` : `Remove or rename it`;
  throw new ActionError(
    'key',
    `A file '${sumsName}' ${printable(where)}, and 'checksums: true' would overwrite it`,
    { hint: `${remedy}, or set 'checksums: false'. Nothing was uploaded.` },
  );
}

/** Writes `SHA256SUMS` to a temporary file, which is uploaded like the others. */
export function writeSums(tempDir: () => string, sums: ReadonlyMap<string, string>): LocalFile {
  const file = writeTemporary(tempDir(), sumsName, (name) => writeFileSync(name, formatSums(sums)));
  const { size, mtimeMs, dev, ino } = statSync(file);
  return { path: file, name: sumsName, size, mtimeMs, dev, ino, linked: false };
}
