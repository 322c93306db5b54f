import { statSync, writeFileSync } from 'node:fs';

import { ActionError } from '../errors/error.ts';
import type { LocalFile } from '../files/selection.ts';
import { formatChecksums, checksumsName } from '../files/checksums.ts';
import { writeTempFile } from '../hosts/temporary.ts';
import { isFileAt } from '../storage/folderContents.ts';
import type { StorageClient } from '../storage/client.ts';
import { s3Uri } from '../storage/uri.ts';
import type { Plan } from '../sync/plan.ts';
import { sanitize } from '../text/sanitize.ts';
import { setting } from '../text/wording.ts';

/**
 * Refuses to write `SHA256SUMS` over a user's file of that name, in the upload or in the workspace.
 * @throws ActionError `name-taken`
 */
export async function refuseSums({ puts, base }: Plan, client: StorageClient): Promise<void> {
  const isUploaded = puts.some(({ name }) => name === checksumsName);
  if (!isUploaded && !(await isFileAt(client, `${base}${checksumsName}`))) return;
  const where = isUploaded ? 'is in the upload' : `exists in ${s3Uri(client.location, base)}`;
  const remedy = isUploaded
    ? `Exclude it with a line '!**/${checksumsName}' in ${setting('path')}`
    : `Remove or rename it`;
  throw new ActionError(
    'name-taken',
    `A file '${checksumsName}' ${sanitize(where)}, and ${setting('checksums', 'true')} would overwrite it`,
    { hint: `${remedy}, or set ${setting('checksums', 'false')}. Nothing was uploaded.` },
  );
}

/** Writes `SHA256SUMS` to a temporary file, which is uploaded like the others. */
export function writeSums(tempDir: () => string, sums: ReadonlyMap<string, string>): LocalFile {
  const file = writeTempFile(tempDir(), checksumsName, (name) => writeFileSync(name, formatChecksums(sums)));
  const { size, mtimeMs, dev, ino } = statSync(file);
  return { path: file, name: checksumsName, size, mtimeMs, dev, ino, linked: false };
}
