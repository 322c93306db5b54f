import { createHash } from 'node:crypto';

/**
 * What the comment of a key begins with, and no other does. Nothing in a key can end it: what is neither a letter nor a digit is
 * percent-encoded.
 */
export function commentMarker(key: string): string {
  return `<!-- upload-to-workspace comment: ${encodedKey(key)} -->`;
}

/** A key as it can stand in an HTML comment, whatever is in it; a long one by its SHA-256. */
export function encodedKey(key: string): string {
  const encoded = encodeURIComponent(key.toWellFormed()).replace(
    /[^A-Za-z0-9%_./]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return encoded.length <= 300 ? encoded : createHash('sha256').update(key).digest('hex');
}
