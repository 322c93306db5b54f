import { ClientSecretBasic, ClientSecretPost } from 'openid-client';

import { excerpt } from '../text/sanitize.ts';
import type { ClientAuthentication, ClientCredential } from './clientAuthentication.ts';
import { inputs } from '../text/wording.ts';

/**
 * Authenticates with the client app's secret (RFC 6749, 2.3.1): in the request body, or in the `Authorization` header if the issuer
 * advertises only that (`token_endpoint_auth_methods_supported`). An issuer that advertises both may accept only one of them from this
 * client, so the other one is the fallback.
 */
export function secretCredential(secret: string): ClientCredential {
  const post = ClientSecretPost(secret);
  const basic = ClientSecretBasic(secret);
  return {
    authenticate: ({ token_endpoint_auth_methods_supported: given }) => {
      // The library does not check the type.
      const offered = Array.isArray(given) ? given.filter((method) => typeof method === 'string') : undefined;
      const offersPost = offered?.includes('client_secret_post') ?? true;
      const offersBasic = offered?.includes('client_secret_basic') ?? false;
      const both = offersPost && offersBasic;
      const first = offersBasic && !offersPost ? basic : post;
      const tried = both ? 'client_secret_post and client_secret_basic' : nameOf(first === basic);
      const authentication: ClientAuthentication = {
        method: first,
        ...(both && { fallback: basic }),
        secret,
        rejection: ({ issuer, clientId, answer }) => ({
          code: 'client-secret-rejected',
          message: `Issuer ${issuer.href} rejects client app '${excerpt(clientId)}' (${answer})`,
          hint: `Check ${inputs('client-id', 'client-secret')}. The secret may have been rotated, or may belong to another client app or issuer.`,
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
