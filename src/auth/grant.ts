import * as oidc from 'openid-client';

import { ActionError, actionErrorIn } from '../errors/error.ts';
import { describeNetworkError, isNetworkError } from '../http/networkErrors.ts';
import { excerpt } from '../text/sanitize.ts';
import { refreshTimes } from '../http/refreshingValue.ts';
import type { Retrier } from '../http/retry.ts';
import type { Transport } from '../http/transport.ts';
import type { ClientAuthentication, ClientCredential } from './clientAuthentication.ts';
import {
  answerProblem,
  responseIn,
  extensions,
  issuerOutageHint,
  rejectionText,
  timeoutSeconds,
} from './tokenEndpoint.ts';
import { inputs } from '../text/wording.ts';

export interface ClientApp {
  readonly issuer: URL;
  readonly clientId: string;
  /** All requested scopes, including those of `platforms`. */
  readonly scope: readonly string[];
  /** Scopes from the input `platforms`, for error messages. */
  readonly platforms: readonly string[];
}

export interface Grant {
  readonly accessToken: string;
  /** Milliseconds since the epoch, by the issuer's clock: when to request a new token, and when to stop using this one. */
  readonly freshUntil: number;
  readonly usableUntil: number;
}

/**
 * Requests an access token by the client credentials grant (RFC 6749, section 4.4).
 * @throws ActionError `unreachable`, `untrusted-certificate`, `no-access-token`, `scope-rejected`, the code of a rejection, or an error of the
 *   credential
 */
export async function requestGrant(
  app: ClientApp,
  credential: ClientCredential,
  server: oidc.ServerMetadata,
  fetch: typeof globalThis.fetch,
  { clockOf, plainHttp }: Transport,
  retrier: Retrier,
): Promise<Grant> {
  const clock = clockOf(app.issuer);
  const requestedAt = clock.now();
  let authentication: ClientAuthentication | undefined;
  try {
    const answer = await retrier(
      async (attempt) => {
        const given = await credential.authenticate(server);
        authentication = given;
        const ask = (method: oidc.ClientAuth) => {
          const tolerance = { [oidc.clockSkew]: clock.skewSeconds, [oidc.clockTolerance]: 30 };
          const config = new oidc.Configuration(server, app.clientId, tolerance, method);
          config[oidc.customFetch] = fetch as oidc.CustomFetch;
          config.timeout = timeoutSeconds(attempt);
          for (const extend of extensions({ plainHttp })) extend(config);
          return oidc.clientCredentialsGrant(config, { scope: app.scope.join(' ') });
        };
        return ask(given.method).catch((error: unknown) => {
          if (given.fallback && isInvalidClient(error)) return ask(given.fallback);
          throw error;
        });
      },
      { what: () => `POST ${server.token_endpoint ?? ''}` },
    );
    // A header can contain no other characters (RFC 6750, 2.1).
    if (!/^[\x21-\x7e]+$/.test(answer.access_token))
      throw new Error('its access token has characters that a header cannot contain');
    const life = answer.expires_in ?? 60;
    return { accessToken: answer.access_token, ...refreshTimes(requestedAt, requestedAt + life * 1000) };
  } catch (error) {
    throw (
      actionErrorIn(error) ??
      grantError(app, authentication, new URL(server.token_endpoint ?? app.issuer), error)
    );
  }
}

/** The answer to an unknown client, a wrong secret, or an unsupported method (RFC 6749, 5.2). */
function isInvalidClient(error: unknown): boolean {
  return error instanceof oidc.ResponseBodyError && error.error === 'invalid_client';
}

function grantError(
  app: ClientApp,
  authentication: ClientAuthentication | undefined,
  endpoint: URL,
  error: unknown,
): ActionError {
  if (isNetworkError(error)) return describeNetworkError('Token endpoint', endpoint, inputs('issuer'), error);
  const status = responseIn(error)?.status ?? 200;
  const isRejection = error instanceof oidc.ResponseBodyError && status !== 429 && status < 500;
  if (!authentication || !isRejection) return unusableAnswer(app.issuer, status, error);
  const answer = excerpt(rejectionText(error).replaceAll(authentication.secret, '***'));
  if (error.error === 'invalid_scope') {
    const platforms = app.platforms.length > 0 ? app.platforms.join(', ') : 'none';
    return new ActionError(
      'scope-rejected',
      `Client app '${excerpt(app.clientId)}' may not use the requested scopes (${answer})`,
      {
        hint: `Requested: '${app.scope.join(' ')}' (platforms: ${platforms}). Check ${inputs('platforms', 'scope')}, or ask the people who run the platform to add the scope to the client app.`,
        cause: error,
      },
    );
  }
  const { issuer, clientId } = app;
  const { code, message, ...explanation } = authentication.rejection({
    issuer,
    clientId,
    answer: `${error.status} ${answer}`,
  });
  return new ActionError(code, message, { ...explanation, cause: error });
}

function unusableAnswer(issuer: URL, status: number, error: unknown): ActionError {
  const reason = status === 200 ? answerProblem(error) : `it answered with ${status}`;
  return new ActionError(
    'no-access-token',
    `Issuer ${issuer.href} returned no usable token: ${excerpt(reason)}`,
    {
      hint:
        status === 429 || status >= 500
          ? issuerOutageHint()
          : `The issuer's answer does not follow OpenID Connect. If it happens again, tell the people who run the issuer.`,
      cause: error,
    },
  );
}
