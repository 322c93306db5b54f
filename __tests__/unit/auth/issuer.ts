import { type Answer, type Asked, type Certificate, type LocalServer, jwt, serve } from '../servers.ts';

export interface Issuer extends LocalServer {
  /** The issuer's URL, with a path as a Keycloak realm has it. */
  readonly issuer: URL;
  /** The requests to the token endpoint. */
  readonly grants: () => Asked[];
}

export interface IssuerRules {
  /** The response of the token endpoint; `count` starts at 1. */
  readonly token?: (count: number, asked: Asked) => Answer | undefined;
  /** The response to discovery; default: the issuer's configuration. */
  readonly discovery?: (count: number, configuration: object) => Answer | undefined;
  /** Answers all other requests, by the path below the issuer; undefined breaks the connection. By default: not found. */
  readonly other?: (path: string, asked: Asked) => Answer | undefined;
  /** Milliseconds that its clock is ahead of this machine's. */
  readonly ahead?: number;
  /** The issuer identifier in its configuration, by its URL. */
  readonly named?: (url: string) => string;
  /** With a certificate, it is served over https. */
  readonly certificate?: Certificate;
}

/** The token response of a Keycloak realm. */
export function grant(count: number, more: object = {}): Answer {
  return {
    body: {
      access_token: `access-${count}`,
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: `refresh-${count}`,
      refresh_expires_in: 0,
      'not-before-policy': 0,
      scope: 'openid email profile',
      ...more,
    },
  };
}

/** An OpenID Connect issuer at `/realms/master`. */
export async function serveIssuer({
  token = (count) => grant(count),
  discovery = (_, configuration) => ({ body: configuration }),
  other = () => ({ status: 404, body: 'not found' }),
  ahead = 0,
  named = (url) => url,
  certificate,
}: IssuerRules = {}): Promise<Issuer> {
  const path = '/realms/master';
  const counts = { discovery: 0, token: 0 };
  const answer = (request: Asked): Answer | undefined => {
    const {
      path: asked,
      headers: { host = '' },
    } = request;
    const base = `http://${host}${path}`;
    if (asked === `${path}/token`) return token((counts.token += 1), request);
    if (asked !== `${path}/.well-known/openid-configuration`) return other(asked.slice(path.length), request);
    return discovery((counts.discovery += 1), {
      issuer: named(base),
      authorization_endpoint: `${base}/auth`,
      token_endpoint: `${base}/token`,
      jwks_uri: `${base}/certs`,
      response_types_supported: ['code'],
      id_token_signing_alg_values_supported: ['RS256'],
    });
  };
  const server = await serve((asked) => {
    const given = answer(asked);
    return (
      given && { ...given, headers: { date: new Date(Date.now() + ahead).toUTCString(), ...given.headers } }
    );
  }, certificate);
  return {
    ...server,
    issuer: new URL(`${server.url}${path}`),
    grants: () => server.asked.filter((asked) => asked.path === `${path}/token`),
  };
}

/** An ID token with a lifetime of five minutes. @param from milliseconds since the epoch */
export function idToken(issuer: string, from: number, claims: object = {}): string {
  const iat = Math.floor(from / 1000);
  return jwt({
    iss: issuer,
    sub: 'service-account-app',
    aud: 'app',
    iat,
    nbf: iat,
    exp: iat + 300,
    ...claims,
  });
}
