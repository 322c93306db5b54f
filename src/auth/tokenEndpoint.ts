import * as oidc from 'openid-client';

import { type FailedAnswer, classifier } from '../http/classify.ts';
import type { Clock } from '../http/clock.ts';
import { actionErrorIn, causes } from '../errors/error.ts';
import type { Transport } from '../http/transport.ts';
import {
  type Attempt,
  type Classified,
  type Retrier,
  type RetryOptions,
  createRetrier,
} from '../http/retry.ts';

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

/** Seconds that a request may take, for the library: whole ones, since it makes milliseconds of them that have to be whole. */
export function timeoutSeconds({ timeoutMs }: Pick<Attempt, 'timeoutMs'>): number {
  return Math.min(10, Math.max(1, Math.floor(timeoutMs / 1000)));
}

/** The answer that the library's error is about. */
export function answerOf(error: unknown): Response | undefined {
  for (const cause of causes(error)) {
    if ('response' in cause && cause.response instanceof Response) return cause.response;
    if (cause.cause instanceof Response) return cause.cause;
  }
  return undefined;
}

/** Judges what requests to an issuer fail with; what was explained already is not about its answer any more. */
export function issuerClassifier(clock: Clock): (error: unknown) => Classified {
  return classifier(
    (error) => (actionErrorIn(error) ? undefined : factsOf(answerOf(error))),
    () => clock.now(),
  );
}

export function createIssuerRetrier(clock: Clock, retries: RetryOptions): Retrier {
  return createRetrier({ classify: issuerClassifier(clock), ...retries });
}

/** What decides about another try in an answer that was not the one wanted. */
export function factsOf(answer: Response | undefined): FailedAnswer | undefined {
  return answer && { status: answer.status, retryAfter: answer.headers.get('retry-after') };
}
