import { sanitize } from '../text/sanitize.ts';
import { redact } from '../text/secrets.ts';
import type { Text } from './host.ts';

/**
 * The lines of a text, safe to print: without secrets, and without characters that a terminal or runner could interpret. Every host prints
 * through this function.
 */
export function outputLines(text: Text): string[] {
  return [text].flat().map((line) => sanitize(redact(line)));
}
