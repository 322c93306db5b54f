/** A path as S3 signs it: every byte but RFC 3986's unreserved ones and `/` is percent-encoded. */
export function encodedPath(path: string): string {
  if (!/[^\w.~/-]/.test(path)) return path;
  return encodeURI(path).replace(/[;,?:@&=+$#!'()*]/g, percent);
}

/** A part of a query as S3 signs it: every byte but RFC 3986's unreserved ones is percent-encoded. */
export function encodedPart(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, percent);
}

/** A character of ASCII, percent-encoded. */
export function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
