import { createHash } from 'node:crypto';

/** The first line of the comment of a key, which no other comment has. A key cannot end the HTML comment, because it is encoded. */
export function commentMarker(key: string): string {
  return `<!-- upload-to-workspace comment: ${encodedKey(key)} -->`;
}

/** A key encoded for an HTML comment. A long key becomes its SHA-256. */
export function encodedKey(key: string): string {
  const encoded = encodeText(key);
  return encoded.length <= 300 ? encoded : createHash('sha256').update(key).digest('hex');
}

/** Percent-encodes a text for an HTML comment: `-` and `>` as well. */
export function encodeText(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[^A-Za-z0-9%_./]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Decodes {@link encodeText}; undefined if somebody has edited the text. */
export function decodeText(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
