import type * as oidc from 'openid-client';

import type { MessageCode } from '../errors/codes.ts';

/**
 * How a client app authenticates to its issuer (RFC 6749, 2.3). There are two ways: by its secret (`secret.ts`), and by an identity token
 * of the job (`assertion.ts`).
 */
export interface ClientCredential {
  /**
   * The authentication for one request to the token endpoint. It is asked for before each request, as it may expire soon, or be valid once.
   * @param server what the issuer says about itself
   * @throws ActionError when the job cannot authenticate
   */
  authenticate(server: oidc.ServerMetadata): Promise<ClientAuthentication>;
}

export interface ClientAuthentication {
  /** Adds the authentication to a token request. */
  readonly method: oidc.ClientAuth;
  /** Another method, for an issuer that rejects the first as `invalid_client`. */
  readonly fallback?: oidc.ClientAuth;
  /** What is secret in it: never shown, even where the issuer repeats it in its answer. */
  readonly secret: string;
  /** Explains why the issuer rejects it. */
  rejection(rejected: RejectedRequest): Rejection;
}

/** A token request that the issuer rejected. */
export interface RejectedRequest {
  readonly issuer: URL;
  readonly clientId: string;
  /** The answer in short, fit to be printed, e.g. `401 invalid_client: Invalid client credentials`. */
  readonly said: string;
}

export interface Rejection {
  readonly code: MessageCode;
  readonly message: string;
  readonly hint: string;
  readonly details?: readonly string[];
}
