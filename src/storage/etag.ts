import { hash } from 'node:crypto';

/** An ETag as it is compared: without the quotes that HTTP (RFC 9110, 8.8.3) puts around it, empty where there is none. */
export function plainEtag(etag: string | readonly string[] | undefined): string {
  return String(etag ?? '').replaceAll('"', '');
}

/** The ETag of an object that was put together from parts: the MD5 of their MD5s. */
export function multipartEtag(partEtags: readonly string[]): string {
  return `${hash('md5', Buffer.from(partEtags.join(''), 'hex'))}-${partEtags.length}`;
}
