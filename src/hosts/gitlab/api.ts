import { type FailedResponse, classifier } from '../../http/transientErrors.ts';
import { actionErrorIn, messageOf } from '../../errors/error.ts';
import { retryAfter } from '../../http/retry.ts';
import { userAgent } from '../../http/version.ts';
import { excerpt } from '../../text/sanitize.ts';
import {
  type ReportApiOptions,
  isUnexpectedAnswer,
  maxPages,
  openReportApi,
  pageSize,
} from '../reportApi.ts';

/** How to authenticate to GitLab's API (GitLab, "REST API authentication"). */
export type GitlabAuthentication =
  | { readonly kind: 'PRIVATE-TOKEN'; readonly token: string }
  /** The job's own token. It may not write notes. */
  | { readonly kind: 'JOB-TOKEN'; readonly token: string };

export interface GitlabOptions extends Omit<ReportApiOptions, 'variable' | 'classify'> {
  readonly authentication: GitlabAuthentication;
}

export interface GitlabRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path below the API's base URL, encoded, e.g. `/projects/7/merge_requests/3/notes`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** GitLab's REST API. */
export interface GitlabClient {
  /**
   * Sends a request, and retries transient errors.
   * @throws GitlabError, or a network error
   */
  readonly request: (request: GitlabRequest) => Promise<unknown>;
  /** The pages of a list, at most 100 entries each. It stops after 500 pages. */
  readonly pages: (path: string, query?: GitlabRequest['query']) => AsyncGenerator<readonly unknown[]>;
  close(): Promise<void>;
}

/** A response with an error status. */
export class GitlabError extends Error {
  override readonly name = 'GitlabError';
  readonly status: number;
  readonly headers: Headers;

  constructor(status: number, message: string, headers: Headers) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/**
 * Opens GitLab's API, see {@link openReportApi}.
 * @throws Error if the token must not be sent to the API's address
 */
export function openGitlab(options: GitlabOptions): GitlabClient {
  const { apiUrl, authentication } = options;
  const api = openReportApi({ ...options, variable: 'CI_API_V4_URL', classify });
  const headers = {
    accept: 'application/json',
    'user-agent': userAgent,
    [authentication.kind.toLowerCase()]: authentication.token,
  };
  const send = (request: GitlabRequest) =>
    api.retried(async () => {
      const response = await api.fetch(addressOf(apiUrl, request), {
        method: request.method,
        headers: { ...headers, ...(request.body && { 'content-type': 'application/json' }) },
        ...(request.body && { body: JSON.stringify(request.body) }),
        signal: api.requestSignal(),
      });
      return { data: await dataOf(response), headers: response.headers };
    });
  return {
    request: async (request) => (await send(request)).data,
    pages: (path, query) => pagesOf(send, path, query),
    close: api.close,
  };
}

function addressOf(apiUrl: string, { path, query = {} }: GitlabRequest): URL {
  const url = new URL(`${apiUrl}${path}`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

async function dataOf(response: Response): Promise<unknown> {
  const { status, headers } = response;
  const text = await response.text();
  if (status >= 300) throw new GitlabError(status, messageIn(text) || response.statusText, headers);
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new GitlabError(status, `the answer is not JSON: ${messageOf(error)}`, headers);
  }
}

/** The message of an error response. It is a text, or an object of lists by field. */
function messageIn(answer: string): string {
  try {
    const {
      message,
      error,
      error_description: detail,
    } = Object(JSON.parse(answer)) as Record<string, unknown>;
    const given = message ?? [error, detail].filter(Boolean).join(': ');
    return excerpt(typeof given === 'string' ? given : JSON.stringify(given));
  } catch {
    return '';
  }
}

type Send = (request: GitlabRequest) => Promise<{ readonly data: unknown; readonly headers: Headers }>;

/**
 * The pages of a list. A page may have fewer entries than asked for although there are more, because GitLab removes entries that the
 * user may not see. So only the headers say where the list ends (GitLab, "REST API", "Pagination").
 */
async function* pagesOf(send: Send, path: string, query: GitlabRequest['query'] = {}) {
  let page = '1';
  for (let requested = 0; requested < maxPages; requested += 1) {
    const size = { per_page: String(pageSize), page };
    const { data, headers } = await send({ method: 'GET', path, query: { ...query, ...size } });
    yield Array.isArray(data) ? (data as readonly unknown[]) : [];
    const next = nextPage(headers);
    if (next === undefined || Number(next) <= Number(page)) return;
    page = next;
  }
}

/** The number of the next page, from `X-Next-Page`, or from `Link` if a proxy removes the other header. */
export function nextPage(headers: Headers): string | undefined {
  const next = headers.get('x-next-page') ?? '';
  if (/^\d+$/.test(next)) return next;
  const [, url = ''] = /<([^>]+)>;\s*rel="next"/.exec(headers.get('link') ?? '') ?? [];
  return URL.parse(url)?.searchParams.get('page') ?? undefined;
}

const classify = classifier(answerIn, Date.now);

function answerIn(error: unknown): FailedResponse | undefined {
  if (actionErrorIn(error) || !(error instanceof GitlabError)) return undefined;
  const { status, headers } = error;
  if (status !== 429) return { status };
  return { status, retryAfterMs: retryAfter(headers.get('retry-after'), Date.now()) ?? untilReset(headers) };
}

/** Milliseconds until a rate limit ends without `Retry-After` (GitLab, "User and IP rate limits", "Response headers"). */
function untilReset(headers: Headers): number {
  const reset = Number(headers.get('ratelimit-reset') ?? 0);
  return reset > 0 ? Math.max(0, reset * 1000 - Date.now()) : 60_000;
}

/** Whether an error is a response with this status. */
export function isStatus(error: unknown, status: number): error is GitlabError {
  return error instanceof GitlabError && error.status === status;
}

/** The reason of an error as the end of a sentence: GitLab's answer, or why there is none. */
export function reasonOf(error: unknown): string {
  if (error instanceof GitlabError) return `GitLab answered ${error.status} (${error.message})`;
  if (isUnexpectedAnswer(error)) return 'GitLab answered with unexpected content';
  return actionErrorIn(error)?.message ?? `GitLab cannot be reached (${messageOf(error)})`;
}
