import { ActionError, causes, messageOf, outOfFiles } from '../errors.ts';
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
  return total <= most ? lines : [...lines, `… and ${(total - most).toLocaleString('en')} more`];
}

/**
 * Ends the step as failed: one line that says what failed, then what to do, then details. Causes are told in the debug log, by their names
 * and messages only, for a cause may hold an answer with a token in it.
 */
export function fail(host: Host, error: unknown): void {
  const hint =
    error instanceof ActionError
      ? error.hint
      : (outOfFiles(error)?.hint ??
        'This is not a failure that was foreseen: please report it with the debug log (secret ACTIONS_STEP_DEBUG = true).');
  const details = error instanceof ActionError ? error.details : [];
  for (const cause of causes(error)) host.log.debug(`Caused by: ${cause.message}`);
  host.fail([messageOf(error), hint ?? '', ...details].filter(Boolean));
}
