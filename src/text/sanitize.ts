import { redact } from './secrets.ts';
import { unprintable } from './unprintable.ts';

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * A name from outside (a file, a workspace, a server's message) as text that can stand in a log line: control characters and direction
 * marks are escaped, and nothing in it is taken for a workflow command (`::name::` at the start of a line, `##[name]` anywhere).
 */
export function printable(text: string): string {
  return text
    .replace(unprintable, escape)
    .replace(/^(\s*):(?=:)/, '$1\\u003a')
    .replaceAll('##[', '#\\u0023[');
}

/** As {@link printable}, without secrets, at most `length` characters long: half a secret would not be known for one any more. */
export function excerpt(text: string, length = 300): string {
  const line = printable(redact(text.trim()));
  // A cut through a surrogate pair would leave half a character.
  return line.length <= length ? line : `${line.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
