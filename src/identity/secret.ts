import { ClientSecretPost } from 'openid-client';

import { excerpt } from '../printable.ts';
import type { Credential, Proof } from './credential.ts';

/** The client app's secret, as a parameter of the request (RFC 6749, 2.3.1). */
export function secretCredential(secret: string): Credential {
  const proof: Proof = {
    authenticate: ClientSecretPost(secret),
    secret,
    refusal: ({ issuer, clientId, said }) => ({
      message: `Issuer ${issuer.href} refuses client app '${excerpt(clientId)}' (${said})`,
      hint: `Check inputs 'client-id' and 'client-secret': the secret may have been rotated, or belong to another client app or issuer.`,
    }),
  };
  return { prove: () => Promise.resolve(proof) };
}
