import * as oidc from 'openid-client';

import { ActionError } from '../errors/error.ts';
import { abortError } from '../http/abortSignals.ts';
import { excerpt } from '../text/sanitize.ts';
import { loginError, loginExpired, loginRejected } from './loginErrors.ts';
import { type Redirect, openLoopback } from './loopback.ts';
import { type PublicClient, checkLoginPage } from './publicClient.ts';

/** Seconds that the user has to log in in the browser. */
const loginSeconds = 600;

/**
 * Logs in by the authorization code grant with PKCE (RFC 7636), in the browser of this machine. The browser is redirected to a server on
 * the loopback interface, on a free port (RFC 8252, 7.3).
 * @param openPage opens the issuer's page in the browser
 * @throws ActionError `login-unavailable`, `login-rejected`, `login-denied`, `login-expired`, `login-mismatch`, or the error of a request
 */
export async function codeGrant(
  client: PublicClient,
  scope: readonly string[],
  openPage: (url: URL) => Promise<void>,
  signal: AbortSignal,
): Promise<oidc.TokenEndpointResponse> {
  checkEndpoint(client);
  const { configuration, mask } = client;
  const state = oidc.randomState();
  const verifier = oidc.randomPKCECodeVerifier();
  mask(verifier);
  const end = AbortSignal.timeout(loginSeconds * 1000);
  await using loopback = await openLoopback(state);
  try {
    const url = oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: loopback.redirectUri,
      scope: scope.join(' '),
      state,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    await checkPage(client, url);
    await openPage(url);
    const redirect = await loopback.redirect(AbortSignal.any([signal, end]));
    return await loopback.answer(() => exchange(client, redirect, { state, verifier }));
  } catch (error) {
    if (signal.aborted) throw abortError(signal.reason);
    if (end.aborted)
      throw loginExpired(`the browser has not come back within ${loginSeconds / 60} minutes`, error);
    throw loginError('code', client, error);
  }
}

async function exchange(
  client: PublicClient,
  { url, code }: Redirect,
  { state, verifier }: { readonly state: string; readonly verifier: string },
): Promise<oidc.TokenEndpointResponse> {
  if (code !== undefined) client.mask(code);
  try {
    return await oidc.authorizationCodeGrant(client.configuration, url, {
      pkceCodeVerifier: verifier,
      expectedState: state,
    });
  } catch (error) {
    throw loginError('code', client, error);
  }
}

function checkEndpoint(client: PublicClient): void {
  const endpoint = client.server.authorization_endpoint;
  if (endpoint !== undefined) {
    checkLoginPage(client, endpoint);
    return;
  }
  throw new ActionError(
    'login-unavailable',
    `Issuer ${client.issuer.href} has no login page: its OpenID configuration has no 'authorization_endpoint'`,
    { hint: `Log in with '--device', or ask the people who run the issuer.` },
  );
}

/**
 * Requests the login page once before the browser does. For an unknown client or redirect URI, the issuer answers 400, and the browser never
 * comes back (RFC 6749, 3.1.2.4).
 */
async function checkPage(client: PublicClient, url: URL): Promise<void> {
  const response = await client.transport.fetch(url);
  if (response.status !== 400) return;
  // Keycloak's page has its reason in this element.
  const [, reason = ''] = /class="instruction">([^<]{1,200})</.exec(await response.text()) ?? [];
  throw loginRejected('code', client, excerpt(reason.trim() || 'its login page answers 400'));
}
