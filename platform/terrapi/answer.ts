import type { ServerResponse } from 'node:http';

/** What a call is answered; a call that is refused may as well throw it. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer with a JSON body. */
export function json(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}

/** An answer without a body: what the platform says to 401, 403 and 404 in most places. */
export function empty(status: number, headers: Record<string, string> = {}): Answer {
  return { status, headers };
}

/**
 * An RFC 9457 answer.
 *
 * @param errors for validation: field → what is wrong with it
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

/** Sends an answer and ends the response. */
export function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  response.writeHead(status, { ...headers, 'content-length': length }).end(body);
}

/** Carries an answer out of whatever found that it has to be given. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`answered ${answer.status}`);
    this.answer = answer;
  }
}
