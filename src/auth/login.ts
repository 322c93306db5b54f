import type * as oidc from 'openid-client';

import { refreshTimes } from '../http/refreshingValue.ts';
import { jwtClaims, jwtExpiry } from './jwt.ts';
import type { Login } from './loginFile.ts';
import type { LoginKey } from './loginNames.ts';

/**
 * The login that an answer of the token endpoint makes (RFC 6749, 5.1).
 * @param scope the scopes that the login was requested with
 * @param issuedAt when the lifetimes in the answer begin, in milliseconds since the epoch by this machine's clock
 */
export function loginOf(
  { issuer, clientId }: LoginKey,
  scope: readonly string[],
  answer: oidc.TokenEndpointResponse,
  issuedAt: number,
): Login {
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: life = 60 } = answer;
  const { freshUntil, usableUntil } = refreshTimes(issuedAt, issuedAt + life * 1000);
  return {
    issuer: issuer.href,
    clientId,
    user: userIn(answer.id_token) ?? userIn(accessToken) ?? 'unknown',
    scope: [...scope],
    accessToken,
    accessFreshUntil: freshUntil,
    accessUsableUntil: usableUntil,
    ...(refreshToken !== undefined && {
      refreshToken,
      ...refreshExpiry(answer['refresh_expires_in'], refreshToken, issuedAt),
    }),
  };
}

/** The login after a refresh (RFC 6749, 6): what the answer leaves out stays as it is. */
export function refreshedLogin(old: Login, answer: oidc.TokenEndpointResponse, issuedAt: number): Login {
  const key = { issuer: new URL(old.issuer), clientId: old.clientId };
  const { refreshToken, refreshExpiresAt } = old;
  const next = loginOf(key, old.scope, answer, issuedAt);
  return {
    ...(next.refreshToken === undefined && {
      ...(refreshToken !== undefined && { refreshToken }),
      ...(refreshExpiresAt !== undefined && { refreshExpiresAt }),
    }),
    ...next,
    user: old.user,
  };
}

/** The account's name in a token: one of these claims (OpenID Connect Core 1.0, 5.1). */
function userIn(token: string | undefined): string | undefined {
  const claims = jwtClaims(token ?? '');
  return ['preferred_username', 'email', 'name', 'sub']
    .map((name) => claims[name])
    .find((claim): claim is string => typeof claim === 'string' && claim !== '');
}

/** Keycloak says the lifetime in `refresh_expires_in`, where 0 means that it does not expire. OAuth has no such member. */
function refreshExpiry(
  expiresIn: unknown,
  token: string,
  issuedAt: number,
): { readonly refreshExpiresAt?: number | null } {
  if (expiresIn === 0) return { refreshExpiresAt: null };
  if (typeof expiresIn === 'number') return { refreshExpiresAt: issuedAt + expiresIn * 1000 };
  const expiry = jwtExpiry(token);
  return Number.isNaN(expiry) ? {} : { refreshExpiresAt: expiry };
}
