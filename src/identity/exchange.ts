import * as oidc from 'openid-client';

import { actionErrorIn, causes } from '../errors.ts';
import { isFinal, isNetworkError } from '../failures.ts';
import { isLoopback } from '../loopback.ts';
import { type RetryPolicy, type Verdict, retryAfter } from '../retry.ts';

/** How often and how long an issuer that is in trouble is asked. */
export const policy: RetryPolicy = { tries: 3, baseMs: 300, maxMs: 2_000, budgetMs: 3_000 };

/** Plain http is for an issuer on this very machine alone; the inputs have seen to that for others. */
export function extensions({ hostname }: URL): ((config: oidc.Configuration) => void)[] {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so to make it stand out, not to be removed
  return isLoopback(hostname) ? [oidc.allowInsecureRequests] : [];
}

/**
 * Masks what the token endpoint hands out as it comes in, before the library or an error of its own can hold it. A challenge is taken out of
 * the answer: for the library it would stand before the error in the body, which says more (RFC 6749, 5.2).
 */
export function maskingFetch(
  fetch: typeof globalThis.fetch,
  mask: (secret: string) => void,
): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const text = await response.text();
    for (const token of tokensIn(text)) mask(token);
    const headers = new Headers(response.headers);
    headers.delete('www-authenticate');
    return new Response(text.length > 0 ? text : null, { status: response.status, headers });
  };
}

/** Every token in an answer, read as the library will read it; in one that is not whole, those that are. */
function tokensIn(answer: string): string[] {
  const tokens: string[] = [];
  const add = (name: string, value: unknown) => {
    if (/token$/i.test(name) && typeof value === 'string' && value !== '') tokens.push(value);
    return value;
  };
  try {
    JSON.parse(answer, add);
  } catch {
    for (const [, token = ''] of answer.matchAll(
      /_token"\s*:\s*("(?:[^"\\\u0000-\u001f]|\\["\\/bfnrt]|\\u[0-9a-f]{4})+")/gi,
    ))
      add('token', JSON.parse(token));
  }
  return tokens;
}

/** The answer that the library's error is about. */
export function answerOf(error: unknown): Response | undefined {
  for (const cause of causes(error)) {
    if ('response' in cause && cause.response instanceof Response) return cause.response;
    if (cause.cause instanceof Response) return cause.cause;
  }
  return undefined;
}

/** @param now milliseconds since the epoch, by the servers' clock */
export function judge(error: unknown, now: number): Verdict {
  // Explained already, and tried again where that could help: such as a token service that gives no token.
  if (actionErrorIn(error)) return 'fail';
  if (isFinal(error)) return 'fail';
  if (isNetworkError(error)) return 'retry';
  const answer = answerOf(error);
  return answer ? judgeAnswer(answer, now) : 'fail';
}

/** Whether to ask again after an answer that was not the one wanted: when it says that the server is in trouble, or asked too often. */
export function judgeAnswer({ status, headers }: Pick<Response, 'status' | 'headers'>, now: number): Verdict {
  if (status !== 429 && status < 500) return 'fail';
  const afterMs = retryAfter(headers.get('retry-after'), now);
  return afterMs === undefined ? 'retry' : { afterMs };
}
