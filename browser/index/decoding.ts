/**
 * Decodes the bytes of a text file. A byte order mark decides first, then the `charset` of the media type. Text that is not valid UTF-8 is read as
 * windows-1252, which contains Latin-1 (WHATWG Encoding Standard).
 * @param type media type with its parameters
 * @param isCut the last character may be incomplete
 */
export function decoded(bytes: Uint8Array<ArrayBuffer>, type: string, isCut: boolean): string {
  const declared = markedEncoding(bytes) ?? /charset="?([\w.:-]+)/i.exec(type)?.[1];
  const stream = isCut;
  if (declared !== undefined && !/^utf-?8$/i.test(declared)) {
    try {
      return new TextDecoder(declared).decode(bytes, { stream });
    } catch {
      // The browser does not know this encoding.
    }
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream });
  } catch {
    // The action decides by the beginning of a large file, which may be UTF-8 although the rest is not.
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function markedEncoding(bytes: Uint8Array): string | undefined {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
}
