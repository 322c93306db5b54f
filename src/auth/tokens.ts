import { renewable } from '../http/renewable.ts';
import type { RetryOptions } from '../http/retry.ts';
import type { Transport } from '../http/transport.ts';
import type { ClientCredential } from './authentication.ts';
import { discover } from './discovery.ts';
import { createIssuerRetrier, maskingFetch } from './tokenEndpoint.ts';
import { type ClientApp, requestGrant } from './grant.ts';

/** Access tokens for the client app, renewed before they end; all who ask at the same time share one request. */
export interface TokenSource {
  /** An access token with a good part of its life left. */
  token(): Promise<string>;
  /** Another access token, after a server refused `refused`; the current one when that is another already. */
  renew(refused: string): Promise<string>;
}

/**
 * Opens the client app's token source: OpenID Connect discovery, then the client credentials grant whenever a token is wanted and none is
 * fresh.
 * @param mask told every token before anything else sees it
 * @throws ActionError `unreachable`, `untrusted-certificate`, `issuer`, `credentials` or `scope`
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
  const server = await discover(app.issuer, app.clientId, fetch, transport, retrier);
  const endpoint = new URL(server.token_endpoint ?? app.issuer);
  // Another host is a server of its own, which has not answered yet.
  const grantRetrier =
    endpoint.origin === app.issuer.origin
      ? retrier
      : createIssuerRetrier(transport.clockOf(endpoint), retries);
  const grant = renewable(
    () => requestGrant(app, credential, server, fetch, transport, grantRetrier),
    ({ freshUntil }) => clock.now() < freshUntil,
    ({ usableUntil }) => clock.now() < usableUntil,
  );
  return {
    token: async () => (await grant.get()).accessToken,
    renew: async (refused) => (await grant.replace((held) => held.accessToken === refused)).accessToken,
  };
}
