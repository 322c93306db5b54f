import * as oidc from 'openid-client';

import { actionErrorIn, causes } from '../errors.ts';
import { isFinal, isNetworkError } from '../failures.ts';
import type { Transport } from '../http/transport.ts';
import { type RetryPolicy, type Verdict, retryAfter } from '../retry.ts';

/** How often and how long an issuer that is in trouble is asked. */
export const policy: RetryPolicy = { tries: 3, baseMs: 300, maxMs: 2_000, budgetMs: 3_000 };

/** The library refuses plain http of itself; which URLs may be plain http is decided by `urlFault`. */
export function extensions({
  plainHttp,
}: Pick<Transport, 'plainHttp'>): ((config: oidc.Configuration) => void)[] {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so to make it stand out, not to be removed
  return plainHttp ? [oidc.allowInsecureRequests] : [];
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
    for (const [, token = ''] of text.matchAll(
      /"(?:access|refresh|id)_token"\s*:\s*("(?:[^"\\]|\\["\\/bfnrtu])+")/g,
    ))
      mask(String(JSON.parse(token)));
    const headers = new Headers(response.headers);
    headers.delete('www-authenticate');
    return new Response(text.length > 0 ? text : null, { status: response.status, headers });
  };
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
