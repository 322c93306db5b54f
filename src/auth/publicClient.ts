import * as oidc from 'openid-client';

import { ActionError } from '../errors/error.ts';
import { urlTextProblem } from '../http/urls.ts';
import { excerpt } from '../text/sanitize.ts';
import { isTransient } from '../http/transientErrors.ts';
import type { Retrier, RetryOptions } from '../http/retry.ts';
import type { Transport } from '../http/transport.ts';
import { discover } from './discovery.ts';
import type { LoginKey } from './loginNames.ts';
import { createIssuerRetrier, extensions, maskingFetch } from './tokenEndpoint.ts';

/** A client without a secret, and its issuer: the client with which people log in (RFC 6749, 2.1). */
export interface PublicClient extends LoginKey {
  readonly server: oidc.ServerMetadata;
  /** For the functions of openid-client. Its requests are retried. */
  readonly configuration: oidc.Configuration;
  readonly transport: Transport;
  readonly mask: (secret: string) => void;
}

/** Seconds for a request with all its retries: more than the retry policy takes. */
const requestSeconds = 120;

/**
 * Reads the issuer's configuration, and prepares requests of a public client.
 * @param mask called with each token and device code before any other code sees it
 * @throws ActionError `unreachable`, `untrusted-certificate` or `invalid-issuer`
 */
export async function openPublicClient(
  { issuer, clientId }: LoginKey,
  transport: Transport,
  mask: (secret: string) => void,
  retries: RetryOptions,
): Promise<PublicClient> {
  const clock = transport.clockOf(issuer);
  const retrier = createIssuerRetrier(clock, retries);
  const fetch = maskingFetch(transport.fetch, mask);
  const server = await discover(issuer, clientId, fetch, transport, retrier);
  const tolerance = { [oidc.clockSkew]: clock.skewSeconds, [oidc.clockTolerance]: 30 };
  const configuration = new oidc.Configuration(server, clientId, tolerance, oidc.None());
  configuration[oidc.customFetch] = retryingFetch(fetch, retrier);
  configuration.timeout = requestSeconds;
  for (const extend of extensions(transport)) extend(configuration);
  return { issuer, clientId, server, configuration, transport, mask };
}

/** Retries each request. While a login waits for the user, the library sends many requests that all must succeed. */
function retryingFetch(fetch: typeof globalThis.fetch, retrier: Retrier): oidc.CustomFetch {
  return (url, init) =>
    retrier(
      async () => {
        const response = await fetch(url, init as RequestInit);
        if (isTransient({ status: response.status }))
          throw new Error(`it answered with ${response.status}`, { cause: response });
        return response;
      },
      { what: () => `${init.method} ${url}` },
    );
}

/** @throws ActionError `invalid-issuer` if the issuer names a login page that no browser should open */
export function checkLoginPage({ issuer, transport }: PublicClient, page: string): void {
  const fault = urlTextProblem(page, transport.plainHttp);
  if (!fault) return;
  throw new ActionError(
    'invalid-issuer',
    `Issuer ${issuer.href} names the login page ${excerpt(page, 120)}, which ${fault}`,
    { hint: `Do not open it. Tell the people who run the issuer.` },
  );
}
