import { refreshing } from '../http/refreshingValue.ts';
import type { RetryOptions } from '../http/retry.ts';
import type { Transport } from '../http/transport.ts';
import type { ClientCredential } from './clientAuthentication.ts';
import { discover } from './discovery.ts';
import { createIssuerRetrier, maskingFetch } from './tokenEndpoint.ts';
import { type ClientApp, requestGrant } from './grant.ts';

/** Access tokens for the client app, refreshed before they expire. Concurrent callers share one request. */
export interface TokenSource {
  /** An access token that has not expired. */
  token(): Promise<string>;
  /** A new access token after a server refused `refused`, or the current one if it has been replaced already. */
  refresh(refused: string): Promise<string>;
  /** Waits some seconds for a refresh that is under way. Call it before the transport is closed. */
  settled?(): Promise<unknown>;
}

/**
 * Reads the issuer's configuration, and returns a source of access tokens by the client credentials grant.
 * @param mask called with each token before any other code sees it
 * @throws ActionError `unreachable`, `untrusted-certificate` or `invalid-issuer`; the methods of the source throw like {@link requestGrant}
 */
export async function openTokenSource(
  app: ClientApp,
  credential: ClientCredential,
  transport: Transport,
  mask: (secret: string) => void,
  retries: RetryOptions = {},
): Promise<TokenSource> {
  const fetch = maskingFetch(transport.fetch, mask);
  const clock = transport.clockOf(app.issuer);
  const retrier = createIssuerRetrier(clock, retries);
  const failed = new AbortController();
  credential.prepare?.(app.issuer, failed.signal);
  const server = await discover(app.issuer, app.clientId, fetch, transport, retrier).catch(
    (error: unknown) => {
      failed.abort(error);
      throw error;
    },
  );
  const endpoint = new URL(server.token_endpoint ?? app.issuer);
  // A token endpoint on another host may be unreachable although discovery succeeded.
  const grantRetrier =
    endpoint.origin === app.issuer.origin
      ? retrier
      : createIssuerRetrier(transport.clockOf(endpoint), retries);
  const grant = refreshing(
    () => requestGrant(app, credential, server, fetch, transport, grantRetrier),
    ({ freshUntil }) => clock.now() < freshUntil,
    ({ usableUntil }) => clock.now() < usableUntil,
  );
  return {
    token: async () => (await grant.get()).accessToken,
    refresh: async (refused) => (await grant.replace((held) => held.accessToken === refused)).accessToken,
  };
}
