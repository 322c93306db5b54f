import {
  type EtagOf,
  checksumsName,
  isChecksumsName,
  listDigest,
  listDigestHeader,
  maxChecksumsBytes,
  parseChecksums,
} from '../files/checksums.ts';
import type { Log } from '../hosts/host.ts';
import type { ObjectHead } from '../storage/head.ts';
import type { ObjectReader } from '../storage/objectReader.ts';
import { sanitize } from '../text/sanitize.ts';

interface Place {
  /** Prefix of the keys: empty, or ending in `/`. */
  readonly base: string;
  readonly reader: ObjectReader;
  readonly signal: AbortSignal;
}

interface StoredFiles {
  readonly generated: ReadonlyMap<string, ObjectHead>;
  readonly etagOf: EtagOf;
  readonly modifiedOf?: (name: string) => number;
}

/**
 * Reads the generated files SHA256SUMS of a folder and of its subfolders, which other uploads may have written. If no file of a list was replaced or
 * deleted since the upload, all its digests are used. Otherwise, only the digests of files that are older than the list are used. Times are compared
 * by whole seconds. Without `modifiedOf`, no digest of such a list is used.
 * @param generated objects by name relative to the folder
 * @param etagOf the ETag of a stored file by name
 * @param modifiedOf when a file was stored by name, in milliseconds since the epoch
 * @returns SHA-256 in hex by name
 */
export async function readStoredSums(
  log: Pick<Log, 'info'>,
  { generated, etagOf, modifiedOf }: StoredFiles,
  place: Place,
): Promise<ReadonlyMap<string, string>> {
  const current = new Map<string, string>();
  for (const [name, head] of generated) {
    if (!isChecksumsName(name)) continue;
    if (head.size > maxChecksumsBytes) {
      log.info(`${name} is not used, because it is too large`);
      continue;
    }
    const { sums, problems } = parseChecksums(await readText(`${place.base}${name}`, head, place));
    if (problems.length > 0) log.info(`${name} has unusable lines: ${problems.join('; ')}`);
    const folder = name.slice(0, name.length - checksumsName.length);
    const stored = head.headers[listDigestHeader]?.toString();
    if (stored !== undefined && listDigest(sums, (file) => etagOf(`${folder}${file}`)) === stored)
      for (const [file, sum] of sums) current.set(`${folder}${file}`, sum);
    else if (modifiedOf) {
      log.info(
        `${sanitize(name)} does not match all of its files, so it is used only for files that are older than it`,
      );
      const writtenAt = Date.parse(String(head.headers['last-modified'] ?? ''));
      for (const [file, sum] of sums)
        if (modifiedOf(`${folder}${file}`) + 1_000 <= writtenAt) current.set(`${folder}${file}`, sum);
    } else log.info(`${sanitize(name)} is out of date, so its digests are not used`);
  }
  return current;
}

async function readText(key: string, { size, etag }: ObjectHead, { reader, signal }: Place): Promise<string> {
  const buffer = Buffer.alloc(size);
  if (size > 0)
    await reader.read({ source: key, range: undefined, ifMatch: etag, ifNoneMatch: [], buffer, signal });
  return buffer.toString('utf8');
}
