import type { MessageCode } from './codes.ts';

interface Explanation {
  /** What to do next, one or more sentences. */
  readonly hint?: string | undefined;
  /** Lines of detail shown below the message. */
  readonly details?: readonly string[] | undefined;
  readonly cause?: unknown;
}

/**
 * A failure that a user can understand and mend. The message is one line that says what failed, where and why; `hint` says what to
 * do next. It never holds a secret.
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

/** At most `most` problems as lines of detail, and a line that says how many there are beside. */
export function detailLines(problems: readonly string[], most = 50): string[] {
  const lines = problems.slice(0, most).map((problem) => `- ${problem}`);
  return problems.length > most ? [...lines, `- … and ${problems.length - most} more`] : lines;
}

/** Whether something is an error. Not `instanceof` alone: Node's own errors come from another realm where a program runs in one of its own, as tests do. */
export function isError(value: unknown): value is Error {
  return (
    value instanceof Error ||
    /^\[object (?:Error|DOMException)\]$/.test(Object.prototype.toString.call(value))
  );
}

/** The error and all that caused it, outermost first; ends at a cause that is no error, or after eight. */
export function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let next = error; isError(next) && chain.length < 8; next = next.cause) {
    chain.push(next);
    if ('errors' in next && Array.isArray(next.errors))
      chain.push(...next.errors.filter((inner) => isError(inner)));
  }
  return chain;
}

/** The failure among the causes that was explained already. */
export function actionErrorIn(error: unknown): ActionError | undefined {
  return causes(error).find((cause) => cause instanceof ActionError);
}

/** The first `code` found along the causes, e.g. `ECONNREFUSED`; undefined where there is none. */
export function systemCode(error: unknown): string | undefined {
  for (const cause of causes(error)) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code;
  }
  return undefined;
}

/**
 * Why nothing more can be opened, and what to do about it; undefined for an error that is about something else. Files, folders,
 * connections and threads all count towards the same limit.
 */
export function outOfFiles(error: unknown): { readonly reason: string; readonly hint: string } | undefined {
  const isOut = causes(error).some(
    (cause) =>
      'code' in cause &&
      (cause.code === 'EMFILE' ||
        cause.code === 'ENFILE' ||
        (cause.code === 'ERR_WORKER_INIT_FAILED' && /E[MN]FILE/.test(cause.message))),
  );
  return isOut ? tooMany : undefined;
}

const tooMany = {
  reason: 'too many files and connections are open at once',
  hint: `Raise the limit of open files where the job runs ('ulimit -n'), or have fewer requests at once by input 'concurrency', e.g. 8.`,
};

/**
 * The message of an error, or the thing itself as text when something else was thrown. What a JSON parser quotes is left out: it is cut out of
 * the text, so that half a secret may be in it.
 */
export function messageOf(error: unknown): string {
  if (!isError(error)) return String(error);
  return error.message.endsWith(' is not valid JSON') ? 'this is not valid JSON' : error.message;
}
