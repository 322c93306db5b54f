import { classifier } from '../../http/transientErrors.ts';
import { ActionError, messageOf, systemCode } from '../../errors/error.ts';
import { describeNetworkError, isCertificateError, isNetworkError } from '../../http/networkErrors.ts';
import { urlProblem } from '../../http/urls.ts';
import { parseJson } from '../../text/json.ts';
import { excerpt } from '../../text/sanitize.ts';
import { createRetrier } from '../../http/retry.ts';
import { openTransport } from '../../http/transport.ts';
import { userAgent } from '../../http/version.ts';
import type { IdentityOptions } from '../host.ts';
import type { Forge } from './forge.ts';
import { hintsFor } from './hints.ts';
import { failedResponse } from '../../auth/tokenEndpoint.ts';

/** The forge's service for OIDC tokens of jobs. */
interface TokenService {
  readonly forge: Forge['name'];
  readonly url: string;
  readonly bearer: string;
}

/** A response without a token. */
class NoTokenError extends Error {
  readonly response: Response;

  constructor(response: Response, message: string) {
    super(message);
    this.response = response;
  }
}

/**
 * Requests an OIDC token of this job from the forge's token service (GitHub, "OpenID Connect reference"). It uses a separate transport, which
 * always verifies certificates: `tls-verify` is for the platform only.
 * @param certificates PEM certificates of additional trusted authorities, e.g. a proxy's
 * @param mask called with each token before any other code sees it
 * @throws ActionError `identity-token-unavailable` if the URL is invalid, or the service returns no token; `untrusted-certificate` or
 *   `unreachable` if it cannot be reached
 */
export async function requestToken(
  service: TokenService,
  audience: string,
  { certificates, retries }: IdentityOptions,
  mask: (secret: string) => void,
): Promise<string> {
  const url = serviceUrl(service);
  const answerIn = (error: unknown) =>
    error instanceof NoTokenError ? failedResponse(error.response) : undefined;
  const retrier = createRetrier({ classify: classifier(answerIn, Date.now), ...retries });
  const requestUrl = new URL(url);
  requestUrl.searchParams.set('audience', audience);
  const transport = openTransport({
    certificates,
    verify: true,
    connections: 1,
    plainHttp: true,
    signal: retries.signal,
  });
  try {
    return await retrier(
      ({ timeoutMs }) => fetchToken(transport.fetch, requestUrl, service.bearer, mask, timeoutMs),
      {
        what: () => `GET ${url.origin}${url.pathname}`,
      },
    );
  } catch (error) {
    throw tokenError(service, url, error);
  } finally {
    await transport.close();
  }
}

function serviceUrl({ forge, url: given }: TokenService): URL {
  const url = URL.parse(given);
  if (url && !urlProblem(url, true)) return url;
  throw new ActionError(
    'identity-token-unavailable',
    `${nameOf(forge)} has an invalid address: got '${excerpt(url?.host ?? given, 120)}', expected an https URL without user and password (http for loopback hosts only)`,
    { hint: `The runner sets ACTIONS_ID_TOKEN_REQUEST_URL. Do not set it elsewhere.` },
  );
}

async function fetchToken(
  fetch: typeof globalThis.fetch,
  url: URL,
  bearer: string,
  mask: (secret: string) => void,
  timeoutMs: number,
): Promise<string> {
  const response = await fetch(url, {
    headers: { accept: 'application/json', authorization: `Bearer ${bearer}`, 'user-agent': userAgent },
    signal: AbortSignal.timeout(Math.min(10_000, Math.ceil(timeoutMs))),
  });
  const token = tokenIn(await response.text(), mask);
  if (response.status !== 200) throw new NoTokenError(response, `it answered with ${response.status}`);
  // A signed token has three parts (RFC 7515, 7.1).
  if (token?.split('.').length !== 3) throw new NoTokenError(response, 'its answer holds no token');
  return token;
}

/** The `value` of a response, masked; undefined if there is none. */
function tokenIn(answer: string, mask: (secret: string) => void): string | undefined {
  const { value }: { value?: unknown } = Object(parseJson(answer)) as object;
  if (typeof value !== 'string' || value === '') return undefined;
  mask(value);
  return value;
}

function nameOf(forge: Forge['name']): string {
  return `${forge}'s token service`;
}

function retryHint(forge: Forge['name']): string {
  const allow = hintsFor[forge].allowIdentity;
  return allow === undefined ? `Run it again.` : `Check: ${allow}. Then run it again.`;
}

function tokenError({ forge }: TokenService, url: URL, error: unknown): ActionError {
  if (error instanceof ActionError) return error;
  const serviceName = nameOf(forge);
  if (isCertificateError(error)) {
    return new ActionError(
      'untrusted-certificate',
      `${serviceName} ${url.origin} has a certificate that is not trusted (${systemCode(error) ?? messageOf(error)})`,
      {
        hint: `Input 'tls-verify' does not apply, because this server is not the platform's. If a private authority signed the certificate, e.g. a proxy's, add that authority's certificate to 'ca-certificates'.`,
        cause: error,
      },
    );
  }
  if (isNetworkError(error))
    return describeNetworkError(serviceName, url, 'ACTIONS_ID_TOKEN_REQUEST_URL', error);
  const status = error instanceof NoTokenError ? error.response.status : 0;
  return new ActionError(
    'identity-token-unavailable',
    `${serviceName} ${url.origin} returned no OIDC token: ${messageOf(error)}`,
    {
      hint:
        status === 429 || status >= 500
          ? `It is overloaded or has an error. Run the job again later.`
          : status === 401 || status === 403
            ? `This job may not request a token, or no longer. ${retryHint(forge)}`
            : `If it happens again, check the audience, and whether a proxy answers instead.`,
      cause: error,
    },
  );
}
