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

/** SHA-256 of stored files, from the files SHA256SUMS that uploads generated. */
export interface StoredSums {
  /**
   * The SHA-256 of a file in hex; undefined if unknown.
   * @param modified milliseconds since the epoch, by the storage's clock
   */
  readonly of: (name: string, modified: number) => string | undefined;
  /**
   * SHA-256 in hex by name, of the lists that match their files exactly: since the upload, none of the files in SHA256SUMS was replaced or deleted.
   * A time cannot show this, e.g. if two uploads run at the same time.
   * @param etagOf the ETag of a stored file by name
   */
  readonly current: (etagOf: EtagOf) => ReadonlyMap<string, string>;
}

/** A generated file SHA256SUMS. */
interface StoredList {
  /** Empty, or ending in `/`. */
  readonly folder: string;
  readonly sums: ReadonlyMap<string, string>;
  /** See {@link listDigest}; undefined if the upload stored none. */
  readonly digest: string | undefined;
}

interface Place {
  /** Prefix of the keys: empty, or ending in `/`. */
  readonly base: string;
  readonly reader: ObjectReader;
  readonly signal: AbortSignal;
}

/**
 * Reads the generated files SHA256SUMS of a folder and of its subfolders, which other uploads may have written. An upload writes SHA256SUMS last, so
 * it says nothing about files that are newer.
 * @param generated objects by name relative to the folder
 */
export async function readStoredSums(
  log: Pick<Log, 'info'>,
  generated: ReadonlyMap<string, ObjectHead>,
  { base, reader, signal }: Place,
): Promise<StoredSums> {
  const names = [...generated.keys()].filter(isChecksumsName);
  const lists: StoredList[] = [];
  const all = new Map<string, { readonly sum: string; readonly writtenAt: number }>();
  for (const name of names) {
    const head = generated.get(name);
    if (head === undefined) continue;
    if (head.size > maxChecksumsBytes) {
      log.info(`${name} is not used, because it is too large`);
      continue;
    }
    const text = await readText(`${base}${name}`, head, reader, signal);
    const { sums, problems } = parseChecksums(text);
    if (problems.length > 0) log.info(`${name} has unusable lines: ${problems.join('; ')}`);
    const folder = name.slice(0, name.length - checksumsName.length);
    const writtenAt = Date.parse(String(head.headers['last-modified'] ?? ''));
    const digest = head.headers[listDigestHeader]?.toString();
    lists.push({ folder, sums, digest });
    for (const [file, sum] of sums) all.set(`${folder}${file}`, { sum, writtenAt });
  }
  return {
    of: (name, modified) => {
      const found = all.get(name);
      // The storage may give no dates.
      return found !== undefined && !(modified > found.writtenAt + 999) ? found.sum : undefined;
    },
    current: (etagOf) => currentSums(log, lists, etagOf),
  };
}

function currentSums(
  log: Pick<Log, 'info'>,
  lists: readonly StoredList[],
  etagOf: EtagOf,
): ReadonlyMap<string, string> {
  const current = new Map<string, string>();
  for (const { folder, sums, digest } of lists) {
    if (digest !== undefined && listDigest(sums, (name) => etagOf(`${folder}${name}`)) === digest)
      for (const [name, sum] of sums) current.set(`${folder}${name}`, sum);
    else log.info(`${sanitize(folder)}${checksumsName} is out of date, so its digests are not shown`);
  }
  return current;
}

async function readText(
  key: string,
  { size, etag }: ObjectHead,
  reader: ObjectReader,
  signal: AbortSignal,
): Promise<string> {
  const buffer = Buffer.alloc(size);
  if (size > 0)
    await reader.read({ source: key, range: undefined, ifMatch: etag, ifNoneMatch: [], buffer, signal });
  return buffer.toString('utf8');
}
