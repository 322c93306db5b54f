import { Octokit } from '@octokit/core';
import { restEndpointMethods } from '@octokit/plugin-rest-endpoint-methods';

import { type FailedResponse, classifier } from '../../http/transientErrors.ts';
import { actionErrorIn, isError, messageOf } from '../../errors/error.ts';
import { retryAfter } from '../../http/retry.ts';
import { userAgent } from '../../http/version.ts';
import type { ReporterOptions } from '../reporter.ts';
import { type ReportApi, isUnexpectedAnswer, maxPages, openReportApi, pageSize } from '../reportApi.ts';
import type { GithubRun } from './run.ts';

/** `@actions/github` is not used: it parses `HTTPS_PROXY` by its own rules when it is loaded. */
const GithubApi = Octokit.plugin(restEndpointMethods);

type Rest = InstanceType<typeof GithubApi>['rest'];

/** GitHub's REST API for one repository. */
export interface GithubClient {
  readonly owner: string;
  readonly repo: string;
  /** Whether the token belongs to an app, like a workflow's `GITHUB_TOKEN`, and not to a person. */
  readonly isApp: boolean;
  /**
   * Sends a request, and retries transient errors.
   * @throws Octokit's RequestError, or a network error
   */
  readonly request: <T>(request: (rest: Rest) => Promise<{ readonly data: T }>) => Promise<T>;
  /** The pages of a list, at most 100 entries each, from page `first` on. No entry comes twice. It stops after 500 pages. */
  readonly pages: <T extends { readonly id: number }>(
    request: (rest: Rest, page: PageQuery) => Promise<Page<T>>,
    first?: number,
  ) => AsyncGenerator<readonly T[]>;
  close(): Promise<void>;
}

/** Query of a list. Gitea and Forgejo call the page size `limit`, which GitHub ignores. */
export interface PageQuery {
  readonly page: number;
  readonly per_page: number;
  readonly limit?: number;
}

interface Page<T> {
  readonly data: readonly T[];
  readonly headers: { readonly link?: string | undefined };
}

/**
 * Opens GitHub's API, see {@link openReportApi}.
 * @throws Error if the token must not be sent to the API's address
 */
export function openGithub({ apiUrl, owner, repo }: GithubRun, options: ReporterOptions): GithubClient {
  const { token } = options;
  if (!token) throw new Error(`there is no token: 'github-token' is empty`);
  const api = openReportApi({ ...options, apiUrl, variable: 'GITHUB_API_URL', classify });
  const silent = () => undefined;
  const { rest } = new GithubApi({
    auth: token,
    baseUrl: apiUrl,
    userAgent,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    request: { fetch: fetchWithRedirects(api) },
  });
  const send = <T>(request: (api: Rest) => Promise<T>) => api.retried(() => request(rest));
  const size = { per_page: pageSize, ...(/\/api\/v1\/?$/.test(apiUrl) && { limit: pageSize }) };
  return {
    owner,
    repo,
    isApp: token.startsWith('ghs_'),
    request: async (request) => (await send(request)).data,
    pages: (request, first = 1) =>
      pagesOf((page) => send((called) => request(called, { page, ...size })), first),
    close: api.close,
  };
}

/**
 * The pages of a list. A server that ignores `page`, like Gitea for comments, sends the same entries again. Then the list ends.
 * @param get requests a page by its number
 */
export async function* pagesOf<T extends { readonly id: number }>(
  get: (page: number) => Promise<Page<T>>,
  first: number,
): AsyncGenerator<readonly T[]> {
  const seen = new Set<number>();
  for (let page = first, requested = 0; requested < maxPages; requested += 1) {
    const { data, headers } = await get(page);
    if (!isList(data)) throw new TypeError('The page of a list is not an array');
    const entries = data.filter(({ id }) => !seen.has(id));
    for (const { id } of entries) seen.add(id);
    if (entries.length > 0 || requested === 0) yield entries;
    const isLast = headers.link === undefined ? data.length < pageSize : !/\brel="?next\b/.test(headers.link);
    if (isLast || entries.length === 0) return;
    page += 1;
  }
}

function isList(data: unknown): boolean {
  return Array.isArray(data);
}

/** Follows the redirects of a renamed repository, with the same method (GitHub, "Best practices for using the REST API"), on the same host only. */
function fetchWithRedirects({ fetch, requestSignal }: ReportApi): typeof globalThis.fetch {
  return async (input, init) => {
    const first = new URL(input instanceof Request ? input.url : input);
    const given = { ...init, signal: requestSignal() };
    let url = first;
    for (let hops = 0; ; hops += 1) {
      const response = await fetch(url.href, given);
      const location = response.headers.get('location');
      if (![301, 302, 307, 308].includes(response.status) || !location) return response;
      await response.body?.cancel();
      url = new URL(location, url);
      if (url.origin !== first.origin || hops === 3)
        throw new Error(`${first.host} redirects to ${url.host}`);
    }
  };
}

interface ErrorResponse {
  readonly status: number;
  readonly message: string;
  /** Undefined if there was no response. */
  readonly headers: Readonly<Record<string, unknown>> | undefined;
}

/** The error response in an error of Octokit; undefined for other errors. */
function errorResponseIn(error: unknown): ErrorResponse | undefined {
  // Not `instanceof`: there may be two copies of Octokit's RequestError.
  if (!isError(error) || error.name !== 'HttpError' || !('status' in error)) return undefined;
  const { status } = error;
  const response =
    'response' in error ? (error.response as { headers?: ErrorResponse['headers'] } | undefined) : undefined;
  return typeof status === 'number'
    ? { status, message: error.message, headers: response?.headers }
    : undefined;
}

/** Whether an error is a response with this status. */
export function isStatus(error: unknown, status: number): boolean {
  const response = errorResponseIn(error);
  return response?.headers !== undefined && response.status === status;
}

export const classify = classifier(answerIn, Date.now);

/** The failed response for the retry policy. GitHub's rate limits come with 403, and Octokit sets a status even without a response. */
function answerIn(error: unknown): FailedResponse | undefined {
  const response = actionErrorIn(error) ? undefined : errorResponseIn(error);
  if (!response) return undefined;
  const { status, headers, message } = response;
  if (headers === undefined) return { status: 503 };
  const isLimit =
    status === 429 ||
    (status === 403 && (headers['retry-after'] !== undefined || /rate limit/i.test(message)));
  if (!isLimit) return { status };
  return {
    status: 429,
    retryAfterMs: retryAfter(text(headers['retry-after']), Date.now()) ?? untilReset(headers),
  };
}

/** Milliseconds until a rate limit ends without `Retry-After`: at its reset, else after a minute (GitHub, "Rate limits for the REST API"). */
function untilReset(headers: Readonly<Record<string, unknown>>): number {
  const reset = Number(text(headers['x-ratelimit-reset']));
  return text(headers['x-ratelimit-remaining']) === '0' && reset > 0
    ? Math.max(0, reset * 1000 - Date.now())
    : 60_000;
}

function text(header: unknown): string | undefined {
  return typeof header === 'string' || typeof header === 'number' ? String(header) : undefined;
}

/** The reason of an error as the end of a sentence: the forge's answer, or why there is none. */
export function reasonOf(error: unknown, forge: string): string {
  const response = errorResponseIn(error);
  if (!response)
    return isUnexpectedAnswer(error) ? `${forge} answered with unexpected content` : messageOf(error);
  // Octokit appends the address of the documentation.
  const message = response.message.replace(/ - https?:\/\/\S+$/, '');
  return response.headers === undefined
    ? `${forge} cannot be reached (${message})`
    : `${forge} answered ${response.status} (${message})`;
}
