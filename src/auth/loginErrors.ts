import * as oidc from 'openid-client';

import { ActionError, actionErrorIn, causes } from '../errors/error.ts';
import { describeNetworkError, isNetworkError } from '../http/networkErrors.ts';
import { excerpt } from '../text/sanitize.ts';
import type { LoginKey } from './loginNames.ts';
import { answerProblem, rejectionText, responseIn } from './tokenEndpoint.ts';
import { inputs } from '../text/wording.ts';

/** What a request belongs to: device grant, authorization code grant, or the refresh of a stored login. */
export type LoginStep = 'device' | 'code' | 'refresh';

const again = `Run 'upload-to-workspace login' again`;

/** Describes an error of a login for the user. It never quotes a token or a code. */
export function loginError(step: LoginStep, key: LoginKey, error: unknown): ActionError {
  const known = actionErrorIn(error);
  if (known) return known;
  const rejection = rejectionIn(error);
  if (rejection) return explainRejection(step, key, rejection, error);
  if (isNetworkError(error)) return describeNetworkError('Issuer', key.issuer, inputs('issuer'), error);
  const status = responseIn(error)?.status ?? 200;
  const reason = status === 200 ? answerProblem(causes(error).at(-1) ?? error) : `it answered with ${status}`;
  return new ActionError(
    'no-access-token',
    `Issuer ${key.issuer.href} returned no usable token: ${excerpt(reason)}`,
    {
      hint:
        status === 429 || status >= 500
          ? `The issuer is overloaded or has an error. Try again later.`
          : `The issuer's answer does not follow OpenID Connect. If it happens again, tell the people who run the issuer.`,
      cause: error,
    },
  );
}

/** An OAuth error (RFC 6749, 4.1.2.1 and 5.2; RFC 8628, 3.5). */
interface OAuthRejection {
  readonly error: string;
  readonly answer: string;
}

function rejectionIn(error: unknown): OAuthRejection | undefined {
  if (!(error instanceof oidc.ResponseBodyError) && !(error instanceof oidc.AuthorizationResponseError))
    return undefined;
  const status = error instanceof oidc.ResponseBodyError ? `${error.status} ` : '';
  return { error: error.error, answer: excerpt(`${status}${rejectionText(error)}`) };
}

function explainRejection(
  step: LoginStep,
  key: LoginKey,
  { error, answer }: OAuthRejection,
  cause: unknown,
): ActionError {
  const client = `client '${excerpt(key.clientId)}'`;
  if (error === 'access_denied')
    return new ActionError('login-denied', `The login was denied (${answer})`, {
      hint: `${again}, and choose to allow it. If you did allow it, your account may not use ${client}: ask the people who run the platform.`,
      cause,
    });
  if (error === 'expired_token' || (step === 'device' && error === 'invalid_grant'))
    return loginExpired(`the code of this login is no longer valid (${answer})`, cause);
  if (error === 'invalid_scope')
    return new ActionError('scope-rejected', `The ${client} may not use the requested scopes (${answer})`, {
      hint: `Check '--platforms' and '--scope', or ask the people who run the platform to add the scope to the client.`,
      cause,
    });
  if (step === 'refresh' && (error === 'invalid_grant' || error === 'invalid_token'))
    return new ActionError(
      'login-ended',
      `The login of ${client} at ${key.issuer.href} has ended (${answer})`,
      {
        hint: `Run 'upload-to-workspace login' to log in again.`,
        cause,
      },
    );
  return loginRejected(step, key, answer, cause);
}

/** The user did not complete the login in time. */
export function loginExpired(reason: string, cause?: unknown): ActionError {
  return new ActionError('login-expired', `The login was not completed in time: ${reason}`, {
    hint: `${again}, and complete it in the browser within a few minutes.`,
    cause,
  });
}

/** The issuer does not let this client log in in this way. */
export function loginRejected(
  step: LoginStep,
  { issuer, clientId }: LoginKey,
  answer: string,
  cause?: unknown,
): ActionError {
  return new ActionError(
    'login-rejected',
    `Issuer ${issuer.href} rejects the login of client '${excerpt(clientId)}' (${answer})`,
    { hint: rejectionHint(step, answer), cause },
  );
}

function rejectionHint(step: LoginStep, answer: string): string {
  const isPublic = `Check '--client-id' and '--issuer'. People log in with a public client: in Keycloak, 'Client authentication' is off. A client with a secret cannot be used.`;
  if (/^401|invalid_client/.test(answer)) return isPublic;
  if (step === 'device')
    return `In Keycloak, turn on 'OAuth 2.0 Device Authorization Grant' for this client. Or log in with the browser of this machine: run the command there without '--device'.`;
  if (step === 'code')
    return `${isPublic} It needs 'Standard flow', and 'http://127.0.0.1/*' among its 'Valid redirect URIs'. '--device' logs in without them.`;
  return `Run 'upload-to-workspace login' to log in again. ${isPublic}`;
}
