import type { Manifest } from '../links/manifest.ts';
import type { Digest } from '../transfer/digest.ts';
import type { ComparedPlan } from './compare.ts';

/**
 * The files below the destination once all of a plan is stored.
 * @param sent digests of the files that were sent, by key, where they are known
 */
export function manifestOf(
  { title, workspace, destination }: Pick<Manifest, 'title' | 'workspace' | 'destination'>,
  s3Uri: string,
  { puts, totalBytes, unchanged, sums, remote }: ComparedPlan,
  sent: ReadonlyMap<string, Digest> = new Map(),
): Manifest {
  const same = new Set(unchanged);
  return {
    title,
    workspace,
    destination,
    s3Uri,
    fileCount: puts.length,
    totalBytes,
    files: function* () {
      for (const put of puts) {
        const { name, key, contentType, file } = put;
        const status = same.has(put) ? 'unchanged' : 'uploaded';
        const digest = sent.get(key);
        const etag = digest?.etag ?? (status === 'unchanged' ? remote?.get(key)?.etag : undefined);
        const sha256 = sums.get(name) ?? digest?.sha256;
        yield { name, key, size: file.size, contentType, etag, sha256, status };
      }
    },
  };
}
