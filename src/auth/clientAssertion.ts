import type { Hints } from '../hosts/host.ts';
import { excerpt } from '../text/sanitize.ts';
import type { ClientCredential, RejectedRequest, Rejection } from './clientAuthentication.ts';
import { jwtClaims } from './jwt.ts';
import { inputs } from '../text/wording.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * Authenticates with an OIDC token of the job, as a client assertion (RFC 7521, 4.2; RFC 7523, 2.2). Each request gets a new token,
 * because tokens expire within minutes and an issuer may accept each of them only once.
 * @param requestToken requests an OIDC token from the host, until the signal aborts
 * @param audience audience of the tokens; default: the issuer identifier
 * @param staleIdentity what to do about an outdated token, if the host cannot get a new one
 */
export function assertionCredential(
  requestToken: (audience: string, signal?: AbortSignal) => Promise<string>,
  audience: string | undefined,
  staleIdentity: Hints['staleIdentity'] = clocksDiffer,
): ClientCredential {
  let prepared: { readonly audience: string; readonly token: Promise<string> } | undefined;
  return {
    prepare: (issuer, signal) => {
      const wanted = audience ?? identifierOf(issuer);
      prepared = { audience: wanted, token: requestToken(wanted, signal) };
      // The error is thrown where the token is used.
      prepared.token.catch(() => undefined);
    },
    authenticate: async ({ issuer }) => {
      const wanted = audience ?? issuer;
      const early = prepared;
      prepared = undefined;
      const token = await (early?.audience === wanted ? early.token : requestToken(wanted));
      return {
        secret: token,
        method: (_, { client_id: clientId }, body) => {
          body.set('client_id', clientId);
          body.set('client_assertion_type', assertionType);
          body.set('client_assertion', token);
        },
        rejection: (rejected) => explainRejection(rejected, issuer, claimsOf(token), staleIdentity),
      };
    },
  };
}

/**
 * The issuer identifier of an issuer's URL (OpenID Connect Discovery 1.0, 4.3): the configuration must contain exactly the text before
 * `/.well-known`. A URL without a path has a slash that the identifier does not have.
 */
function identifierOf({ href, origin }: URL): string {
  return href === `${origin}/` ? origin : href;
}

interface Claims {
  readonly subject: string;
  readonly audience: string;
  readonly issuer: string;
}

/** The claims that the issuer compares. They are not secret; no other part of a token may be printed. */
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

function explainRejection(
  { issuer, clientId, answer }: RejectedRequest,
  name: string,
  claims: Claims,
  staleIdentity: (answer: string) => string,
): Rejection {
  const client = `client '${excerpt(clientId)}'`;
  return {
    code: 'identity-token-rejected',
    message: `Issuer ${issuer.href} rejects the OIDC token of this job for ${client} (${answer})`,
    hint: hintFor(answer, client, staleIdentity),
    details: [
      `- Subject presented, to be the 'Federated subject' of ${client}: ${claims.subject}`,
      `- Issuer presented, to be the 'Issuer' of its identity provider: ${claims.issuer}`,
      `- Audience presented, to be the realm's own issuer URL ${excerpt(name)}: ${claims.audience}`,
    ],
  };
}

/** Chooses a hint by Keycloak's error description. Keycloak gives the same description for a wrong subject, a wrong key and wrong settings. */
function hintFor(answer: string, client: string, staleIdentity: (answer: string) => string): string {
  if (answer.includes('audience'))
    return `Remove ${inputs('audience')}, or set it to the audience that the issuer expects. Keycloak expects the URL of its realm.`;
  if (answer.includes('client_id'))
    return `This subject belongs to another client than the one in ${inputs('client-id')}. Correct the input, or set the subject at ${client}.`;
  if (/not active|issued|expiration|reuse/.test(answer)) return staleIdentity(answer);
  return `In Keycloak, enable the service account of ${client}, and set its authentication to 'Signed JWT - Federated' with exactly this subject. No other client may have it. The identity provider must support client assertions and know the issuer's keys (JWKS URL). Alternatively, set ${inputs('client-secret')}.`;
}

function clocksDiffer(): string {
  return `The token is new, so the clocks of Keycloak and of the token's issuer differ. Correct Keycloak's clock, or set 'Allowed clock skew' of the identity provider.`;
}
