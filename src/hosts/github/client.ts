import { Octokit } from '@octokit/core';
import { restEndpointMethods } from '@octokit/plugin-rest-endpoint-methods';

import { type FailedAnswer, classifier } from '../../http/classify.ts';
import { actionErrorIn, isError, messageOf } from '../../errors/error.ts';
import { urlFault } from '../../http/urls.ts';
import { type RetryPolicy, createRetrier, retryAfter } from '../../http/retry.ts';
import { openTransport } from '../../http/transport.ts';
import { userAgent } from '../../http/version.ts';
import type { GithubRun } from './run.ts';

/** Not `@actions/github`: that reads `HTTPS_PROXY` in its own way as soon as it is loaded. */
const GithubApi = Octokit.plugin(restEndpointMethods);

type Rest = InstanceType<typeof GithubApi>['rest'];

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
  /** Goes through a list, page by page of at most 100, from page `first` on. Nothing comes twice, and a list that has no end is left after 500 pages. */
  readonly pages: <T extends { readonly id: number }>(
    request: (rest: Rest, page: PageQuery) => Promise<Page<T>>,
    first?: number,
  ) => AsyncGenerator<readonly T[]>;
  close(): Promise<void>;
}

/** Which page of a list to send. Gitea and Forgejo call the size `limit`; GitHub does not know that parameter. */
export interface PageQuery {
  readonly page: number;
  readonly per_page: number;
  readonly limit?: number;
}

interface Page<T> {
  readonly data: readonly T[];
  readonly headers: { readonly link?: string | undefined };
}

/** No report is worth minutes of a job. A secondary limit is over after one, says GitHub: that is waited for. */
const policy: RetryPolicy = { baseMs: 1_000, maxMs: 4_000, budgetMs: 8_000, askedBudgetMs: 70_000 };

const requestMs = 20_000;

const pageSize = 100;
const mostPages = 500;

/**
 * Opens the API over a transport of its own: the platform's clock is none of GitHub's business, and GitHub's certificate is checked
 * whatever `tls-verify` says. Proxies are those of the environment.
 * @param certificates PEM of authorities to trust beside the public ones, for a GitHub Enterprise that wants one
 * @param deadline when all of this has to end, asked for with each request
 * @param signal aborts when the run is cancelled: a report may take some seconds more then, to say so
 * @throws Error when the API's address may not be given a token
 */
export function openGithub(
  { apiUrl, owner, repo }: GithubRun,
  token: string,
  certificates: readonly string[],
  deadline: () => AbortSignal,
  signal: AbortSignal,
): GithubClient {
  if (!token) throw new Error(`there is no token: 'github-token' is empty`);
  const base = URL.parse(apiUrl);
  const fault = base ? urlFault(base, true) : 'is not a URL';
  if (fault) throw new Error(`GITHUB_API_URL ${fault}`);
  const transport = openTransport({
    certificates,
    verify: true,
    connections: 4,
    plainHttp: true,
    signal,
  });
  const until = () => AbortSignal.any([deadline(), transport.cleanup.signal]);
  const silent = () => undefined;
  const { rest } = new GithubApi({
    auth: token,
    baseUrl: apiUrl,
    userAgent,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    request: { fetch: followingFetch(transport.cleanup.fetch, until) },
  });
  const retrier = createRetrier({ classify, policy });
  const send = <T>(request: (api: Rest) => Promise<T>) => retrier(() => request(rest), { signal: until() });
  const size = { per_page: pageSize, ...(/\/api\/v1\/?$/.test(apiUrl) && { limit: pageSize }) };
  return {
    owner,
    repo,
    isApp: token.startsWith('ghs_'),
    ask: async (request) => (await send(request)).data,
    pages: (request, first = 1) => pagesOf((page) => send((api) => request(api, { page, ...size })), first),
    close: () => transport.close(),
  };
}

/**
 * The pages of a list. A server that ignores `page` (Gitea, for comments) answers with the same members again: the list ends there.
 * @param get asks for the page of this number
 */
export async function* pagesOf<T extends { readonly id: number }>(
  get: (page: number) => Promise<Page<T>>,
  first: number,
): AsyncGenerator<readonly T[]> {
  const seen = new Set<number>();
  for (let page = first, asked = 0; asked < mostPages; asked += 1) {
    const { data, headers } = await get(page);
    const members = data.filter(({ id }) => !seen.has(id));
    for (const { id } of members) seen.add(id);
    if (members.length > 0 || asked === 0) yield members;
    const isLast = headers.link === undefined ? data.length < pageSize : !/\brel="?next\b/.test(headers.link);
    if (isLast || members.length === 0) return;
    page += 1;
  }
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
  if (!isError(error) || error.name !== 'HttpError' || !('status' in error)) return undefined;
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
