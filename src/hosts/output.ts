import { sanitize } from '../text/sanitize.ts';
import { redact } from '../text/secrets.ts';
import type { Text } from './host.ts';

/**
 * The door through which all text leaves that a host prints: line by line, without secrets, and without anything that a terminal or a runner
 * would take for more than text.
 */
export function printed(text: Text): string[] {
  return [text].flat().map((line) => sanitize(redact(line)));
}
