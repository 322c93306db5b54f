import { formatCount } from '../text/format.ts';
import { helpLine } from '../errors/codes.ts';
import { ActionError, causes, isError, messageOf, openFileLimit } from '../errors/error.ts';
import type { Hints, Host, Log } from '../hosts/host.ts';

/** A line for each of the first items, and one with the number of the others. */
export function firstOf<T>(items: readonly T[], most: number, line: (item: T) => string): string[] {
  return firstAmong(items, items.length, most, line);
}

/** Like {@link firstOf}, for items that are generated one by one and whose number is known. */
export function firstAmong<T>(
  items: Iterable<T>,
  total: number,
  most: number,
  line: (item: T) => string,
): string[] {
  const lines = [...Iterator.from(items).take(most).map(line)];
  return total <= most ? lines : [...lines, `… and ${formatCount(total - most)} more`];
}

/** The parts of a host that report a failure. */
export interface FailingHost extends Pick<Host, 'fail'> {
  readonly log: Pick<Log, 'debug'>;
  readonly hints: Pick<Hints, 'debugLog'>;
}

/**
 * Fails the step. The first line says what failed; then come the hint, the details, and the address of the entry in
 * docs/troubleshooting.md. The debug log lists names and messages of the causes only, because a cause may contain an answer with a token.
 */
export function fail(host: FailingHost, error: unknown): void {
  for (const cause of causes(error)) host.log.debug(`Caused by: ${messageOf(cause)}`);
  if (error instanceof ActionError) {
    const { code, message, hint = '', details } = error;
    host.fail([...[message, hint, ...details].filter(Boolean), helpLine(code)], code);
    return;
  }
  host.log.debug(stackFrames(error));
  const out = openFileLimit(error);
  const code = out ? 'too-many-open-files' : 'unexpected';
  host.fail(
    [
      `Unexpected error: ${messageOf(error)}`,
      out?.hint ?? `Please report it with the debug log: ${host.hints.debugLog}.`,
      helpLine(code),
    ],
    code,
  );
}

/** The stack without its first lines, which repeat the message. */
function stackFrames(error: unknown): string[] {
  const stack = isError(error) ? (error.stack ?? '') : '';
  return stack.split('\n').filter((line) => /^\s+at /.test(line));
}
