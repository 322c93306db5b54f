import * as oidc from 'openid-client';

import { type FailedResponse, classifier } from '../http/transientErrors.ts';
import type { Clock } from '../http/clock.ts';
import { actionErrorIn, causes, messageOf } from '../errors/error.ts';
import { wording } from '../text/wording.ts';
import type { Transport } from '../http/transport.ts';
import {
  type Attempt,
  type Classification,
  type Retrier,
  type RetryOptions,
  createRetrier,
} from '../http/retry.ts';

/** The library refuses all plain HTTP. In this program, `urlProblem` decides which URLs may use it. */
export function extensions({
  plainHttp,
}: Pick<Transport, 'plainHttp'>): ((config: oidc.Configuration) => void)[] {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the library marks it to draw attention, and will not remove it
  return plainHttp ? [oidc.allowInsecureRequests] : [];
}

/**
 * Masks all tokens in an answer before the library can put them into an error. It removes the `WWW-Authenticate` header, because the
 * library would report that instead of the error in the body, which says more (RFC 6749, 5.2).
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

/** All tokens and device codes (RFC 8628, 3.2) in an answer. In JSON that is cut off, it finds those that are complete. */
function tokensIn(answer: string): string[] {
  const tokens: string[] = [];
  const add = (name: string, value: unknown) => {
    if (/token$|^device_code$/i.test(name) && typeof value === 'string' && value !== '') tokens.push(value);
    return value;
  };
  try {
    JSON.parse(answer, add);
  } catch {
    for (const [, token = ''] of answer.matchAll(
      /(?:_token|"device_code)"\s*:\s*("(?:[^"\\\u0000-\u001f]|\\["\\/bfnrt]|\\u[0-9a-f]{4})+")/gi,
    ))
      add('token', JSON.parse(token));
  }
  return tokens;
}

/** Timeout of a request, in whole seconds: the library multiplies it by 1,000 and requires an integer. */
export function timeoutSeconds({ timeoutMs }: Pick<Attempt, 'timeoutMs'>): number {
  return Math.min(10, Math.max(1, Math.floor(timeoutMs / 1000)));
}

/** Error code and description of a rejection (RFC 6749, 5.2). The library checks only that the code is text. */
export function rejectionText({ error, error_description: description }: Rejection): string {
  return typeof description === 'string' && description !== '' ? `${error}: ${description}` : error;
}

/** Why an answer cannot be used. The library converts values without a check of their types, so an error of JavaScript says nothing. */
export function answerProblem(error: unknown): string {
  return error instanceof TypeError && !('code' in error)
    ? 'a value in its answer has the wrong type'
    : messageOf(error);
}

interface Rejection {
  readonly error: string;
  readonly error_description?: unknown;
}

/** What to do after status 429 or 5xx. */
export const issuerOutageHint = (): string =>
  `The issuer is overloaded or has an error. Run the ${wording().job} again later.`;

/** The HTTP response that an error of the library contains. */
export function responseIn(error: unknown): Response | undefined {
  for (const cause of causes(error)) {
    if ('response' in cause && cause.response instanceof Response) return cause.response;
    if (cause.cause instanceof Response) return cause.cause;
  }
  return undefined;
}

/** Classifies errors of requests to an issuer. An ActionError is permanent: it is not about the issuer's response. */
export function issuerClassifier(clock: Clock): (error: unknown) => Classification {
  return classifier(
    (error) => (actionErrorIn(error) ? undefined : failedResponse(responseIn(error))),
    () => clock.now(),
  );
}

export function createIssuerRetrier(clock: Clock, retries: RetryOptions): Retrier {
  return createRetrier({ classify: issuerClassifier(clock), ...retries });
}

/** What the retry policy needs to know about a failed response. */
export function failedResponse(answer: Response | undefined): FailedResponse | undefined {
  return answer && { status: answer.status, retryAfter: answer.headers.get('retry-after') };
}
