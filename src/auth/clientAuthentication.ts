import type * as oidc from 'openid-client';

import type { MessageCode } from '../errors/codes.ts';

/**
 * How a client app authenticates to its issuer (RFC 6749, 2.3): with its secret (`secret.ts`), or with an OIDC token of the job
 * (`assertion.ts`).
 */
export interface ClientCredential {
  /**
   * Starts what the first authentication needs, while the issuer's OpenID configuration is requested. Its errors are those of `authenticate`.
   * @param signal aborts it
   */
  prepare?(issuer: URL, signal: AbortSignal): void;
  /**
   * Prepares the authentication of one token request. Call it before each request: a token may expire soon, or be valid only once.
   * @param server the issuer's OpenID configuration
   * @throws ActionError if the job cannot authenticate
   */
  authenticate(server: oidc.ServerMetadata): Promise<ClientAuthentication>;
}

export interface ClientAuthentication {
  /** Adds the authentication to a token request. */
  readonly method: oidc.ClientAuth;
  /** The method to try after the issuer has rejected the first one as `invalid_client`. */
  readonly fallback?: oidc.ClientAuth;
  /** The secret or token. It is removed from every message, because an issuer may repeat it in its answer. */
  readonly secret: string;
  /** Explains why the issuer rejects it. */
  rejection(rejected: RejectedRequest): Rejection;
}

/** A token request that the issuer rejected. */
export interface RejectedRequest {
  readonly issuer: URL;
  readonly clientId: string;
  /** The issuer's answer in short, safe to print, e.g. `401 invalid_client: Invalid client credentials`. */
  readonly answer: string;
}

export interface Rejection {
  readonly code: MessageCode;
  readonly message: string;
  readonly hint: string;
  readonly details?: readonly string[];
}
