import { isMd5Etag, normalizeEtag } from '../storage/etag.ts';
import { isEncrypted } from '../storage/storedCheck.ts';
import type { Get } from '../sync/downloads.ts';
import type { WireResponse } from '../storage/wire.ts';

/** What the content of an object must have. */
export type ExpectedDigest =
  | { readonly kind: 'sha256' | 'md5'; readonly digest: string }
  /** A multipart ETag. It depends on the size of the parts. */
  | { readonly kind: 'parts'; readonly etag: string; readonly count: number };

/**
 * The digest with which the content of an object is compared. SHA-256 has priority, because it does not depend on how the object was uploaded.
 * @param etag of the response
 * @param headers of the response; the ETag of an encrypted object is no digest
 * @returns undefined if only the size is known
 */
export function expectedDigest(
  { sha256 }: Pick<Get, 'sha256'>,
  etag: string,
  headers: WireResponse['headers'],
): ExpectedDigest | undefined {
  if (sha256 !== undefined) return { kind: 'sha256', digest: sha256.toLowerCase() };
  if (!isMd5Etag(etag) || isEncrypted({ headers })) return undefined;
  const normal = normalizeEtag(etag);
  const [digest = '', count] = normal.split('-');
  return count === undefined
    ? { kind: 'md5', digest }
    : { kind: 'parts', etag: normal, count: Number(count) };
}

/** Whether an object was uploaded in so many parts. */
export function hasOwnParts(parts: number, expected: ExpectedDigest | undefined): boolean {
  return expected?.kind === 'parts' && parts === expected.count;
}

const MiB = 1024 ** 2;

/** Part sizes of common clients: aws-cli 8 MiB, rclone 5 MiB, s5cmd 50 MiB, mc multiples of 16 MiB, and what users set. */
const commonSizes = [
  ...[16, 8, 5, 50, 64, 10, 15, 20, 25, 32, 100, 128, 256, 512, 1024].map((size) => size * MiB),
  ...[5e6, 8e6, 10e6, 16e6, 64e6, 100e6],
];
const mostCandidates = 32;

/** The part sizes in bytes with which an object of this size may have so many parts, the likely ones first. Other sizes are possible. */
export function partSizesFor(size: number, count: number): number[] {
  const first = Math.ceil(size / count / MiB);
  const whole = Array.from({ length: mostCandidates }, (_, index) => (first + index) * MiB);
  const fitting = [...commonSizes, ...whole].filter((part) => Math.ceil(size / part) === count);
  return [...new Set(fitting)].slice(0, mostCandidates);
}
