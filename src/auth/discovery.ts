import * as oidc from 'openid-client';

import { ActionError, actionErrorIn, messageOf } from '../errors/error.ts';
import { describeNetworkError, isNetworkError } from '../http/networkErrors.ts';
import { urlProblem } from '../http/urls.ts';
import { excerpt } from '../text/sanitize.ts';
import type { Transport } from '../http/transport.ts';
import type { Retrier } from '../http/retry.ts';
import { responseIn, extensions, issuerOutageHint, timeoutSeconds } from './tokenEndpoint.ts';
import { inputs } from '../text/wording.ts';

/**
 * Reads an issuer's OpenID configuration (OpenID Connect Discovery 1.0, section 4).
 * @throws ActionError `unreachable`, `untrusted-certificate` or `invalid-issuer`
 */
export async function discover(
  issuer: URL,
  clientId: string,
  fetch: typeof globalThis.fetch,
  { plainHttp }: Transport,
  retrier: Retrier,
): Promise<oidc.ServerMetadata> {
  const location = new URL(`${withoutSlash(issuer.href)}/.well-known/openid-configuration`);
  try {
    const config = await retrier(
      (attempt) =>
        oidc.discovery(location, clientId, undefined, oidc.None(), {
          [oidc.customFetch]: fetch as oidc.CustomFetch,
          execute: extensions({ plainHttp }),
          timeout: timeoutSeconds(attempt),
        }),
      { what: () => `GET ${location.href}` },
    );
    const server = config.serverMetadata();
    checkIssuer(issuer, server, plainHttp);
    return server;
  } catch (error) {
    throw actionErrorIn(error) ?? discoveryError(issuer, error);
  }
}

/** Checks that the configuration belongs to this issuer (OpenID Connect Discovery 1.0, section 4.3). A trailing `/` makes no difference. */
function checkIssuer(
  { href }: URL,
  { issuer, token_endpoint: endpoint }: oidc.ServerMetadata,
  plainHttp: boolean,
): void {
  if (withoutSlash(new URL(issuer).href) !== withoutSlash(href)) {
    throw new ActionError('invalid-issuer', `Issuer ${href} calls itself ${excerpt(issuer)}`, {
      hint: `Set ${inputs('issuer')} to that URL, if it is the issuer that you mean.`,
    });
  }
  // The library does not check the type.
  const url = typeof endpoint === 'string' ? URL.parse(endpoint) : null;
  if (!url) {
    throw new ActionError('invalid-issuer', `Issuer ${href} names no token endpoint`, {
      hint: `Its OpenID configuration must contain 'token_endpoint'. Tell the people who run the issuer.`,
    });
  }
  const fault = urlProblem(url, plainHttp);
  if (fault) {
    throw new ActionError(
      'invalid-issuer',
      `Issuer ${href} names the token endpoint ${excerpt(`${url.protocol}//${url.host}`)}, which ${fault}`,
      {
        hint: `The client's secret is sent there, so it must be an https URL without user name and password. Tell the people who run the issuer.`,
      },
    );
  }
}

/** Removes trailing slashes. A regular expression would take quadratic time for many slashes. */
function withoutSlash(url: string): string {
  let end = url.length;
  while (url[end - 1] === '/') end -= 1;
  return url.slice(0, end);
}

function discoveryError(issuer: URL, error: unknown): ActionError {
  if (isNetworkError(error)) return describeNetworkError('Issuer', issuer, inputs('issuer'), error);
  const status = responseIn(error)?.status;
  if (status !== undefined && (status === 429 || status >= 500)) {
    return new ActionError(
      'no-access-token',
      `Issuer ${issuer.href} answered the request for its OpenID configuration with ${status}`,
      { hint: issuerOutageHint(), cause: error },
    );
  }
  const reason =
    status === undefined || status === 200
      ? messageOf(error)
      : `its OpenID configuration was answered with ${status}`;
  return new ActionError(
    'invalid-issuer',
    `Issuer ${issuer.href} is not an OpenID Connect issuer: ${excerpt(reason)}`,
    {
      hint: `Check ${inputs('issuer')}. Set it to the URL without '/.well-known/openid-configuration', e.g. https://iam.terradue.com/realms/master.`,
      cause: error,
    },
  );
}
