import type { ServerResponse } from 'node:http';

/** The response to a call. Handlers return it, or throw it in a {@link ErrorResponse}. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A response with a JSON body. */
export function json(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}

/** A response without a body. The platform sends most 401, 403 and 404 responses so. */
export function empty(status: number, headers: Record<string, string> = {}): Answer {
  return { status, headers };
}

/**
 * A response with RFC 9457 problem details.
 *
 * @param errors validation errors: field → problem
 */
export function problem(
  status: number,
  title: string,
  detail: string,
  instance: string,
  errors?: Readonly<Record<string, readonly string[]>>,
): Answer {
  const type = `https://tools.ietf.org/html/rfc9110#section-15.5.${status - 399}`;
  return {
    status,
    headers: { 'content-type': 'application/problem+json; charset=utf-8' },
    body: JSON.stringify({ type, title, status, detail, instance, errors, traceId: null }),
  };
}

/** Sends a response. */
export function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  response.writeHead(status, { ...headers, 'content-length': length }).end(body);
}

/** An exception that carries a response. */
export class ErrorResponse extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`answered ${answer.status}`);
    this.answer = answer;
  }
}

/** The answer of a handler, also of one that throws {@link ErrorResponse}. Any other error is a 500. */
export function answerOf(handle: () => Answer): Answer {
  try {
    return handle();
  } catch (error) {
    if (error instanceof ErrorResponse) return error.answer;
    return json(500, { message: String(error) });
  }
}
