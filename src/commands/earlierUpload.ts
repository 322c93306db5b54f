import type { UploadInputs } from '../config/upload.ts';
import { messageOf } from '../errors/error.ts';
import type { Log } from '../hosts/host.ts';
import type { Manifest, PublishedFile } from '../links/manifest.ts';
import type { StorageClient } from '../storage/client.ts';
import type { EarlierUpload, UploadedFile } from '../sync/uploadChanges.ts';
import type { ComparedPlan } from './compare.ts';
import type { PageNames } from './generatedPages.ts';

/** Files of the largest upload whose ETags are kept in memory for the comparison. */
export const mostCompared = 25_000;

/**
 * Starts to read the index page of the previous upload, if there is one. The page is read while the files are compared and uploaded.
 * @returns resolves to undefined if there is no such page, or if it cannot be read
 */
export async function openEarlierUpload(
  log: Pick<Log, 'debug'>,
  { index, earlier }: PageNames,
  client: StorageClient,
  base: string,
  signal: AbortSignal,
): Promise<EarlierUpload | undefined> {
  if (index === undefined || !earlier) return undefined;
  try {
    const { readEarlierUpload } = await import('../links/earlierPage.ts');
    return await readEarlierUpload(client, `${base}${index}`, earlier, signal);
  } catch (error) {
    log.debug(`Could not compare with the previous upload: ${messageOf(error)}`);
    return undefined;
  }
}

/** Adds to a manifest what changed since the previous upload. */
export async function withChanges(
  manifest: Manifest,
  before: Promise<EarlierUpload | undefined>,
  { overwrite }: Pick<UploadInputs, 'overwrite'>,
  { remote }: Pick<ComparedPlan, 'remote'>,
): Promise<Manifest> {
  const earlier = await before;
  if (!earlier) return manifest;
  const { compareUploads, etagPrint } = await import('../sync/uploadChanges.ts');
  const compared = ({ name, key, size, sha256, etag, status }: PublishedFile): UploadedFile => {
    // Without a comparison, every file is uploaded.
    const isDifferent = overwrite !== 'always' && remote?.has(key) === true;
    const comparison = status === 'unchanged' ? 'same' : isDifferent ? 'different' : undefined;
    // A comparison that says `same` decides, see `compareUploads`.
    const print = comparison === 'same' ? undefined : etagPrint(etag);
    return { name, size, sha256, print, comparison };
  };
  return { ...manifest, changes: compareUploads(earlier, Iterator.from(manifest.files()).map(compared)) };
}
