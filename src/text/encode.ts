/** Percent-encodes a path as SigV4 requires: every byte except `/` and the unreserved characters of RFC 3986. */
export function encodedPath(path: string): string {
  if (!/[^\w.~/-]/.test(path)) return path;
  return encodeURI(path).replace(/[;,?:@&=+$#!'()*]/g, percent);
}

/** Percent-encodes a query name or value as SigV4 requires: every byte except the unreserved characters of RFC 3986. */
export function encodedPart(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, percent);
}

/** Percent-encodes one ASCII character. */
export function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** Decodes percent-encoded UTF-8. Invalid percent-encoding stays unchanged. */
export function percentDecoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => {
    try {
      return decodeURIComponent(bytes);
    } catch {
      return bytes;
    }
  });
}
