import type { Warning } from '../errors/codes.ts';
import { isError } from '../errors/error.ts';
import { isNetworkError } from '../http/networkErrors.ts';
import { type RetryPolicy, createRetrier } from '../http/retry.ts';
import { openTransport } from '../http/transport.ts';
import { urlTextProblem } from '../http/urls.ts';
import type { ReporterOptions } from './reporter.ts';

/** Entries of a list's page. */
export const pageSize = 100;
/** Pages of a list after which it counts as endless. */
export const maxPages = 500;

/** Reports should not delay a job for minutes. Rate limits end after one minute, so that is worth the wait. */
const policy: RetryPolicy = { baseMs: 1_000, maxMs: 4_000, budgetMs: 8_000, retryAfterBudgetMs: 70_000 };

const requestMs = 20_000;

export interface ReportApiOptions extends Omit<ReporterOptions, 'token'> {
  /** Base URL of the API. */
  readonly apiUrl: string;
  /** Name of the variable that has the base URL. */
  readonly variable: string;
  readonly classify: Parameters<typeof createRetrier>[0]['classify'];
}

/** Sends requests to the API that reports are written with. */
export interface ReportApi {
  readonly fetch: typeof globalThis.fetch;
  /** The signal for one request. */
  readonly requestSignal: () => AbortSignal;
  /** Runs a request, and again after transient errors. */
  readonly retried: <T>(request: () => Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
}

/**
 * Opens the API. It uses a separate transport, which always verifies certificates: `tls-verify` is for the platform only. After the run was
 * cancelled, requests may take some seconds more.
 * @throws Error if the token must not be sent to the API's address
 */
export function openReportApi(options: ReportApiOptions): ReportApi {
  const { apiUrl, variable, certificates, deadline, signal, classify } = options;
  const fault = urlTextProblem(apiUrl, true);
  if (fault) throw new Error(`${variable} ${fault}`);
  const transport = openTransport({ certificates, verify: true, connections: 4, plainHttp: true, signal });
  const { fetch, signal: ending } = transport.cleanup;
  const until = () => AbortSignal.any([deadline(), ending]);
  const retrier = createRetrier({ classify, policy });
  return {
    fetch,
    requestSignal: () => AbortSignal.any([until(), AbortSignal.timeout(requestMs)]),
    retried: (request) => retrier(request, { signal: until() }),
    close: () => transport.close(),
  };
}

/**
 * Whether an error means that an answer does not have the documented form, e.g. because a proxy answers. Some fields of answers are used
 * without a check.
 */
export function isUnexpectedAnswer(error: unknown): boolean {
  return isError(error) && /^(?:TypeError|ValiError)$/.test(error.name) && !isNetworkError(error);
}

/**
 * The warning about a report that was not written, for an error without a better explanation.
 * @param what the report, e.g. `The comment on pull request #7 could not be written`
 * @param reason the reason of the error, as the end of a sentence
 */
export function notWritten(what: string, host: string, error: unknown, reason: string): Warning {
  const isLate = isError(error) && /^(?:Timeout|Abort)Error$/.test(error.name);
  return {
    code: 'report-not-written',
    text: `${what}: ${isLate ? `${host} took too long to answer` : reason}. The upload itself succeeded.`,
  };
}
