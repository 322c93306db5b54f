import * as v from 'valibot';

import type { MessageCode } from '../errors/codes.ts';
import { ActionError } from '../errors/error.ts';
import { classifier } from '../http/classify.ts';
import { connectionFailure, isNetworkError } from '../http/networkErrors.ts';
import type { TokenSource } from '../auth/tokens.ts';
import { excerpt } from '../text/sanitize.ts';
import { type Attempt, type RetryOptions, createRetrier } from '../http/retry.ts';
import type { Transport } from '../http/transport.ts';
import { trimEndSlashes } from '../text/slashes.ts';
import { problem } from './answers.ts';

/** TerrAPI answered, and not with what was asked for. */
export class TerrapiError extends ActionError {
  readonly status: number;
  /** The answer's `Retry-After`, unread. */
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

/** One call of TerrAPI. */
export interface Ask {
  readonly method: 'GET' | 'POST';
  /** Below the base URL, with its query. */
  readonly path: string;
  readonly content?: { readonly type: string; readonly body: string };
  /** Whether an answer of 302, 303 or 307 is what was asked for, and no refusal. */
  readonly takesRedirect?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Not worth another try, nor a word in the log. */
  readonly once?: boolean;
}

export interface Answered {
  /** What was asked, for messages: method and URL. */
  readonly asked: string;
  readonly status: number;
  readonly body: string;
  /** Where a redirect leads. */
  readonly location: string | undefined;
}

export type Sender = (ask: Ask) => Promise<Answered>;

const answerTimeout = 20_000;

/**
 * What sends calls to TerrAPI core. A call is tried again after 429, 5xx and broken connections, and once more with a new token after a 401;
 * no redirect is followed, so that the token goes nowhere else.
 * @param url base URL, e.g. `https://api.terradue.com/core`
 */
export function createSender(
  url: URL,
  tokens: TokenSource,
  transport: Transport,
  userAgent: string,
  retries: RetryOptions,
): Sender {
  // Its `code` is this program's word for it, and none of TerrAPI's.
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
      throw isNetworkError(error) ? connectionFailure('TerrAPI', url, "input 'api-url'", error) : error;
    });
  };
}

/** Runs a call with the token that is held, and once more with another if that one is refused. */
async function authorized<T>(tokens: TokenSource, run: (token: string) => Promise<T>): Promise<T> {
  const token = await tokens.token();
  try {
    return await run(token);
  } catch (error) {
    if (!(error instanceof TerrapiError) || error.status !== 401) throw error;
    return run(await tokens.renew(token));
  }
}

async function send(
  base: URL,
  { method, path, content, takesRedirect = false, signal }: Ask,
  token: string,
  { fetch }: Transport,
  userAgent: string,
  timeoutMs: number,
): Promise<Answered> {
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
  const asked = `${method} ${excerpt(url.href)}`;
  const isRedirect = [302, 303, 307].includes(status) && location !== undefined;
  if (!response.ok && !(takesRedirect && isRedirect)) {
    const after = response.headers.get('retry-after') ?? undefined;
    // What is quoted of an answer may repeat what was sent.
    const conceal = (text: string) => text.replaceAll(token, '***');
    throw refusal({ asked, status, body: conceal(body), location: location && conceal(location) }, after);
  }
  return { asked, status, body, location };
}

/** The answer's body by its schema. */
export function parsed<S extends v.GenericSchema>(
  { asked, status, body }: Answered,
  schema: S,
): v.InferOutput<S> {
  const answer = v.safeParse(schema, parseJson(body));
  if (answer.success) return answer.output;
  const [issue] = answer.issues;
  throw unexpected(asked, status, describe(issue));
}

/**
 * An answer that succeeded and is not what was asked for.
 * @param what what is wrong with it, without quoting what may be secret
 */
export function unexpected(asked: string, status: number, what: string): TerrapiError {
  return new TerrapiError(
    status,
    `TerrAPI answered ${asked} with something else than expected (${excerpt(what)})`,
    `Check input 'api-url': it is the address of TerrAPI core, e.g. https://api.terradue.com/core.`,
  );
}

/** What is wrong with an answer. The issue's own message would quote what was received, which may be a secret. */
function describe(issue: v.BaseIssue<unknown>): string {
  const where = v.getDotPath(issue) ?? 'the body';
  return issue.kind === 'schema' ? `${where} is not ${issue.expected}` : `${where} ${issue.message}`;
}

/** JSON; undefined where the text is none. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function refusal({ asked, status, body, location }: Answered, after: string | undefined): TerrapiError {
  const answered = `TerrAPI answered ${asked} with ${status}`;
  if (status >= 300 && status < 400 && location !== undefined) {
    return new TerrapiError(
      status,
      `${answered}, a redirect to ${excerpt(location)}`,
      `The access token is not sent after a redirect. Check input 'api-url': give the address that the redirect leads to.`,
    );
  }
  const details = v.safeParse(problem, parseJson(body));
  const said = details.success
    ? [
        details.output.title,
        details.output.detail,
        ...Object.values(details.output.errors ?? {}).flat(),
      ].filter(Boolean)
    : [];
  return new TerrapiError(
    status,
    said.length > 0 ? `${answered}: ${excerpt(said.join('; '))}` : answered,
    after === undefined
      ? hints(status)
      : `TerrAPI asks to wait (Retry-After: ${excerpt(after, 40)}). ${hints(status)}`,
    after,
  );
}

function hints(status: number): string {
  if (status === 401) {
    return `The access token was refused, a new one too: check that 'issuer' and 'api-url' belong to the same platform, and that the client app may use it.`;
  }
  if (status === 403) return `Ask the owner to grant the client app access, or check input 'platforms'.`;
  if (status === 404)
    return `Check input 'api-url', e.g. https://api.terradue.com/core, without '/v2' at its end.`;
  return `The platform is in trouble; run the job again later.`;
}
