import { getOctokit } from '@actions/github';

import { type FailedAnswer, classifier } from '../classify.ts';
import { actionErrorIn, messageOf } from '../errors.ts';
import { urlFault } from '../http/urls.ts';
import { type RetryPolicy, createRetrier, retryAfter } from '../retry.ts';
import { createClock } from '../clock.ts';
import { openTransport } from '../http/transport.ts';
import { userAgent } from '../version.ts';
import type { Run } from './run.ts';

type Rest = ReturnType<typeof getOctokit>['rest'];

/** GitHub's REST API for one repository. */
export interface GithubClient {
  readonly owner: string;
  readonly repo: string;
  /** Whether the token is one of an app, as a workflow's is, and none of a person's. */
  readonly isApp: boolean;
  /**
   * Asks, and asks again for as long as that can help.
   * @throws RequestError of Octokit, or whatever kept the request from being answered
   */
  readonly ask: <T>(request: (rest: Rest) => Promise<{ readonly data: T }>) => Promise<T>;
  /** Goes through a list, page by page of at most 100, from page `first` on. */
  readonly pages: <T>(
    request: (
      rest: Rest,
      page: { readonly page: number; readonly per_page: number },
    ) => Promise<{
      readonly data: readonly T[];
    }>,
    first?: number,
  ) => AsyncGenerator<readonly T[]>;
  close(): Promise<void>;
}

/** No report is worth minutes of a job. A secondary limit is over after one, says GitHub: that is waited for. */
const policy: RetryPolicy = { baseMs: 1_000, maxMs: 4_000, budgetMs: 8_000, askedBudgetMs: 70_000 };

const requestMs = 20_000;

export const pageSize = 100;

/**
 * Opens the API over a transport of its own: the platform's clock is none of GitHub's business, and GitHub's certificate is checked
 * whatever `tls-verify` says. Proxies are those of the environment.
 * @param certificates PEM of authorities to trust beside the public ones, for a GitHub Enterprise that wants one
 * @param deadline when all of this has to end, asked for with each request
 * @throws Error when the API's address may not be given a token
 */
export function openGithub(
  { apiUrl, owner, repo }: Run,
  token: string,
  certificates: readonly string[],
  deadline: () => AbortSignal,
): GithubClient {
  if (!token) throw new Error(`there is no token: 'github-token' is empty`);
  const base = URL.parse(apiUrl);
  const fault = base ? urlFault(base, true) : 'is not a URL';
  if (fault) throw new Error(`GITHUB_API_URL ${fault}`);
  const transport = openTransport({
    certificates,
    verify: true,
    connections: 4,
    clock: createClock(),
    plainHttp: true,
  });
  const silent = () => undefined;
  const { rest } = getOctokit(token, {
    baseUrl: apiUrl,
    userAgent,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    request: { fetch: followingFetch(transport.fetch, deadline) },
  });
  const retrier = createRetrier({ classify, policy });
  const ask: GithubClient['ask'] = async (request) =>
    (await retrier(() => request(rest), { signal: deadline() })).data;
  return {
    owner,
    repo,
    isApp: token.startsWith('ghs_'),
    ask,
    async *pages(request, first = 1) {
      for (let page = first; ; page += 1) {
        const members = await ask((api) => request(api, { page, per_page: pageSize }));
        yield members;
        if (members.length < pageSize) return;
      }
    },
    close: () => transport.close(),
  };
}

/** Follows the redirects of a repository that has moved, by the same method as GitHub wants it, and never to another host. */
function followingFetch(send: typeof globalThis.fetch, deadline: () => AbortSignal): typeof globalThis.fetch {
  return async (input, init) => {
    const first = new URL(input instanceof Request ? input.url : input);
    const given = { ...init, signal: AbortSignal.any([deadline(), AbortSignal.timeout(requestMs)]) };
    let url = first;
    for (let hops = 0; ; hops += 1) {
      const response = await send(url.href, given);
      const location = response.headers.get('location');
      if (![301, 302, 307, 308].includes(response.status) || !location) return response;
      await response.body?.cancel();
      url = new URL(location, url);
      if (url.origin !== first.origin || hops === 3)
        throw new Error(`${first.host} redirects to ${url.host}`);
    }
  };
}

interface Refusal {
  readonly status: number;
  readonly message: string;
  /** Undefined where no answer came. */
  readonly headers: Readonly<Record<string, unknown>> | undefined;
}

/** What GitHub answered instead of doing what it was asked; undefined for errors of another kind. */
export function refusalIn(error: unknown): Refusal | undefined {
  // Not `instanceof`: RequestError is known by its name, for there may be two of Octokit's packages.
  if (!Error.isError(error) || error.name !== 'HttpError' || !('status' in error)) return undefined;
  const { status } = error;
  const response =
    'response' in error ? (error.response as { headers?: Refusal['headers'] } | undefined) : undefined;
  return typeof status === 'number'
    ? { status, message: error.message, headers: response?.headers }
    : undefined;
}

/** Whether GitHub answered with this status. */
export function isStatus(error: unknown, status: number): boolean {
  const refusal = refusalIn(error);
  return refusal?.headers !== undefined && refusal.status === status;
}

export const classify = classifier(answerIn, Date.now);

/** An answer as others would give it: GitHub refuses by 403 what goes beyond a limit, and Octokit has a status where no answer came. */
function answerIn(error: unknown): FailedAnswer | undefined {
  const refusal = actionErrorIn(error) ? undefined : refusalIn(error);
  if (!refusal) return undefined;
  const { status, headers, message } = refusal;
  if (headers === undefined) return { status: 503 };
  const isLimit =
    status === 429 ||
    (status === 403 && (headers['retry-after'] !== undefined || /rate limit/i.test(message)));
  if (!isLimit) return { status };
  return {
    status: 429,
    afterMs: retryAfter(text(headers['retry-after']), Date.now()) ?? untilReset(headers),
  };
}

/** Without a `Retry-After` a limit ends at its reset, or, as GitHub says, after a minute. */
function untilReset(headers: Readonly<Record<string, unknown>>): number {
  const reset = Number(text(headers['x-ratelimit-reset']));
  return text(headers['x-ratelimit-remaining']) === '0' && reset > 0
    ? Math.max(0, reset * 1000 - Date.now())
    : 60_000;
}

function text(header: unknown): string | undefined {
  return typeof header === 'string' || typeof header === 'number' ? String(header) : undefined;
}

/** What kept GitHub from doing something, in words that end a sentence: its own answer, or why there is none. */
export function reasonOf(error: unknown): string {
  const refusal = refusalIn(error);
  if (!refusal) return messageOf(error);
  const said = refusal.message.replace(/ - https:\/\/docs\.github\.com\S*$/, '');
  return refusal.headers === undefined
    ? `GitHub cannot be reached (${said})`
    : `GitHub answered ${refusal.status} (${said})`;
}
