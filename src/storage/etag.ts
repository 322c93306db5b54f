/** An ETag as it is compared: without the quotes that HTTP (RFC 9110, 8.8.3) puts around it, empty where there is none. */
export function plainEtag(etag: string | readonly string[] | undefined): string {
  return String(etag ?? '').replaceAll('"', '');
}
