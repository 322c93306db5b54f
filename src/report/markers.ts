import { createHash } from 'node:crypto';

/** The first line of the comment with this key. The key is encoded, so that it cannot close the HTML comment. */
export function commentMarker(key: string): string {
  return `<!-- upload-to-workspace comment: ${encodedKey(key)} -->`;
}

/** A key in a form that is safe in an HTML comment: percent-encoded, or as SHA-256 if that is longer than 300 characters. */
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
