import { excerpt } from '../text/sanitize.ts';
import type { ClientCredential, RejectedRequest, Rejection } from './authentication.ts';
import { jwtClaims } from './jwt.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * The host's identity token in place of a secret: a client assertion (RFC 7521, 4.2; RFC 7523, 2.2). Each token request gets a new token:
 * it expires within minutes, and an issuer may accept it only once.
 * @param requestToken asks the host for an identity token
 * @param audience whom the tokens are for; undefined: the issuer, by its name for itself
 */
export function assertionCredential(
  requestToken: (audience: string) => Promise<string>,
  audience: string | undefined,
): ClientCredential {
  return {
    authenticate: async ({ issuer }) => {
      const token = await requestToken(audience ?? issuer);
      return {
        secret: token,
        method: (_, { client_id: clientId }, body) => {
          body.set('client_id', clientId);
          body.set('client_assertion_type', assertionType);
          body.set('client_assertion', token);
        },
        rejection: (rejected) => explain(rejected, issuer, claimsOf(token)),
      };
    },
  };
}

interface Claims {
  readonly subject: string;
  readonly audience: string;
  readonly issuer: string;
}

/** The three claims that decide, out of all that a token says. They are no secret; nothing else of it may be shown. */
function claimsOf(token: string): Claims {
  const { sub, aud, iss } = jwtClaims(token);
  const shown = (claim: unknown) =>
    [claim ?? 'none']
      .flat()
      .map(String)
      .map((text) => excerpt(text))
      .join(', ');
  return { subject: shown(sub), audience: shown(aud), issuer: shown(iss) };
}

function explain({ issuer, clientId, said }: RejectedRequest, name: string, claims: Claims): Rejection {
  const client = `client '${excerpt(clientId)}'`;
  return {
    code: 'identity-token-rejected',
    message: `Issuer ${issuer.href} refuses the identity token of this job for ${client} (${said})`,
    hint: adviceFor(said, client),
    details: [
      `- Subject presented, to be the 'Federated subject' of ${client}: ${claims.subject}`,
      `- Issuer presented, to be the 'Issuer' of its identity provider: ${claims.issuer}`,
      `- Audience presented, to be the realm's own issuer URL ${excerpt(name)}: ${claims.audience}`,
    ],
  };
}

/** What to do, by the words in which Keycloak refuses; those for a wrong subject are the same as for a wrong key or another setting. */
function adviceFor(said: string, client: string): string {
  if (said.includes('audience'))
    return `Leave input 'audience' out, or set it to what the issuer asks for: Keycloak wants the URL of its realm.`;
  if (said.includes('client_id'))
    return `The subject is that of another client than input 'client-id' names: correct the input, or set the subject at ${client}.`;
  if (/not active|issued|expiration|reuse/.test(said))
    return `The token was made for this request: the clocks of Keycloak and of the token's issuer differ. Correct the former, or set 'Allowed clock skew' of the identity provider.`;
  return `In Keycloak, ${client} has to have its service account on and authenticate by 'Signed JWT - Federated', with an identity provider that supports client assertions and knows the issuer's keys (JWKS URL), and exactly this subject, which no other client may have. A secret in input 'client-secret' is the other way.`;
}
