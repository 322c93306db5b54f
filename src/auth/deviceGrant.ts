import * as oidc from 'openid-client';

import { ActionError } from '../errors/error.ts';
import { abortError, rejectOnAbort } from '../http/abortSignals.ts';
import { loginError, loginExpired } from './loginErrors.ts';
import { type PublicClient, checkLoginPage } from './publicClient.ts';

/** What the user needs to complete a device grant, on any device. */
export interface DevicePrompt {
  /** The page where the user enters the code. */
  readonly page: string;
  readonly code: string;
  /** The same page with the code in its URL, if the issuer has one. */
  readonly completePage: string | undefined;
  /** Seconds until the code expires. */
  readonly expiresIn: number;
}

/**
 * Logs in by the device authorization grant (RFC 8628): the user opens a page on any device, and enters a code there.
 * @param show shows the prompt to the user
 * @throws ActionError `login-unavailable`, `login-rejected`, `login-denied`, `login-expired`, or the error of a request
 */
export async function deviceGrant(
  client: PublicClient,
  scope: readonly string[],
  show: (prompt: DevicePrompt) => void,
  signal: AbortSignal,
): Promise<oidc.TokenEndpointResponse> {
  const { configuration, issuer, mask } = client;
  if (client.server.device_authorization_endpoint === undefined) throw noDeviceEndpoint(issuer);
  // Keycloak requires PKCE here too, if it requires PKCE of the client.
  const verifier = oidc.randomPKCECodeVerifier();
  mask(verifier);
  try {
    const answer = await oidc.initiateDeviceAuthorization(configuration, {
      scope: scope.join(' '),
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    show(promptOf(client, answer));
    const end = AbortSignal.timeout(answer.expires_in * 1000);
    const poll = oidc
      .pollDeviceAuthorizationGrant(
        configuration,
        answer,
        { code_verifier: verifier },
        { signal: AbortSignal.any([signal, end]) },
      )
      .catch((error: unknown) => {
        throw end.aborted ? loginExpired('its code has expired', error) : error;
      });
    // The library looks at the signal only every five seconds.
    return await Promise.race([poll, rejectOnAbort(signal)]);
  } catch (error) {
    throw signal.aborted ? abortError(signal.reason) : loginError('device', client, error);
  }
}

function promptOf(client: PublicClient, answer: oidc.DeviceAuthorizationResponse): DevicePrompt {
  const { verification_uri: page, verification_uri_complete: completePage, user_code: code } = answer;
  for (const url of [page, completePage ?? page]) checkLoginPage(client, url);
  return { page, code, completePage, expiresIn: answer.expires_in };
}

function noDeviceEndpoint(issuer: URL): ActionError {
  return new ActionError(
    'login-unavailable',
    `Issuer ${issuer.href} has no device grant: its OpenID configuration has no 'device_authorization_endpoint'`,
    {
      hint: `Run the command without '--device' on a machine with a browser. Or ask the people who run the issuer to turn on the device grant (RFC 8628).`,
    },
  );
}
