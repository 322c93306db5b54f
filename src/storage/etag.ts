import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * An ETag without its quotes (RFC 9110, 8.8.3), and without the `W/` that a compressing proxy adds. Empty if there is none. Requests to
 * the storage use this form.
 */
export function unquoteEtag(etag: string | readonly string[] | undefined): string {
  // Most ETags have this form, and a run reads thousands of them.
  if (typeof etag === 'string' && /^"[0-9a-f]+"$/.test(etag)) return etag.slice(1, -1);
  return String(etag ?? '')
    .replace(/^\s*W\//, '')
    .replaceAll('"', '')
    .trim();
}

/** An ETag for comparison: {@link unquoteEtag}, with an MD5 in lower case, because some servers send upper case. */
export function normalizeEtag(etag: string | readonly string[] | undefined): string {
  const opaque = unquoteEtag(etag);
  return isMd5Etag(opaque) ? opaque.toLowerCase() : opaque;
}

/** Whether an ETag has the form of an MD5, or of a multipart ETag. */
export function isMd5Etag(etag: string): boolean {
  return /^[0-9a-f]{32}(?:-\d+)?$/i.test(etag);
}

/** The ETag of a multipart object: the MD5 of the MD5s of its parts, and their number. */
export function multipartEtag(partEtags: readonly string[]): string {
  return `${hash('md5', Buffer.from(partEtags.join(''), 'hex'))}-${partEtags.length}`;
}

/**
 * The checksum of a multipart object (S3 API, "Checking object integrity", COMPOSITE): the CRC-32 of the CRC-32 of its parts in Base64, and their
 * number.
 * @param parts CRC-32 of the parts, in hex with 8 digits
 */
export function compositeCrc32(parts: readonly string[]): string {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(Buffer.from(parts.join(''), 'hex')));
  return `${sum.toString('base64')}-${parts.length}`;
}
