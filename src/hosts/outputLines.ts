import { type MessageCode, helpLine } from '../errors/codes.ts';
import { sanitize } from '../text/sanitize.ts';
import { redact } from '../text/secrets.ts';
import type { Log, Text } from './host.ts';

/**
 * The lines of a text, safe to print: without secrets, and without characters that a terminal or runner could interpret. Every host prints
 * through this function.
 */
export function outputLines(text: Text): string[] {
  return [text].flat().map((line) => sanitize(redact(line)));
}

/** A warning with the line that names its entry in docs/troubleshooting.md. */
export function withHelp(code: MessageCode, text: Text): string[] {
  return [...[text].flat(), helpLine(code)];
}

/** Completes a log whose groups have a start and an end. */
export function withGroups(log: Omit<Log, 'group'>): Log {
  return {
    ...log,
    group: (title, lines) => {
      if (lines.length === 0) {
        log.info(title);
        return;
      }
      const end = log.openGroup(title);
      log.info(lines);
      end();
    },
  };
}
