import type { MessageCode } from './codes.ts';
import { inputs, wording } from '../text/wording.ts';

interface Explanation {
  /** What the reader can do, in one or more sentences. */
  readonly hint?: string | undefined;
  /** Lines shown below the message. */
  readonly details?: readonly string[] | undefined;
  readonly cause?: unknown;
}

/**
 * An error that the user can understand and fix. The message is one line: what failed, where and why. It never contains a secret.
 */
export class ActionError extends Error {
  override readonly name = 'ActionError';
  readonly code: MessageCode;
  readonly hint: string | undefined;
  readonly details: readonly string[];

  constructor(code: MessageCode, message: string, { hint, details = [], cause }: Explanation = {}) {
    super(message, { cause });
    this.code = code;
    this.hint = hint;
    this.details = details;
  }
}

/** Problems as lines of detail. Beyond `limit`, one line counts the rest. */
export function detailLines(problems: readonly string[], limit = 50): string[] {
  const lines = problems.slice(0, limit).map((problem) => `- ${problem}`);
  return problems.length > limit ? [...lines, `- … and ${problems.length - limit} more`] : lines;
}

/** Whether a value is an error. Under Jest, Node's own errors come from another realm, where `instanceof` fails. */
export function isError(value: unknown): value is Error {
  return (
    value instanceof Error ||
    /^\[object (?:Error|DOMException)\]$/.test(Object.prototype.toString.call(value))
  );
}

/** The error and its causes, outermost first, at most eight levels deep. */
export function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let next = error; isError(next) && chain.length < 8; next = next.cause) {
    chain.push(next);
    if ('errors' in next && Array.isArray(next.errors))
      chain.push(...next.errors.filter((inner) => isError(inner)));
  }
  return chain;
}

/** The first ActionError among an error and its causes. */
export function actionErrorIn(error: unknown): ActionError | undefined {
  return causes(error).find((cause) => cause instanceof ActionError);
}

/** The first `code` among an error and its causes, e.g. `ECONNREFUSED`. */
export function systemCode(error: unknown): string | undefined {
  for (const cause of causes(error)) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code;
  }
  return undefined;
}

/**
 * Explains an error that was caused by the limit of open files; undefined for any other error. Files, folders, connections and threads
 * all count towards this limit.
 */
export function openFileLimit(
  error: unknown,
): { readonly reason: string; readonly hint: string } | undefined {
  const isOut = causes(error).some(
    (cause) =>
      'code' in cause &&
      (cause.code === 'EMFILE' ||
        cause.code === 'ENFILE' ||
        (cause.code === 'ERR_WORKER_INIT_FAILED' && /E[MN]FILE/.test(cause.message))),
  );
  return isOut ? openFileLimitReached() : undefined;
}

const openFileLimitReached = () => ({
  reason: 'too many files and connections are open at once',
  hint: `Raise the limit of open files on ${wording().machine} ('ulimit -n'), or lower ${inputs('concurrency')}, e.g. to 8.`,
});

/**
 * The message of an error, or a thrown value as text. It leaves out what a JSON parser quotes, because that may be a part of a secret.
 */
export function messageOf(error: unknown): string {
  if (!isError(error)) return String(error);
  return error.message.endsWith(' is not valid JSON') ? 'this is not valid JSON' : error.message;
}
