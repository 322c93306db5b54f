import { formatCount } from '../text/format.ts';
import { ActionError, causes, isError, messageOf, outOfFiles } from '../errors/error.ts';
import type { Host } from '../hosts/host.ts';

/** Lines for the first of many items, and one that says how many there are beside. */
export function firstOf<T>(items: readonly T[], most: number, line: (item: T) => string): string[] {
  return firstAmong(items, items.length, most, line);
}

/** As {@link firstOf}, where items are made as they are asked for and only their number is known. */
export function firstAmong<T>(
  items: Iterable<T>,
  total: number,
  most: number,
  line: (item: T) => string,
): string[] {
  const lines = [...Iterator.from(items).take(most).map(line)];
  return total <= most ? lines : [...lines, `… and ${formatCount(total - most)} more`];
}

/**
 * Ends the step as failed: one line that says what failed, then what to do, then details. Causes are told in the debug log, by their names
 * and messages only, for a cause may hold an answer with a token in it.
 */
export function fail(host: Host, error: unknown): void {
  for (const cause of causes(error)) host.log.debug(`Caused by: ${messageOf(cause)}`);
  if (error instanceof ActionError) {
    const { message, hint = '', details } = error;
    host.fail([message, hint, ...details].filter(Boolean));
    return;
  }
  host.log.debug(framesOf(error));
  const out = outOfFiles(error);
  host.fail([
    `Unexpected error: ${messageOf(error)}`,
    out?.hint ?? `Please report it with the debug log: ${host.hints.debugLog}.`,
  ]);
}

/** Where in the program an error comes from. Not the stack as it is: the message is at its beginning. */
function framesOf(error: unknown): string[] {
  const stack = isError(error) ? (error.stack ?? '') : '';
  return stack.split('\n').filter((line) => /^\s+at /.test(line));
}
