import type { Manifest } from '../links/manifest.ts';
import { checksumsBelow } from '../files/checksums.ts';
import type { ComparedPlan } from './compare.ts';

/** What is known about uploaded files only after their upload, by key. */
export interface SentFiles {
  /** Those that are known. */
  readonly etags: ReadonlyMap<string, string>;
  /** Content types that differ from the plan. */
  readonly types: ReadonlyMap<string, string>;
  /** SHA-256 in hex, of those whose digest costs nothing. */
  readonly sums: ReadonlyMap<string, string>;
}

/**
 * The files below the destination once all of a plan is stored.
 */
export function manifestOf(
  { title, workspace, destination }: Pick<Manifest, 'title' | 'workspace' | 'destination'>,
  s3Uri: string,
  { base, puts, totalBytes, unchanged, sums, remote, checksumsFile }: ComparedPlan,
  sent: SentFiles = { etags: new Map(), types: new Map(), sums: new Map() },
): Manifest {
  const same = new Set(unchanged);
  return {
    title,
    workspace,
    destination,
    s3Uri,
    fileCount: puts.length,
    totalBytes,
    checksums: checksumsFile === undefined ? undefined : checksumsBelow(base),
    files: function* () {
      for (const put of puts) {
        const { name, key, file } = put;
        const contentType = sent.types.get(key) ?? put.contentType;
        const status = same.has(put) ? 'unchanged' : 'uploaded';
        const etag = sent.etags.get(key) ?? (status === 'unchanged' ? remote?.get(key)?.etag : undefined);
        const sha256 = sums.get(name) ?? sent.sums.get(key);
        yield { name, key, size: file.size, contentType, etag, sha256, status };
      }
    },
  };
}
