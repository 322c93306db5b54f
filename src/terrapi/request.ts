import * as v from 'valibot';

import type { MessageCode } from '../errors/codes.ts';
import { ActionError } from '../errors/error.ts';
import { classifier } from '../http/transientErrors.ts';
import { describeNetworkError, isNetworkError } from '../http/networkErrors.ts';
import type { TokenSource } from '../auth/tokenSource.ts';
import { parseJson } from '../text/json.ts';
import { excerpt } from '../text/sanitize.ts';
import { type Attempt, type RetryOptions, createRetrier } from '../http/retry.ts';
import type { Transport } from '../http/transport.ts';
import { trimEndSlashes } from '../text/slashes.ts';
import { problemDetails } from './schemas.ts';
import { capitalized, inputs, setting, wording } from '../text/wording.ts';

/** TerrAPI answered with an error, or not as expected. */
export class TerrapiError extends ActionError {
  readonly status: number;
  /** Value of the `Retry-After` header. */
  readonly retryAfter: string | undefined;

  constructor(status: number, message: string, hint: string, retryAfter?: string) {
    super(codeOf(status), message, { hint });
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

function codeOf(status: number): MessageCode {
  if (status === 401 || status === 403) return 'terrapi-denied';
  return status < 400 || status === 404 ? 'terrapi-address' : 'terrapi-error';
}

/** A call to TerrAPI. */
export interface TerrapiRequest {
  readonly method: 'GET' | 'POST';
  /** Relative to the base URL, including the query. */
  readonly path: string;
  readonly content?: { readonly type: string; readonly body: string };
  /** Whether a response of 302, 303 or 307 counts as success. */
  readonly takesRedirect?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Whether not to retry the call. */
  readonly once?: boolean;
}

export interface TerrapiResponse {
  /** Method and URL, for messages. */
  readonly request: string;
  readonly status: number;
  readonly body: string;
  /** Target of a redirect. */
  readonly location: string | undefined;
}

export type Sender = (ask: TerrapiRequest) => Promise<TerrapiResponse>;

const answerTimeout = 20_000;

/**
 * Makes the function that sends calls to TerrAPI core. It retries after 429, 5xx and network errors, and once with a new token after a 401.
 * It follows no redirect, because the token must not go to another server.
 * @param url base URL, e.g. `https://api.terradue.com/core`
 */
export function createSender(
  url: URL,
  tokens: TokenSource,
  transport: Transport,
  userAgent: string,
  retries: RetryOptions,
): Sender {
  // The `code` of a TerrapiError is this program's and must not decide about retries.
  const answerIn = (error: unknown) =>
    error instanceof TerrapiError ? { status: error.status, retryAfter: error.retryAfter } : undefined;
  const retrier = createRetrier({
    classify: classifier(answerIn, () => transport.clockOf(url).now()),
    ...retries,
  });
  return ({ once = false, ...ask }) => {
    const attempt = ({ timeoutMs }: Pick<Attempt, 'timeoutMs'>) =>
      authorized(tokens, (token) => send(url, ask, token, transport, userAgent, timeoutMs));
    const what = () => `TerrAPI ${ask.method} ${ask.path}`;
    const sent = once ? attempt({ timeoutMs: Infinity }) : retrier(attempt, { signal: ask.signal, what });
    return sent.catch((error: unknown) => {
      throw isNetworkError(error) ? describeNetworkError('TerrAPI', url, inputs('api-url'), error) : error;
    });
  };
}

/** Runs a call with the current token, and once more with a new one if the server answers 401. */
async function authorized<T>(tokens: TokenSource, run: (token: string) => Promise<T>): Promise<T> {
  const token = await tokens.token();
  try {
    return await run(token);
  } catch (error) {
    if (!(error instanceof TerrapiError) || error.status !== 401) throw error;
    return run(await tokens.refresh(token));
  }
}

async function send(
  base: URL,
  { method, path, content, takesRedirect = false, signal }: TerrapiRequest,
  token: string,
  { fetch }: Transport,
  userAgent: string,
  timeoutMs: number,
): Promise<TerrapiResponse> {
  const url = new URL(`${trimEndSlashes(base.href)}/${path}`);
  const timeout = AbortSignal.timeout(Math.min(answerTimeout, Math.ceil(timeoutMs)));
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      'user-agent': userAgent,
      ...(content && { 'content-type': content.type }),
    },
    ...(content && { body: content.body }),
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  });
  const body = await response.text();
  const { status } = response;
  const location = response.headers.get('location') ?? undefined;
  const request = `${method} ${excerpt(url.href)}`;
  const isRedirect = [302, 303, 307].includes(status) && location !== undefined;
  if (!response.ok && !(takesRedirect && isRedirect)) {
    const after = response.headers.get('retry-after') ?? undefined;
    // A server may repeat the token in its answer.
    const conceal = (text: string) => text.replaceAll(token, '***');
    throw errorResponse(
      { request, status, body: conceal(body), location: location && conceal(location) },
      after,
    );
  }
  return { request, status, body, location };
}

/** Parses the body of a response by its schema. */
export function parseResponse<S extends v.GenericSchema>(
  { request, status, body }: TerrapiResponse,
  schema: S,
): v.InferOutput<S> {
  const answer = v.safeParse(schema, parseJson(body));
  if (answer.success) return answer.output;
  const [issue] = answer.issues;
  throw unexpectedResponse(request, status, describe(issue));
}

/**
 * The error for a successful response with unexpected content.
 * @param what the problem, without secrets
 */
export function unexpectedResponse(request: string, status: number, what: string): TerrapiError {
  return new TerrapiError(
    status,
    `TerrAPI answered ${request} with unexpected content (${excerpt(what)})`,
    `Check ${inputs('api-url')}. Set it to the address of TerrAPI core, e.g. https://api.terradue.com/core.`,
  );
}

/** Describes an invalid response. The issue's own message would quote the received value, which may be a secret. */
function describe(issue: v.BaseIssue<unknown>): string {
  const where = v.getDotPath(issue) ?? 'the body';
  return issue.kind === 'schema' ? `${where} is not ${issue.expected}` : `${where} ${issue.message}`;
}

function errorResponse(
  { request, status, body, location }: TerrapiResponse,
  after: string | undefined,
): TerrapiError {
  const answered = `TerrAPI answered ${request} with ${status}`;
  if (status >= 300 && status < 400 && location !== undefined) {
    return new TerrapiError(
      status,
      `${answered}, a redirect to ${excerpt(location)}`,
      `${capitalized(wording().program)} does not send the access token to another address. Set ${inputs('api-url')} to the target of the redirect, if it is the right one.`,
    );
  }
  const details = v.safeParse(problemDetails, parseJson(body));
  const reasons = details.success
    ? [
        details.output.title,
        details.output.detail,
        ...Object.values(details.output.errors ?? {}).flat(),
      ].filter(Boolean)
    : [];
  return new TerrapiError(
    status,
    reasons.length > 0 ? `${answered}: ${excerpt(reasons.join('; '))}` : answered,
    after === undefined
      ? hints(status)
      : `TerrAPI asks to wait (Retry-After: ${excerpt(after, 40)}). ${hints(status)}`,
    after,
  );
}

function hints(status: number): string {
  if (status === 401) {
    return `TerrAPI also rejected a new access token. Check that ${setting('issuer')} and ${setting('api-url')} belong to the same platform, and that the client app may use it.`;
  }
  if (status === 403)
    return `Ask the owner of the workspace to grant the client app access, or check ${inputs('platforms')}.`;
  if (status === 404)
    return `Check ${inputs('api-url')}, e.g. https://api.terradue.com/core, without '/v2' at its end.`;
  return `The platform has an error. Run the ${wording().job} again later.`;
}
