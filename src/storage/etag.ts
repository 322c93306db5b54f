import { hash } from 'node:crypto';

/**
 * An ETag as the storage takes it back: without the quotes that HTTP (RFC 9110, 8.8.3) puts around it, and the `W/` that a proxy puts before it
 * where it compresses answers. Empty where there is none.
 */
export function opaqueEtag(etag: string | readonly string[] | undefined): string {
  return String(etag ?? '')
    .replace(/^\s*W\//, '')
    .replaceAll('"', '')
    .trim();
}

/** An ETag as it is compared: {@link opaqueEtag}, and the digits of an MD5 in lower case, as some servers write them in upper case. */
export function plainEtag(etag: string | readonly string[] | undefined): string {
  const opaque = opaqueEtag(etag);
  return isDigest(opaque) ? opaque.toLowerCase() : opaque;
}

/** Whether an ETag looks like that of a content: an MD5, or that of parts. */
export function isDigest(etag: string): boolean {
  return /^[0-9a-f]{32}(?:-\d+)?$/i.test(etag);
}

/** The ETag of an object that was put together from parts: the MD5 of their MD5s. */
export function multipartEtag(partEtags: readonly string[]): string {
  return `${hash('md5', Buffer.from(partEtags.join(''), 'hex'))}-${partEtags.length}`;
}
