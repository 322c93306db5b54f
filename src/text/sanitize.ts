import { redact } from './secrets.ts';
import { unprintable } from './unprintable.ts';

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * Makes untrusted text (a file name, a workspace name, a server's message) safe for a log line. It escapes control characters, direction
 * marks, and workflow commands: `::name::` at the start of a line and `##[name]` anywhere.
 */
export function sanitize(text: string): string {
  return text
    .replace(unprintable, escape)
    .replace(/^(\s*):(?=:)/, '$1\\u003a')
    .replaceAll('##[', '#\\u0023[');
}

/**
 * Redacts, sanitizes and shortens a text to at most `length` characters. It redacts before it cuts, because {@link redact} does not
 * recognize half a secret.
 */
export function excerpt(text: string, length = 300): string {
  const line = sanitize(redact(text.trim()));
  // Do not cut a surrogate pair in half.
  return line.length <= length ? line : `${line.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
