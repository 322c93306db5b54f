import type { WalkedFile } from '../files/walk.ts';
import { normalizeEtag } from '../storage/etag.ts';
import type { Get } from '../sync/downloads.ts';
import { hasPartsEtag } from './contentCheck.ts';
import type { Digest } from './digest.ts';
import { openHasher } from './hasher.ts';
import { expectedDigest, hasOwnParts, partSizesFor } from './objectDigest.ts';
import { partsOf } from './partSize.ts';
import { openRangePool } from './rangePool.ts';
import { defaultHashThreads } from './resourceLimits.ts';

/** An object, and the file that exists under its name with the same size. */
export interface Candidate {
  readonly get: Get;
  readonly file: WalkedFile;
}

export interface Comparison {
  /** Objects whose file has the same content. */
  readonly same: ReadonlySet<Get>;
  /** ETags that the object has if it is the existing file, for objects of which no digest is known. The storage compares them. */
  readonly etags: ReadonlyMap<Get, string>;
}

/**
 * Compares existing files with objects of the same size.
 * @throws ActionError `file-unreadable` or `file-changed`, or the reason of the signal
 */
export async function compareExisting(
  candidates: readonly Candidate[],
  signal: AbortSignal,
): Promise<Comparison> {
  const same = new Set<Get>();
  const etags = new Map<Get, string>();
  if (candidates.length === 0) return { same, etags };
  const sha256Wanted = candidates.some(({ get }) => get.sha256 !== undefined);
  const options = { sha256Wanted, partSize: undefined, threads: defaultHashThreads(), signal };
  const hasher = openHasher(options);
  try {
    const digests = await hasher.digests(candidates.map(({ file }) => file));
    for (const [index, { get }] of candidates.entries()) {
      const digest = digests[index];
      if (!digest) continue;
      if (get.sha256 === undefined && get.etag === undefined) etags.set(get, digest.etag);
      else if (isSame(get, digest)) same.add(get);
    }
  } finally {
    await hasher.close();
  }
  for (const get of await sameByOtherParts(candidates, same)) same.add(get);
  return { same, etags };
}

function isSame({ sha256, etag }: Get, digest: Digest): boolean {
  return sha256 === undefined ? normalizeEtag(etag) === digest.etag : sha256.toLowerCase() === digest.sha256;
}

/** Objects that another client uploaded, in parts of another size. */
async function sameByOtherParts(
  candidates: readonly Candidate[],
  same: ReadonlySet<Get>,
): Promise<readonly Get[]> {
  const pool = openRangePool(defaultHashThreads());
  try {
    const found: Get[] = [];
    for (const { get, file } of candidates) {
      const expected = same.has(get) ? undefined : expectedDigest(get, get.etag ?? '', {});
      if (expected?.kind !== 'parts' || hasOwnParts(partsOf(get.size).length, expected)) continue;
      const sizes = partSizesFor(get.size, expected.count).slice(0, mostPartSizes);
      if (await hasPartsEtag(file, expected.etag, sizes, pool)) found.push(get);
    }
    return found;
  } finally {
    await pool.close();
  }
}

/** Part sizes to try: each reads the whole file. */
const mostPartSizes = 4;
