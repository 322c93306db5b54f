import { ClientSecretBasic, ClientSecretPost } from 'openid-client';

import { excerpt } from '../text/sanitize.ts';
import type { ClientAuthentication, ClientCredential } from './authentication.ts';

/**
 * The client app's secret (RFC 6749, 2.3.1): as a parameter of the request, or in the header `Authorization` where the issuer's
 * `token_endpoint_auth_methods_supported` has that alone. An issuer that advertises both may still accept only one from this client: then it
 * rejects the first.
 */
export function secretCredential(secret: string): ClientCredential {
  const post = ClientSecretPost(secret);
  const basic = ClientSecretBasic(secret);
  return {
    authenticate: ({ token_endpoint_auth_methods_supported: given }) => {
      // Whatever the issuer's configuration has there: the library does not look.
      const offered = Array.isArray(given) ? given : undefined;
      const offersPost = offered?.includes('client_secret_post') ?? true;
      const offersBasic = offered?.includes('client_secret_basic') ?? false;
      const both = offersPost && offersBasic;
      const first = offersBasic && !offersPost ? basic : post;
      const tried = both ? 'client_secret_post and client_secret_basic' : nameOf(first === basic);
      const authentication: ClientAuthentication = {
        method: first,
        ...(both && { fallback: basic }),
        secret,
        rejection: ({ issuer, clientId, said }) => ({
          code: 'client-secret-rejected',
          message: `Issuer ${issuer.href} refuses client app '${excerpt(clientId)}' (${said})`,
          hint: `Check inputs 'client-id' and 'client-secret': the secret may have been rotated, or belong to another client app or issuer.`,
          details: [`- The secret was sent by ${tried}; the issuer advertises ${advertised(offered)}`],
        }),
      };
      return Promise.resolve(authentication);
    },
  };
}

function nameOf(isBasic: boolean): string {
  return isBasic ? 'client_secret_basic' : 'client_secret_post';
}

function advertised(offered: readonly string[] | undefined): string {
  if (offered === undefined) return 'no methods';
  return excerpt(offered.join(', ')) || 'none';
}
