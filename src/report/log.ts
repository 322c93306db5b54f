import * as core from '@actions/core';

import { ActionError, causes, messageOf } from '../errors.ts';
import { printable } from '../printable.ts';

/** A group of lines in the job's log, closed by default: its title tells the story, its lines the detail. */
export function logGroup(title: string, lines: readonly string[]): void {
  core.startGroup(printable(title));
  for (const line of lines) core.info(printable(line));
  core.endGroup();
}

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
export function fail(error: unknown): void {
  const hint =
    error instanceof ActionError
      ? error.hint
      : 'This is not a failure that was foreseen: please report it with the debug log (secret ACTIONS_STEP_DEBUG = true).';
  const details = error instanceof ActionError ? error.details : [];
  for (const cause of causes(error)) core.debug(printable(`Caused by: ${cause.message}`));
  core.setFailed([messageOf(error), hint, ...details].filter(Boolean).join('\n'));
}
