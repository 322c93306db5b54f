import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import Provider from 'oidc-provider';
import type { Configuration, KoaContextWithOIDC, ResourceServer } from 'oidc-provider';
import { createFederation } from './federation.ts';
import type { FederationOptions } from './federation.ts';
import { claimsOf, deviceGrant, idleSeconds, peopleConfiguration, serveLoginPage } from './people.ts';
import type { PeopleOptions } from './people.ts';
import { subjectOf } from './subject.ts';

/** A confidential client, which logs in with its secret. */
export interface IssuerClient {
  readonly id: string;
  readonly secret: string;
}

export interface IssuerOptions {
  /** Issuer URL with a path, e.g. `http://127.0.0.1:4000/realms/master`, without a trailing slash. */
  readonly issuer: string;
  readonly clients: readonly IssuerClient[];
  /** Allowed scopes. `openid` and `offline_access` are always allowed. */
  readonly scopes: readonly string[];
  readonly audience: readonly string[];
  readonly accessTokenSeconds: number;
  /** Clients without a secret, and the issuer of their tokens. */
  readonly federation?: Pick<FederationOptions, 'providers'>;
  /** Who logs in, and with which clients. */
  readonly people: PeopleOptions;
}

/** The issuer's signing key: algorithm, private key and key ID. */
interface SigningKey {
  readonly key: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
  readonly kid: string;
}

const endpoints = '/protocol/openid-connect';

/**
 * An OpenID Connect issuer for client apps and people. Its tokens and responses look like Keycloak's.
 *
 * @returns the handler of a server at the origin of `options.issuer`. It answers 404 outside the issuer's path
 */
export async function createIssuer(given: IssuerOptions): Promise<RequestListener> {
  const { issuer, clients } = given;
  const federation = given.federation && createFederation({ ...given.federation, issuer, others: clients });
  const options: IssuerOptions = { ...given, clients: [...clients, ...(federation?.clients ?? [])] };
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const signing: SigningKey = { key: privateKey, kid: randomUUID() };
  const jwk = { ...(await exportJWK(privateKey)), kid: signing.kid, alg: 'RS256', use: 'sig' };
  const provider = new Provider(issuer, configuration(options, jwk));
  const { person } = options.people;
  provider.use(async (given, next) => {
    const ctx = given as unknown as KoaContextWithOIDC;
    if (await serveLoginPage(provider, ctx, { issuer, scopes: allScopes(options), person })) return;
    await next();
    if (ctx.path === `${endpoints}/token` || ctx.path === `${endpoints}/auth/device`) {
      await imitateKeycloak(ctx, options, signing);
    }
  });
  const callback = provider.callback();
  const handle: RequestListener = (request, response) => void callback(request, response);
  return mount(new URL(issuer).pathname, federation?.before(`${endpoints}/token`, handle) ?? handle);
}

function mount(path: string, handler: RequestListener): RequestListener {
  return (request, response) => {
    const url = request.url ?? '';
    if (!url.startsWith(`${path}/`)) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"Realm does not exist"}');
      return;
    }
    // oidc-provider needs Express's `originalUrl` to know its mount path.
    Object.assign(request, { originalUrl: url });
    request.url = url.slice(path.length);
    handler(request, response);
  };
}

function allScopes({ scopes }: IssuerOptions): string[] {
  return ['openid', 'offline_access', ...scopes];
}

function configuration(options: IssuerOptions, jwk: object): Configuration {
  const scopes = allScopes(options);
  const { clients, features, routes, ttl, ...people } = peopleConfiguration(
    options.issuer,
    scopes,
    options.people,
  );
  const resource: ResourceServer = {
    scope: scopes.join(' '),
    audience: options.audience.join(' '),
    accessTokenTTL: options.accessTokenSeconds,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'RS256' } },
  };
  return {
    ...people,
    clients: [
      ...options.clients.map((client) => ({
        client_id: client.id,
        client_secret: client.secret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        scope: scopes.join(' '),
      })),
      ...clients,
    ],
    jwks: { keys: [jwk] },
    scopes,
    routes: { ...routes, token: `${endpoints}/token`, jwks: `${endpoints}/certs` },
    features: {
      ...features,
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => options.issuer,
        getResourceServerInfo: () => resource,
        useGrantedResource: () => true,
      },
    },
    ttl: { ...ttl, AccessToken: options.accessTokenSeconds, ClientCredentials: options.accessTokenSeconds },
    formats: {
      customizers: {
        jwt: (_ctx, token, parts) => {
          Object.assign(
            parts.payload,
            keycloakClaims(token.clientId ?? '', options.audience),
            // Only the tokens of people have an account.
            'accountId' in token && claimsOf(options.people.person),
            'accountId' in token && { sub: token.accountId, client_id: undefined },
          );
        },
      },
    },
  };
}

function keycloakClaims(clientId: string, audience: readonly string[]): Record<string, unknown> {
  return {
    typ: 'Bearer',
    aud: audience,
    azp: clientId,
    sub: subjectOf(clientId),
    preferred_username: `service-account-${clientId}`,
    resource_access: { account: { roles: ['manage-account', 'view-profile'] } },
    minio_policy: 'readwrite',
    client_id: clientId,
  };
}

/** Replaces the token endpoint's response, in place, with Keycloak's for the same case. */
async function imitateKeycloak(
  ctx: KoaContextWithOIDC,
  options: IssuerOptions,
  signing: SigningKey,
): Promise<void> {
  const body = ctx.body as Record<string, unknown>;
  const asked = ctx.oidc.params?.['scope'];
  const known = allScopes(options);
  const isForPeople = [...options.people.open, ...options.people.closed].some(
    ({ id }) => id === ctx.oidc.client?.clientId,
  );
  const strange = typeof asked === 'string' && asked.split(' ').some((scope) => !known.includes(scope));
  if (body['error'] === 'invalid_scope' || (ctx.status === 200 && strange)) {
    // oidc-provider ignores unknown scopes. Keycloak rejects the request.
    ctx.status = 400;
    ctx.body = { error: 'invalid_scope', error_description: `Invalid scopes: ${String(asked)}` };
  } else if (isForPeople) {
    imitateForPeople(ctx);
  } else if (ctx.status === 200) {
    const scope = typeof body['scope'] === 'string' ? body['scope'] : '';
    Object.assign(body, { 'not-before-policy': 0, scope });
    if (scope.split(' ').includes('offline_access')) {
      Object.assign(body, {
        refresh_token: randomUUID(),
        refresh_expires_in: 0,
        session_state: randomUUID(),
      });
    }
    if (scope.split(' ').includes('openid')) {
      body['id_token'] = await idToken(ctx.oidc.client?.clientId ?? '', options, signing);
    }
  } else if (body['error'] === 'invalid_client') {
    // Keycloak has one message for a wrong secret and an unknown client, but two error codes.
    ctx.status = 401;
    ctx.body = {
      error: hasSecret(ctx.oidc.client?.clientId, options) ? 'unauthorized_client' : 'invalid_client',
      error_description: 'Invalid client or Invalid client credentials',
    };
  }
}

/** The responses to public clients. */
function imitateForPeople(ctx: KoaContextWithOIDC): void {
  const body = ctx.body as Record<string, unknown>;
  const isForDevice = ctx.path.endsWith('/device');
  if (ctx.status === 200) {
    Object.assign(
      body,
      isForDevice
        ? { interval: 5 }
        : { 'not-before-policy': 0, session_state: randomUUID(), refresh_expires_in: idleSeconds },
    );
  } else if (isForDevice && !ctx.oidc.client?.grantTypeAllowed(deviceGrant)) {
    ctx.status = 400;
    ctx.body = {
      error: 'unauthorized_client',
      error_description:
        'Client is not allowed to initiate OAuth 2.0 Device Authorization Grant. The flow is disabled for the client.',
    };
  }
}

function hasSecret(clientId: string | undefined, { clients, federation }: IssuerOptions): boolean {
  const among = (list: readonly { readonly id: string }[]) => list.some(({ id }) => id === clientId);
  return among(clients) && !among(federation?.providers.flatMap((provider) => provider.clients) ?? []);
}

function idToken(clientId: string, options: IssuerOptions, signing: SigningKey): Promise<string> {
  return new SignJWT({ typ: 'ID', azp: clientId, preferred_username: `service-account-${clientId}` })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: signing.kid })
    .setIssuer(options.issuer)
    .setAudience(clientId)
    .setSubject(subjectOf(clientId))
    .setIssuedAt()
    .setExpirationTime(`${options.accessTokenSeconds}s`)
    .sign(signing.key);
}
